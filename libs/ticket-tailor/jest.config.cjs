module.exports = require('../../tools/jest/preset.cjs')('ticket-tailor', __dirname);
