module.exports = require('../../tools/jest/preset.cjs')('contracts', __dirname);
