import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Bundles one project's `src/main.ts` to `dist/<project>/main.js`: our sources inside, packages outside,
 * `.graphql` files as text. Usage: `node tools/build/build-app.mjs apps/sync`.
 */
const project = process.argv[2];
if (!project) {
  console.error('Usage: node tools/build/build-app.mjs <project folder>');
  process.exit(2);
}
const root = resolve(import.meta.dirname, '../..');
const outdir = join(root, 'dist', project);
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [join(root, project, 'src/main.ts')],
  outfile: join(outdir, 'main.js'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  packages: 'external',
  sourcemap: true,
  tsconfig: join(root, 'tsconfig.base.json'),
  loader: { '.graphql': 'text', '.html': 'text' },
  logLevel: 'warning',
});
