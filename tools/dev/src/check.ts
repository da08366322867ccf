import { run, script } from './steps';

const steps: [string, [string, string[]]][] = [
  ['formatting', ['prettier', ['--check', '--log-level', 'warn', '.']]],
  ['generated files', script('tools/compose-supergraph/src/main.ts', '--check')],
  ['generated docs', script('tools/generate-docs/src/main.ts', '--check')],
  ['types and lint', ['nx', ['run-many', '-t', 'typecheck', 'lint', '--parallel=2', '--output-style=static']]],
  ['project references', ['nx', ['sync:check']]],
  ['circles', ['depcruise', ['--config', 'tools/check-workspace/dependency-cruiser.cjs', 'apps', 'libs', 'tools']]],
  ['unused code and packages', ['knip', ['--config', 'tools/check-workspace/knip.json', '--no-config-hints']]],
  ['workspace rules', script('tools/check-workspace/src/main.ts')],
];

const main = async (): Promise<void> => {
  const failed: string[] = [];
  for (const [name, [command, args]] of steps) {
    console.log(`\n== ${name}`);
    if ((await run(command, args)) !== 0) failed.push(name);
  }
  console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(', ')}`);
  process.exit(failed.length === 0 ? 0 : 1);
};

void main();
