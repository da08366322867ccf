module.exports = require('../../tools/jest/preset.cjs')('auth-connection', __dirname);
