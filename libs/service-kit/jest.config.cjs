module.exports = require('../../tools/jest/preset.cjs')('service-kit', __dirname);
