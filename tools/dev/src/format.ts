import { run } from './steps';

void run('prettier', ['--write', '--log-level', 'warn', '.']).then((code) => process.exit(code));
