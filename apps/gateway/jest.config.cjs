module.exports = require('../../tools/jest/preset.cjs')('gateway', __dirname);
