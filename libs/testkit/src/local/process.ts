import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Says what a slow step is doing; one line each. */
export type Progress = (line: string) => void;

/** The folder that machine-wide downloads and builds are kept in, outside every checkout. */
export const cacheDir = (): string => join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'boxlist');

/** The workspace's root, found from where the command runs. */
export const workspaceRoot = (): string => {
  for (let dir = process.cwd(); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'nx.json'))) return dir;
    if (dir === dirname(dir)) throw new Error('not inside the Boxlist workspace');
  }
};

/** A server process that this process started. */
export interface LocalProcess {
  readonly pid: number;
  readonly exited: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after the grace time. */
  stop(graceMs?: number): Promise<void>;
  kill(): Promise<void>;
}

interface StartOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly logFile: string;
  /** Remembers the process, so that one left behind by a killed parent is stopped by the next start. */
  readonly pidFile?: string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

const stopStale = async (pidFile: string): Promise<void> => {
  if (!existsSync(pidFile)) return;
  const [pid, command] = readFileSync(pidFile, 'utf8').split('\n');
  const alive = (): boolean => {
    try {
      return readFileSync(`/proc/${Number(pid)}/cmdline`, 'utf8').includes(command ?? '\0none');
    } catch {
      return false;
    }
  };
  for (let tries = 0; alive() && tries < 100; tries += 1) {
    process.kill(Number(pid), tries < 50 ? 'SIGTERM' : 'SIGKILL');
    await delay(100);
  }
  rmSync(pidFile, { force: true });
};

/** Starts a server with its output in a file. It ends with this process. */
export const startProcess = async ({
  command,
  args,
  env,
  cwd,
  logFile,
  pidFile,
}: StartOptions): Promise<LocalProcess> => {
  if (pidFile) await stopStale(pidFile);
  mkdirSync(dirname(logFile), { recursive: true });
  const out = openSync(logFile, 'a');
  const child = spawn(command, [...args], {
    cwd,
    env: env,
    stdio: ['ignore', out, out],
  });
  running.add(child);
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });
  void exited.then(() => {
    running.delete(child);
    if (pidFile) rmSync(pidFile, { force: true });
  });
  if (child.pid === undefined) throw new Error(`${command} cannot be started`);
  if (pidFile) writeFileSync(pidFile, `${child.pid}\n${command}\n`);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    pid: child.pid,
    exited,
    signal: (signal) => void child.kill(signal),
    kill,
    stop: async (graceMs = 15_000) => {
      child.kill('SIGTERM');
      const grace = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(grace);
    },
  };
};

/** Runs a command to its end, its output in a file; throws with the file's name when it fails. */
export const runToEnd = async (options: StartOptions): Promise<void> => {
  const { exited } = await startProcess(options);
  const code = await exited;
  if (code !== 0)
    throw new Error(`${options.command} ${options.args[0] ?? ''} failed (${String(code)}); see ${options.logFile}`);
};

/** Whether a program is on the PATH. */
export const onPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(':').some((dir) => dir !== '' && existsSync(join(dir, program)));

const taken = new Set<number>();

/** A TCP port on loopback that is free now, below the range that the system gives to clients. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (!taken.has(port) && (await isFree(port))) {
      taken.add(port);
      return port;
    }
  }
};

/** Whether nothing listens on a loopback port. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
