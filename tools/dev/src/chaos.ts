import { run, runQuietly, script } from './steps';

const main = async (): Promise<void> => {
  if ((await runQuietly('nx', ['run-many', '-t', 'build', '--output-style=static'])) !== 0) process.exit(1);
  process.exit(await run(...script('tools/chaos/src/main.ts', ...process.argv.slice(2))));
};

void main();
