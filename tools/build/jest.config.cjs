module.exports = require('../../tools/jest/preset.cjs')('build-app', __dirname);
