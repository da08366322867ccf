import { workspaceRoot } from '@boxlist/testkit';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { line, type Line } from './table';

/** The output of `apps/sync/test/day`. */
interface DayFigures {
  readonly offices: number;
  readonly live: number;
  readonly backfill: number;
  readonly days: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const measures: Readonly<Record<string, string>> = {
  calls: 'calls used',
  mostInASecond: 'most calls in a second',
  liveDone: 'live orders done that day',
  backfillDone: 'backfill orders done that day',
  p50: 'live orders, p50 wait, s',
  p99: 'live orders, p99 wait, s',
  max: 'live orders, longest wait, s',
  worstOfficeP99: 'worst box office, p99, s',
  oneOrderP50: 'box offices with one order, p50, s',
  oneOrderMax: 'box offices with one order, longest, s',
  fairness: "Jain's index of the share done that day",
  prompt: 'share of live orders done within a minute',
  promptFairness: "Jain's index of the share done within a minute",
  ranOutAtHour: 'hour at which no calls were left for live orders (24: never)',
};
/** Measures that are also reported as a ratio to the rival's. */
const compared = ['liveDone', 'p50', 'p99', 'oneOrderP50', 'prompt'];
const own = 'Boxlist';

/**
 * Simulates a day of 200 box offices on one API key with sync's own planner, ledger and batching window, next to
 * simpler methods. Needs no server.
 */
export const benchDay = (seed: number): Line[] => {
  const output = execFileSync(
    process.execPath,
    ['--import', 'tsx', join(workspaceRoot(), 'apps/sync/test/day/main.ts'), '--seed', String(seed)],
    { cwd: workspaceRoot(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { offices, live, backfill, days } = JSON.parse(output) as DayFigures;
  console.log(`  seed ${seed}: ${offices} box offices, ${live} live orders, a backfill of ${backfill}`);
  const lines = Object.entries(measures).flatMap(([key, what]) =>
    Object.entries(days).map(([way, day]) => line('day', `${what}: ${way}`, day[key] ?? 0, '', aimOf(key, way))),
  );
  const rivals = Object.keys(days).filter((way) => way !== own);
  return [
    line('day', 'seed', seed, ''),
    ...lines,
    ...compared.flatMap((key) =>
      rivals.map((rival) =>
        line('day', `${measures[key]}: ${own} / ${rival}`, (days[own]?.[key] ?? 0) / (days[rival]?.[key] ?? 1), ''),
      ),
    ),
  ];
};

const aimOf = (key: string, way: string): { readonly atMost: number } | undefined => {
  if (way !== own) return undefined;
  return key === 'calls' ? { atMost: 10_000 } : key === 'mostInASecond' ? { atMost: 4 } : undefined;
};
