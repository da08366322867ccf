module.exports = require('../../tools/jest/preset.cjs')('e2e', __dirname);
