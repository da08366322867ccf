import { run, script } from './steps';

const main = async (): Promise<void> => {
  for (const [command, args] of [
    script('tools/compose-supergraph/src/main.ts'),
    script('tools/generate-docs/src/main.ts'),
  ]) {
    const code = await run(command, args);
    if (code !== 0) process.exit(code);
  }
};

void main();
