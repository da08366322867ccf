import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Checks rules of the workspace that no other tool checks. Prints every broken rule; exits with 1 if there is any. */
const root = join(__dirname, '../../..');
const problems: string[] = [];
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const allowedFolders = ['apps', 'docs', 'libs', 'tools'];
const allowedFiles = [
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'Dockerfile',
  'LICENSE',
  'README.md',
  'STYLE.md',
  'docker-compose.yml',
  'eslint.config.mjs',
  'knip.json',
  'nx.json',
  'package-lock.json',
  'package.json',
  'tsconfig.base.json',
];
const made = ['coverage', 'dist', 'node_modules'];

/** The top level holds only expected files and folders; dot files are not checked. */
const checkTopLevel = (): void => {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const known = entry.isDirectory() ? [...allowedFolders, ...made] : allowedFiles;
    if (!entry.name.startsWith('.') && !known.includes(entry.name))
      problems.push(`top level: ${entry.name} does not belong there`);
  }
};

/** All Nx packages have one version. */
const checkVersions = (): void => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
  const versions = Object.entries(devDependencies).filter(([name]) => name === 'nx' || name.startsWith('@nx/'));
  if (new Set(versions.map(([, version]) => version)).size !== 1)
    problems.push('package.json: the Nx packages have different versions');
};

/** The lock file contains no address that packages were fetched from. */
const checkLockFile = (): void => {
  if (/"resolved":|https?:\/\/[^"]*\.tgz/.test(read('package-lock.json')))
    problems.push('package-lock.json: contains package URLs');
};

interface Project {
  readonly name: string;
  readonly tags?: readonly string[];
  readonly targets?: Readonly<Record<string, unknown>>;
}

/** Whether a folder has files that lint covers. It must then be a project, because lint runs on projects only. */
const hasSources = (folder: string): boolean =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).some((file) => /\.m?ts$|\.mjs$/.test(file));

/** Every folder with sources is a project, and every project has exactly one tag and can be linted and type-checked. */
const checkProjects = (): void => {
  for (const group of ['apps', 'libs', 'tools']) {
    for (const folder of readdirSync(join(root, group))) {
      const file = `${group}/${folder}/project.json`;
      if (!existsSync(join(root, file))) {
        if (hasSources(`${group}/${folder}`)) problems.push(`${group}/${folder}: has sources but no project.json`);
        continue;
      }
      const { name, tags = [], targets = {} } = JSON.parse(read(file)) as Project;
      if (tags.length !== 1) problems.push(`${file}: ${name} needs exactly one tag`);
      for (const target of ['lint', 'typecheck'])
        if (!(target in targets)) problems.push(`${file}: ${name} has no target ${target}`);
    }
  }
};

/** Lint enforces the module boundaries: it must refuse a planted violation, by that very rule. */
const checkBoundaries = (): void => {
  const folder = join(root, 'apps/billing/src/planted');
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(
      join(folder, 'violation.ts'),
      "import { anOrder } from '@boxlist/testkit';\n\nexport const planted = anOrder;\n",
    );
    const { stdout, stderr } = spawnSync('nx', ['lint', 'billing', '--skip-nx-cache', '--output-style=static'], {
      cwd: root,
      encoding: 'utf8',
    });
    const output = `${stdout}${stderr}`;
    if (output.includes('No cached ProjectGraph')) problems.push('module boundaries: linted without a project graph');
    if (!output.includes('@nx/enforce-module-boundaries'))
      problems.push('module boundaries: lint did not refuse an app that imports the testkit');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

checkTopLevel();
checkVersions();
checkLockFile();
checkProjects();
checkBoundaries();
for (const problem of problems) console.error(`✗ ${problem}`);
console.log(
  problems.length === 0
    ? 'All workspace rules hold. Lint refused a planted violation of the module boundaries.'
    : `${problems.length} rule(s) broken`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
