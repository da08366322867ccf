module.exports = require('../../tools/jest/preset.cjs')('check-workspace', __dirname);
