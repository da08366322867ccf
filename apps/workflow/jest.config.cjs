module.exports = require('../../tools/jest/preset.cjs')('workflow', __dirname);
