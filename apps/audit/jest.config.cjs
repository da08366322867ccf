module.exports = require('../../tools/jest/preset.cjs')('audit', __dirname);
