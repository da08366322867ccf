module.exports = require('../../tools/jest/preset.cjs')('chaos', __dirname);
