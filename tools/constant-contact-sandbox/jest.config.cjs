module.exports = require('../../tools/jest/preset.cjs')('constant-contact-sandbox', __dirname);
