module.exports = require('../jest/preset.cjs')('check-workspace', __dirname);
