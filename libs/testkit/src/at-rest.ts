import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { appNames } from './parts';
import type { Stack } from './stack';

/** What an idle process uses. */
export interface UseAtRest {
  /** Percent of one core. */
  readonly cpuPercent: number;
  /** How many times a second one of its threads waited for something and then continued. */
  readonly wakeUpsPerSecond: number;
}

export interface StackAtRest {
  readonly apps: Readonly<Record<(typeof appNames)[number], UseAtRest>>;
  /** The CPU use of all apps together, in the window with the lowest sum. */
  readonly cpuPercent: number;
}

interface MeasureOptions {
  /**
   * Time before the first window, in milliseconds. It must be long enough for background jobs to become idle and for
   * the connections of the start to close.
   */
  readonly settleMs?: number;
  readonly windows?: number;
  readonly windowMs?: number;
}

/** Only Linux shows what a process used, and how often it woke up. */
export const canMeasureAtRest = process.platform === 'linux';

/** Linux counts the CPU time of programs in units of 1/100 s, whatever its own timer is. */
const tickMs = 10;

const usedUntilNow = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // utime and stime. The program name before them is in parentheses and may contain blanks.
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  const wakeUps = readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    return sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }, 0);
  return { cpuMs: (user + system) * tickMs, wakeUps, atMs: performance.now() };
};

const least = (values: readonly number[]): number => Math.min(...values);

/**
 * Measures the apps of an unused stack in several windows and returns the lowest value of each app. Other work on the
 * machine, or late garbage collection of the start, can only raise a value. Throws if `canMeasureAtRest` is false.
 */
export const measureAtRest = async (
  stack: Stack,
  { settleMs = 20_000, windows = 4, windowMs = 12_000 }: MeasureOptions = {},
): Promise<StackAtRest> => {
  if (!canMeasureAtRest) throw new Error(`Boxlist can measure idle use on Linux only, not on ${process.platform}`);
  const look = () => appNames.map((name) => usedUntilNow(stack.pid(name)));
  await delay(settleMs);
  const seen: UseAtRest[][] = [];
  let before = look();
  for (let window = 0; window < windows; window += 1) {
    await delay(windowMs);
    const after = look();
    seen.push(
      after.map(({ cpuMs, wakeUps, atMs }, index) => {
        const from = before[index] ?? { cpuMs, wakeUps, atMs };
        const passedMs = atMs - from.atMs;
        return {
          cpuPercent: (100 * (cpuMs - from.cpuMs)) / passedMs,
          wakeUpsPerSecond: (1_000 * (wakeUps - from.wakeUps)) / passedMs,
        };
      }),
    );
    before = after;
  }
  const leastOf = (index: number, of: keyof UseAtRest): number => least(seen.map((all) => all[index]?.[of] ?? 0));
  return {
    apps: Object.fromEntries(
      appNames.map((name, index) => [
        name,
        { cpuPercent: leastOf(index, 'cpuPercent'), wakeUpsPerSecond: leastOf(index, 'wakeUpsPerSecond') },
      ]),
    ) as StackAtRest['apps'],
    cpuPercent: least(seen.map((all) => all.reduce((sum, { cpuPercent }) => sum + cpuPercent, 0))),
  };
};
