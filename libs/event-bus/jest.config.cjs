module.exports = require('../../tools/jest/preset.cjs')('event-bus', __dirname);
