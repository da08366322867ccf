module.exports = require('../../tools/jest/preset.cjs')('compose-supergraph', __dirname);
