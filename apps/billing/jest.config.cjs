module.exports = require('../../tools/jest/preset.cjs')('billing', __dirname);
