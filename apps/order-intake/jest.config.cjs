module.exports = require('../../tools/jest/preset.cjs')('order-intake', __dirname);
