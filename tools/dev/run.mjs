import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The first step of every npm script. It runs on any Node from 18 on, before anything is installed, and hands over to the
// pinned Node among the packages.
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const commands = [
  'start',
  'test',
  'check',
  'smoke',
  'produce',
  'generate',
  'format',
  'compose-env',
  'bench',
  'model',
  'chaos',
];
const [command, ...args] = process.argv.slice(2);

const fail = (message, code = 1) => {
  console.error(message);
  process.exit(code);
};
if (!commands.includes(command)) fail(`Usage: node tools/dev/run.mjs ${commands.join('|')}`, 2);
if (Number(process.versions.node.split('.')[0]) < 18)
  fail(`Boxlist needs Node 18 or newer; this is ${process.version}.`);

const stamp = join(root, 'node_modules/.boxlist-installed');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
if (installed !== wanted) {
  const begun = Date.now();
  console.log('• Installing packages (npm ci) …');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) fail('npm ci failed; its message stands above.');
  writeFileSync(stamp, wanted);
  console.log(`  done in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
}

const bin = join(root, 'node_modules/.bin');
const own = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node');
const child = spawn(
  existsSync(own) ? own : process.execPath,
  [
    '--disable-warning=TimeoutNegativeWarning',
    '--import',
    'tsx',
    join(root, 'tools/dev/src', `${command}.ts`),
    ...args,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      TSX_TSCONFIG_PATH: join(root, 'tsconfig.base.json'),
      NX_DAEMON: 'false',
      NX_TUI: 'false',
    },
  },
);
// A Ctrl-C in a terminal reaches the child by itself; a kill of this process alone must be handed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
