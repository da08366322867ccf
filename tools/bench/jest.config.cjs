module.exports = require('../../tools/jest/preset.cjs')('bench', __dirname);
