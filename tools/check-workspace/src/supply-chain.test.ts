import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestProblems, integrityProblems, licenceProblems, pinProblems, type Lock } from './supply-chain';

const fine = { version: '1.2.3', integrity: 'sha512-abc', license: 'MIT' };
const lockOf = (entry: object, more: Lock['packages'] = {}): Lock => ({
  packages: { '': {}, 'node_modules/fine': fine, 'node_modules/odd': { ...fine, ...entry }, ...more },
});

describe('a lock file', () => {
  it('of known packages has no problem', () => {
    const lock = lockOf({ optionalDependencies: { fine: '1.2.3' } }, { 'node_modules/@boxlist/x': { link: true } });
    expect([...integrityProblems(lock), ...licenceProblems(lock)]).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['without integrity', { integrity: undefined }, /no sha512/],
    ['with a weak hash', { integrity: 'sha1-abc' }, /no sha512/],
    ['with an address', { resolved: 'https://registry.example/odd.tgz' }, /names the place/],
    ['without an exact version', { version: 'git+ssh://x' }, /no exact version/],
    ['without the package of a platform', { optionalDependencies: { '@odd/win32': '1.2.3' } }, /@odd\/win32 is not/],
  ])('%s is refused', (_, entry, problem) => {
    expect(integrityProblems(lockOf(entry))).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ['GPL-3.0', false],
    [undefined, false],
    ['UNLICENSED', false],
    ['MIT AND GPL-3.0', false],
    ['Elastic-2.0', false],
    ['(MIT OR GPL-3.0)', true],
    ['(MIT AND BSD-3-Clause)', true],
  ])('may have a package of the licence %s: %s', (license, may) => {
    expect(licenceProblems(lockOf({ license })).length).toBe(may ? 0 : 1);
  });
});

describe('a version in package.json', () => {
  it.each(['1.2.3', '1.2.3-rc.1'])('may be %s', (version) => {
    expect(pinProblems('x', { dependencies: { a: version, '@boxlist/b': '*' } })).toEqual([]);
  });
  it.each(['^1.2.3', '~1.2.3', '1.2', '*', 'latest', '1.2.3 - 2.0.0', '1.2.3 || 2.0.0', 'github:a/b', '>=1.2.3'])(
    'must not be %s',
    (version) => {
      expect(pinProblems('x', { devDependencies: { a: version } })).toHaveLength(1);
      expect(pinProblems('x', { optionalDependencies: { a: version } })).toHaveLength(1);
    },
  );
});

describe('an image and an action', () => {
  const sha = '0'.repeat(64);
  it.each([
    `FROM node:24-slim@sha256:${sha} AS build`,
    `    image: mongo:8@sha256:${sha}`,
    '- uses: ./local',
    `- uses: a/b@${'0'.repeat(40)} # v1`,
  ])('may be %s', (line) => expect(digestProblems('x', line)).toEqual([]));
  it.each([
    'FROM node:24-slim',
    'image: mongo',
    `image: mongo@sha256:${sha}`,
    '      - uses: a/b@v4',
    'uses: a/b@0123abc',
  ])('must not be %s', (line) => expect(digestProblems('x', line)).toHaveLength(1));
  it('are found in the files that the check reads', () => {
    const read = (file: string) => readFileSync(join(__dirname, '../../..', file), 'utf8');
    const stripped = ['Dockerfile', 'docker-compose.yml', '.github/workflows/ci.yml'].map((file) =>
      digestProblems(file, read(file).replace(/@(sha256:)?[0-9a-f]{40,64}/g, '')),
    );
    expect(stripped.map((each) => each.length > 1)).toEqual([true, true, true]);
  });
});
