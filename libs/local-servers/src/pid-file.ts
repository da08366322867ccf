import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

interface Recorded {
  readonly pid: number;
  /**
   * When the process started, in the system's own format. Distinguishes it from a later process with the same pid.
   */
  readonly birth: string;
  readonly parent: { readonly pid: number; readonly birth: string };
}

const linuxBirth = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : rest[18];
  } catch {
    return undefined;
  }
};

const birthOf = (pid: number): string | undefined =>
  process.platform === 'linux'
    ? linuxBirth(pid)
    : spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined;

const lives = ({ pid, birth }: { readonly pid: number; readonly birth: string }): boolean => birthOf(pid) === birth;

/** Undefined if the file is missing or incomplete. */
const read = (pidFile: string): Recorded | undefined => {
  try {
    return JSON.parse(readFileSync(pidFile, 'utf8')) as Recorded;
  } catch {
    return undefined;
  }
};

/** Signals a process and everything that it started. Ignores a process that has already ended. */
export const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  for (const target of process.platform === 'win32' ? [pid] : [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // The group does not exist yet (the child has not created it), or the process has ended.
    }
  }
};

/** Records a child process and its parent in a pid file. */
export const recordProcess = (pidFile: string, pid: number): void => {
  const recorded: Recorded = {
    pid,
    birth: birthOf(pid) ?? '',
    parent: { pid: process.pid, birth: birthOf(process.pid) ?? '' },
  };
  writeFileSync(pidFile, JSON.stringify(recorded));
};

/**
 * Stops the process that a pid file records, if its parent has ended. Resolves with whether there was one. Throws if
 * the parent still runs, because the process is then in use.
 */
export const stopLeftBehind = async (pidFile: string, graceMs = 10_000): Promise<boolean> => {
  const recorded = read(pidFile);
  if (!recorded || !lives(recorded)) {
    rmSync(pidFile, { force: true });
    return false;
  }
  if (recorded.parent.pid !== process.pid && lives(recorded.parent))
    throw new Error(`${pidFile} is in use by process ${recorded.parent.pid}. Stop that process first.`);
  signalGroup(recorded.pid, 'SIGCONT');
  signalGroup(recorded.pid, 'SIGTERM');
  for (const until = Date.now() + graceMs; lives(recorded) && Date.now() < until;) await delay(50);
  if (lives(recorded)) signalGroup(recorded.pid, 'SIGKILL');
  for (const until = Date.now() + graceMs; lives(recorded) && Date.now() < until;) await delay(50);
  rmSync(pidFile, { force: true });
  return true;
};

/**
 * Stops all processes that a killed command left behind in its data folder, the servers last. Resolves with their
 * number.
 */
export const stopAllLeftBehind = async (dataDir: string): Promise<number> => {
  if (!existsSync(dataDir)) return 0;
  const servers = ['mongo.pid', 'kafka/kafka.pid'];
  const services = readdirSync(dataDir).filter((file) => file.endsWith('.pid') && !servers.includes(file));
  const stop = (files: readonly string[]) => Promise.all(files.map((file) => stopLeftBehind(join(dataDir, file))));
  const stopped = [...(await stop(services)), ...(await stop(servers))];
  return stopped.filter(Boolean).length;
};
