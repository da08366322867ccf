import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestProblems, integrityProblems, licenceProblems, pinProblems, type Lock } from './supply-chain';

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
  'SECURITY.md',
  'STYLE.md',
  'docker-compose.yml',
  'eslint.config.mjs',
  'nx.json',
  'package-lock.json',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
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

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

const manifestOf = (folder: string): Manifest => JSON.parse(read(join(folder, 'package.json'))) as Manifest;

const folders = ['apps', 'libs', 'tools'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => `${group}/${name}`),
);
const projects = folders.filter((folder) => existsSync(join(root, folder, 'package.json')));

/** Every package has one version in the whole workspace, the Nx packages share theirs, and no version is a range. */
const checkVersions = (): void => {
  const seen = new Map<string, { version: string; in: string }>();
  for (const folder of ['.', ...projects]) {
    const { dependencies, devDependencies } = manifestOf(folder);
    problems.push(...pinProblems(`${folder}/package.json`, manifestOf(folder)));
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      const key = name.startsWith('@nx/') ? 'nx' : name;
      const before = seen.get(key);
      if (before && before.version !== version)
        problems.push(`${folder}/package.json: ${name} ${version}, but ${before.version} in ${before.in}`);
      else seen.set(key, { version, in: folder });
    }
  }
};

/** The lock file knows each package of each platform by its hash and licence, and no place to fetch it from. */
const checkLockFile = (): void => {
  const text = read('package-lock.json');
  const lock = JSON.parse(text) as Lock;
  if (/https?:\/\/[^"]*\.tgz/.test(text)) problems.push('package-lock.json: contains package URLs');
  problems.push(...[...integrityProblems(lock), ...licenceProblems(lock)].map((each) => `package-lock.json: ${each}`));
};

/** What a name chooses, its owner can change. */
const checkDigests = (): void => {
  const workflows = readdirSync(join(root, '.github/workflows')).map((file) => `.github/workflows/${file}`);
  for (const file of ['Dockerfile', 'docker-compose.yml', ...workflows])
    problems.push(...digestProblems(file, read(file)));
};

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter(
    (file) => !/^(dist|node_modules)\//.test(file),
  );

/**
 * Every folder with sources is a project with exactly one tag and a tsconfig.json. Nx infers a project's targets from
 * its files, so tests without a jest.config.cjs would never run.
 */
const checkProjects = (): void => {
  for (const folder of folders) {
    const files = filesIn(folder);
    if (!projects.includes(folder)) {
      if (files.some((file) => /\.m?ts$|\.mjs$/.test(file)))
        problems.push(`${folder}: has sources but no package.json`);
      continue;
    }
    if (manifestOf(folder).nx?.tags?.length !== 1) problems.push(`${folder}/package.json: needs exactly one tag`);
    if (!files.includes('tsconfig.json')) problems.push(`${folder}: has no tsconfig.json`);
    const hasTests = files.some((file) => /\.(test|spec|conformance|e2e|long)\.ts$/.test(file));
    if (hasTests !== files.includes('jest.config.cjs'))
      problems.push(`${folder}: has ${hasTests ? 'tests but no jest.config.cjs' : 'a jest.config.cjs but no tests'}`);
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
checkDigests();
checkProjects();
checkBoundaries();
for (const problem of problems) console.error(`✗ ${problem}`);
console.log(
  problems.length === 0
    ? 'All workspace rules hold. Lint refused a planted violation of the module boundaries.'
    : `${problems.length} rule(s) broken`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
