import { createProjectGraphAsync } from '@nx/devkit';
import { createLockFile } from '@nx/js';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { packagesOf, root } from './packages-of.mjs';

/**
 * Writes beside a built app the package.json and package-lock.json of its image: the packages that the app needs at
 * run time and no others, in the versions of the workspace's lock file. Also writes sbom.cdx.json, the CycloneDX list
 * of these packages with their hashes and licences.
 * Usage: `node tools/build/image-packages.mjs apps/sync [folder instead of dist/apps/sync]`.
 */
const [project, outdir = join(root, 'dist', project ?? '')] = process.argv.slice(2);
if (!project) {
  console.error('Usage: node tools/build/image-packages.mjs <project folder> [output folder]');
  process.exit(2);
}
const manifest = {
  name: `@boxlist/${basename(project)}`,
  version: '0.1.0',
  private: true,
  dependencies: Object.fromEntries(await packagesOf(project)),
};
const graph = await createProjectGraphAsync({ exitOnError: true });
await mkdir(outdir, { recursive: true });
await writeFile(join(outdir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
await writeFile(join(outdir, 'package-lock.json'), createLockFile(manifest, graph, 'npm'));
const sbom = execFileSync(
  'npm',
  ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only', '--omit', 'dev'],
  { cwd: outdir, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' },
);
await writeFile(join(outdir, 'sbom.cdx.json'), sbom);
