module.exports = require('../../tools/jest/preset.cjs')('testkit', __dirname);
