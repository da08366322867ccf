const path = require('node:path');

/** Packages that ship only ES modules: jest loads them through swc like our own sources. */
const esmOnly = ['jose', 'oauth4webapi', 'p-map', 'ulid'];

/** The one jest configuration; a project adds its name and nothing else. */
module.exports = (displayName, rootDir, extra = {}) => ({
  displayName,
  rootDir,
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts', '**/*.spec.ts', '**/*.conformance.ts', '**/*.e2e.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node', 'graphql'],
  transform: {
    '\\.graphql$': path.join(__dirname, 'text-transform.cjs'),
    '\\.m?[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' }, swcrc: false },
    ],
  },
  // The MongoDB driver loads `os` by a dynamic import, to which jest's sandbox has no answer: swc makes a require of
  // it.
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)(?!.*mongodb/lib/runtime_adapters\\.js$)`],
  // A wait ends as soon as it can. The limits are for a machine that is busy with three other test files.
  testTimeout: 90_000,
  coveragePathIgnorePatterns: ['/node_modules/', '/generated/'],
  reporters: ['default', path.join(__dirname, 'counts-reporter.cjs')],
  ...extra,
});
