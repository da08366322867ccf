import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
const ours = '@boxlist/';

/** The packages, with their versions, that a project and the libraries it depends on name: all that is not bundled. */
export const packagesOf = async (project) => {
  const packages = new Map();
  const seen = new Set();
  const add = async (folder) => {
    if (seen.has(folder)) return;
    seen.add(folder);
    const { dependencies = {} } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
    for (const [name, version] of Object.entries(dependencies)) {
      if (name.startsWith(ours)) await add(`libs/${name.slice(ours.length)}`);
      else packages.set(name, version);
    }
  };
  await add(project);
  return packages;
};
