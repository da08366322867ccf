import { afterAll, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly dev?: boolean }>>;
}

interface Sbom {
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly hashes: readonly { readonly alg: string }[];
    readonly licenses: readonly object[];
  }[];
}

const root = join(__dirname, '../../..');
const dir = mkdtempSync(join(tmpdir(), 'image-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const lockIn = (folder: string): Lock => JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as Lock;

/** The packages that a bundle loads when it runs. */
const loadedBy = (bundle: string): string[] => {
  const names = [...bundle.matchAll(/(?:require|createRequire\)\(__filename\))\("([^".][^"]*)"\)/g)].map(
    ([, path = '']) => (path.startsWith('@') ? path.split('/').slice(0, 2).join('/') : (path.split('/')[0] ?? '')),
  );
  return [...new Set(names)].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
};

it.each(['apps/billing', 'apps/sync', 'tools/dev-issuer'])(
  'the image of %s installs what the app loads, in the versions of the workspace, and no tools',
  (project) => {
    for (const step of ['build-app', 'image-packages'])
      execFileSync(join(root, 'node_modules/.bin/node'), [`tools/build/${step}.mjs`, project, dir], { cwd: root });
    const image = lockIn(dir).packages;
    const loaded = loadedBy(readFileSync(join(dir, 'main.js'), 'utf8'));
    expect(loaded).toEqual(expect.arrayContaining(['fastify', 'zod']));
    expect(loaded.filter((name) => !(`node_modules/${name}` in image))).toEqual([]);

    const names = Object.keys(image).filter((path) => path !== '');
    expect(names.filter((path) => /\/(jest|typescript|nx|mongodb-memory-server-core|esbuild)$/.test(path))).toEqual([]);
    expect(names.filter((path) => path.startsWith('node_modules/@boxlist/'))).toEqual([]);

    const known = new Set(
      Object.entries(lockIn(root).packages).map(
        ([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`,
      ),
    );
    const versions = names.map((path) => `${path.split('node_modules/').at(-1)}@${image[path]?.version}`);
    expect(versions.filter((version) => !known.has(version))).toEqual([]);

    const { components } = JSON.parse(readFileSync(join(dir, 'sbom.cdx.json'), 'utf8')) as Sbom;
    const listed = new Map(components.map((each) => [each['bom-ref'].split('|')[0], each]));
    expect(versions.filter((version) => !listed.has(version))).toEqual([]);
    for (const { hashes, licenses } of listed.values()) {
      expect(hashes[0]?.alg).toBe('SHA-512');
      expect(licenses.length).toBeGreaterThan(0);
    }
  },
);
