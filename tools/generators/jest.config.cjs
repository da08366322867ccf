module.exports = require('../../tools/jest/preset.cjs')('generators', __dirname);
