const config = require('../../tools/jest/preset.cjs')('workflow', __dirname);

/** The MongoDB driver loads `os` by a dynamic import, which jest's sandbox has no answer to: swc makes a require of it. */
const driverImport = '(?!.*mongodb/lib/runtime_adapters\\.js$)';

module.exports = {
  ...config,
  transformIgnorePatterns: config.transformIgnorePatterns.map((pattern) => pattern + driverImport),
};
