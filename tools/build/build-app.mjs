import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packagesOf, root } from './packages-of.mjs';

/**
 * Bundles one project's `src/main.ts` to `dist/<project>/main.js`: our sources inside, packages outside,
 * `.graphql` files as text. Usage: `node tools/build/build-app.mjs apps/sync [folder instead of dist/apps/sync]`.
 */
const [project, outdir = join(root, 'dist', project ?? '')] = process.argv.slice(2);
if (!project) {
  console.error('Usage: node tools/build/build-app.mjs <project folder> [output folder]');
  process.exit(2);
}
const packages = [...(await packagesOf(project)).keys()];
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [join(root, project, 'src/main.ts')],
  outfile: join(outdir, 'main.js'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  external: packages.flatMap((name) => [name, `${name}/*`]),
  sourcemap: true,
  loader: { '.graphql': 'text', '.html': 'text' },
  logLevel: 'warning',
});
