module.exports = require('../../tools/jest/preset.cjs')('dev', __dirname);
