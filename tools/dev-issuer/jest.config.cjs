module.exports = require('../../tools/jest/preset.cjs')('dev-issuer', __dirname);
