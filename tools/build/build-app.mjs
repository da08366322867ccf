import { build } from 'esbuild';
import { readFile, rm } from 'node:fs/promises';
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
const ours = '@boxlist/';

/** The packages that a project and the libraries it depends on name: everything that is not bundled. */
async function packagesOf(folder, seen = new Set()) {
  if (seen.has(folder)) return [];
  seen.add(folder);
  const { dependencies = {} } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const names = Object.keys(dependencies);
  const libs = names.filter((name) => name.startsWith(ours)).map((name) => `libs/${name.slice(ours.length)}`);
  const ofLibs = await Promise.all(libs.map((lib) => packagesOf(lib, seen)));
  return [...names.filter((name) => !name.startsWith(ours)).flatMap((name) => [name, `${name}/*`]), ...ofLibs.flat()];
}

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [join(root, project, 'src/main.ts')],
  outfile: join(outdir, 'main.js'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  external: await packagesOf(project),
  sourcemap: true,
  loader: { '.graphql': 'text', '.html': 'text' },
  logLevel: 'warning',
});
