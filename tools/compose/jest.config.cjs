module.exports = require('../jest/preset.cjs')('compose', __dirname);
