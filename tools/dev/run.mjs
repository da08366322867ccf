import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The first step of every npm script. It runs on any Node from 18 on, before anything is installed, and hands over to
// the pinned Node among the packages.
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const commands = [
  'start',
  'test',
  'check',
  'smoke',
  'produce',
  'kafka-acls',
  'generate',
  'format',
  'compose-env',
  'pin',
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
if (installed !== wanted) await prepare();

/** Installs the packages, and beside that fetches the servers that the command will start. */
async function prepare() {
  const begun = Date.now();
  const preparing = new Map();
  let stopping = false;
  // In process groups of their own: a signal then reaches all that a package manager has started.
  const isWindows = process.platform === 'win32';
  const run = (program, args) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', detached: !isWindows, shell: isWindows });
    const ended = new Promise((resolve) => {
      child.once('error', () => resolve(1));
      child.once('exit', (code) => resolve(code ?? 1));
    });
    preparing.set(child, ended);
    return ended.finally(() => preparing.delete(child));
  };
  // npm takes a first signal as a wish, finishes its minute of unpacking and then rolls back: so it is signalled until
  // it ends.
  const endAll = async () => {
    stopping = true;
    const signalAll = () => {
      for (const { pid } of preparing.keys()) {
        try {
          process.kill(isWindows ? pid : -pid, 'SIGTERM');
        } catch {
          // It has ended, or never began.
        }
      }
    };
    signalAll();
    const again = setInterval(signalAll, 500);
    await Promise.all(preparing.values());
    clearInterval(again);
    if (!existsSync(stamp)) rmSync(join(root, 'node_modules'), { recursive: true, force: true });
  };
  const stop = () => {
    if (!stopping) void endAll().then(() => fail('Stopped.', 130));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);

  const startsServers = ['start', 'test', 'bench', 'chaos'].includes(command);
  console.log(`• Installing packages (npm ci)${startsServers ? ' and fetching Kafka and MongoDB' : ''} …`);
  const fetching = startsServers ? run(process.execPath, ['libs/local-servers/fetch.mjs', 'needed']) : undefined;
  const installedWith = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (stopping) return new Promise(() => undefined);
  if (installedWith !== 0) {
    await endAll();
    fail('npm ci failed. See its message above.');
  }
  writeFileSync(stamp, wanted);
  console.log(`  npm ci took ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  // A failure is not final: the start tries once more, and goes on with the next way that it knows.
  await fetching;
  if (stopping) return new Promise(() => undefined);
  for (const signal of signals) process.off(signal, stop);
}

const bin = join(root, 'node_modules/.bin');
const own = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node');
const child = spawn(
  existsSync(own) ? own : process.execPath,
  ['--import', 'tsx', join(root, 'tools/dev/src', `${command}.ts`), ...args],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      NX_DAEMON: 'false',
      NX_TUI: 'false',
    },
  },
);
// A Ctrl-C in a terminal reaches the child by itself; a kill of this process alone must be handed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
