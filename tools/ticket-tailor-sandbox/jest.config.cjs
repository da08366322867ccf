module.exports = require('../../tools/jest/preset.cjs')('ticket-tailor-sandbox', __dirname);
