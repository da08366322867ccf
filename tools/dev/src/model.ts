import { run, script } from './steps';

void run(...script('apps/sync/test/model/main.ts', ...process.argv.slice(2))).then((code) => process.exit(code));
