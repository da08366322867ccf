import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { guardGroup, releaseGroup } from './guardian';
import { recordProcess, signalGroup, stopLeftBehind } from './pid-file';

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
  readonly signal: (signal: NodeJS.Signals) => void;
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

const commands = new Set<Child>();
let cancelled = false;

/** Thrown when a start ends because the user stopped it, and not for a reason of its own. */
export class StartingCancelled extends Error {
  override readonly message = 'Starting was cancelled';
}

/** Ends downloads and builds that are under way, and lets nothing new start; servers that run are left alone. */
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
  // In a group of its own: a Ctrl-C in the terminal reaches the parent alone, who stops its servers in their order.
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
    // The number of one that has ended may be somebody else's by now.
    signal: (signal) => {
      if (!hasEnded()) signalGroup(pid, signal);
    },
  };
};

/** Starts a server with its output in a file. It ends with this process, whatever ends that. */
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
      // One that is paused would not hear the other.
      signal('SIGCONT');
      signal('SIGTERM');
      const grace = setTimeout(() => signal('SIGKILL'), graceMs);
      await exited;
      clearTimeout(grace);
    },
  };
};

/** Runs a command to its end, its output in a file; throws with the file's name when it fails. */
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
