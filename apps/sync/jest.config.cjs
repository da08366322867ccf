// Three at a time, on any machine: specs wait for their servers most of the time.
module.exports = require('../../tools/jest/preset.cjs')('sync', __dirname, { maxWorkers: 3 });
