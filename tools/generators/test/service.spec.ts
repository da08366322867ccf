import { beforeEach, expect, it, jest } from '@jest/globals';
import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import service from '../src/service';

const root = join(__dirname, '../../..');
let tree: Tree;

beforeEach(() => {
  // The formatter of the workspace is not found from a virtual tree, and says so.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  tree = createTreeWithEmptyWorkspace();
  tree.write('apps/billing/package.json', readFileSync(join(root, 'apps/billing/package.json'), 'utf8'));
});

it('lays out the doors that every service has', async () => {
  await service(tree, { name: 'check-in', port: 4110 });
  for (const file of [
    'README.md',
    'jest.config.cjs',
    'schema.graphql',
    'src/config.ts',
    'src/context.ts',
    'src/main.ts',
    'src/report.ts',
    'src/resolvers.ts',
    'src/service.ts',
    'test/check-in.spec.ts',
    'tsconfig.json',
  ])
    expect(tree.exists(`apps/check-in/${file}`)).toBe(true);
  expect(tree.read('apps/check-in/src/config.ts', 'utf8')).toContain('CHECK_IN_PORT: port(4110)');
  expect(tree.read('apps/check-in/src/main.ts', 'utf8')).toContain("runService('check-in', loadConfig");
});

it('takes the versions of its packages from the services that exist', async () => {
  await service(tree, { name: 'check-in' });
  const read = (file: string) =>
    JSON.parse(tree.read(file, 'utf8') ?? '') as { dependencies: Record<string, string>; nx: object };
  const { dependencies, nx } = read('apps/check-in/package.json');
  expect(dependencies).toEqual({
    '@boxlist/service-kit': '*',
    graphql: read('apps/billing/package.json').dependencies.graphql,
    zod: read('apps/billing/package.json').dependencies.zod,
  });
  expect(nx).toEqual({ name: 'check-in', tags: ['type:app'], targets: { build: {} } });
});

it('never writes over a service', async () => {
  await expect(service(tree, { name: 'billing' })).rejects.toThrow('apps/billing exists already');
});
