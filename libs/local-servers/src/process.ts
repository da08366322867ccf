import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { guardGroup, releaseGroup } from './guardian';
import { recordProcess, signalGroup, stopLeftBehind } from './pid-file';

/** Reports the progress of a slow step, one line at a time. */
export type Progress = (line: string) => void;

/** The folder for downloads and builds of this machine, outside every checkout. */
export const cacheDir = (): string => join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'boxlist');

/** The root of the workspace that contains the current directory. Throws outside the workspace. */
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
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Sends SIGTERM, and SIGKILL after the grace time. */
  stop(graceMs?: number): Promise<void>;
  kill(): Promise<void>;
}

interface StartOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly logFile: string;
  /** Records the process, so that the next start can stop it if a killed parent left it behind. */
  readonly pidFile?: string;
}

const commands = new Set<Child>();
let cancelled = false;

/** Thrown if the user cancelled a start. */
export class StartingCancelled extends Error {
  override readonly message = 'Starting was cancelled';
}

/** Ends current downloads and builds and prevents new starts. Running servers continue. */
export const cancelStarts = (): void => {
  cancelled = true;
  for (const command of commands) command.signal('SIGTERM');
};

interface Child {
  readonly pid: number;
  readonly exited: Promise<number | null>;
  readonly signal: (signal: NodeJS.Signals) => void;
}

const spawnChild = async ({ command, args, env, cwd, logFile }: StartOptions): Promise<Child> => {
  if (cancelled) throw new StartingCancelled();
  mkdirSync(dirname(logFile), { recursive: true });
  const out = openSync(logFile, 'a');
  // The child gets its own group. A Ctrl-C in the terminal then reaches only the parent, which stops its servers in
  // the right sequence.
  const child = spawn(command, [...args], { cwd, env, stdio: ['ignore', out, out], detached: true });
  closeSync(out);
  const { pid } = child;
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });
  if (pid === undefined) {
    await exited;
    throw new Error(`${command} cannot be started. Is it installed?`);
  }
  guardGroup(pid);
  void exited.then(() => releaseGroup(pid));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    exited,
    // After the end of a process, another process may get its pid.
    signal: (signal) => {
      if (!hasEnded()) signalGroup(pid, signal);
    },
  };
};

/** Starts a server with its output in a file. It ends together with this process, whatever ends this process. */
export const startProcess = async (options: StartOptions): Promise<LocalProcess> => {
  const { pidFile } = options;
  if (pidFile) await stopLeftBehind(pidFile);
  const { pid, exited, signal } = await spawnChild(options);
  if (pidFile) {
    recordProcess(pidFile, pid);
    void exited.then(() => rmSync(pidFile, { force: true }));
  }
  return {
    pid,
    exited,
    signal,
    kill: async () => {
      signal('SIGKILL');
      await exited;
    },
    stop: async (graceMs = 35_000) => {
      // A paused process cannot react to SIGTERM.
      signal('SIGCONT');
      signal('SIGTERM');
      const grace = setTimeout(() => signal('SIGKILL'), graceMs);
      await exited;
      clearTimeout(grace);
    },
  };
};

/** Runs a command to its end, with its output in a file. If it fails, throws an error that names the file. */
export const runToEnd = async (options: StartOptions): Promise<void> => {
  const command = await spawnChild(options);
  commands.add(command);
  const code = await command.exited;
  commands.delete(command);
  if (cancelled) throw new StartingCancelled();
  if (code !== 0) throw new Error(`${options.command} failed (${String(code)}); see ${options.logFile}`);
};

/** Whether a program is on the PATH. */
export const onPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((dir) => dir !== '' && existsSync(join(dir, program)));

const taken = new Set<number>();

/** A free TCP port on loopback, below the range that the system uses for client connections. */
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
