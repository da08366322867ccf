module.exports = require('../../tools/jest/preset.cjs')('generate-docs', __dirname);
