module.exports = require('../../tools/jest/preset.cjs')('local-servers', __dirname);
