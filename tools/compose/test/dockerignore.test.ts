import dockerignore from '@balena/dockerignore';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const text = readFileSync(join(__dirname, '../../../.dockerignore'), 'utf8');
const patterns = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const isSent = (path: string): boolean => !dockerignore().add(text).ignores(path);

/** One file for each pattern, which only that pattern keeps out. */
const keptOut: Readonly<Record<string, readonly string[]>> = {
  '**/node_modules': ['node_modules/x/index.js', 'apps/sync/node_modules/x/index.js'],
  '**/dist': ['dist/apps/sync/main.js', 'apps/sync/dist/main.js'],
  '**/coverage': ['coverage/index.html', 'apps/sync/coverage/index.html'],
  '.nx': ['.nx/cache/x'],
  '.github': ['.github/workflows/ci.yml'],
  '.vscode': ['.vscode/settings.json'],
  '.ci': ['.ci/run'],
  docs: ['docs/security.md'],
  '.git': ['.git/config'],
  '.data': ['.data/mongo/x'],
  '**/.env*': ['.env', '.env.production', '.env.example', 'apps/sync/.env', 'apps/sync/.env.local'],
  '**/.npmrc.local': ['.npmrc.local'],
  '**/*.pem': ['server.pem', 'certs/a/server.pem'],
  '**/*.key': ['server.key', 'certs/a/server.key'],
  '**/*.p12': ['certs/client.p12'],
  '**/*.pfx': ['certs/client.pfx'],
  '**/id_rsa*': ['.ssh/id_rsa', 'id_rsa.pub'],
  '**/id_ed25519*': ['.ssh/id_ed25519'],
  '**/secrets.json': ['secrets.json', 'tools/secrets.json'],
  '**/.secrets': ['.secrets/sync'],
  '**/*.log': ['npm-debug.log', 'apps/sync/x.log'],
};

describe('the context of an image', () => {
  it('has a sample for each pattern', () => {
    expect(Object.keys(keptOut)).toEqual(patterns);
  });

  it.each(patterns)('leaves out %s, and would send it without the pattern', (pattern) => {
    const without = dockerignore().add(patterns.filter((each) => each !== pattern));
    for (const path of keptOut[pattern] ?? []) {
      expect([path, isSent(path)]).toEqual([path, false]);
      expect([path, without.ignores(path)]).toEqual([path, false]);
    }
  });

  it.each([
    'package.json',
    'package-lock.json',
    '.npmrc',
    'apps/sync/src/main.ts',
    'apps/sync/schema.graphql',
    'apps/gateway/supergraph.graphql',
    'libs/service-kit/src/secrets.ts',
    'tools/build/build-app.mjs',
    'tools/build/health.mjs',
    'tsconfig.base.json',
    'nx.json',
  ])('has %s, from which an image is built', (path) => {
    expect(isSent(path)).toBe(true);
  });
});
