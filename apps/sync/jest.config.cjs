module.exports = require('../../tools/jest/preset.cjs')('sync', __dirname);
