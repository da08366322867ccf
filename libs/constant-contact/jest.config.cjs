module.exports = require('../../tools/jest/preset.cjs')('constant-contact', __dirname);
