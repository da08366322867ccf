import type { JournalEntry } from '@boxlist/testkit';
import { callsPerSecond, type World } from './world';

interface Used {
  readonly day: string;
  readonly used: number;
}
interface Counted {
  readonly entries: readonly JournalEntry[];
  /** How many refusals by rate or by day were asked for. */
  readonly thrown: number;
  readonly before: Used;
  readonly after: Used;
  readonly mostPermits: number;
}

/** What a process, or the sandbox, that was held still does when it goes on: calls whose permit has grown old, and calls that have queued up, come at once. */
const afterWakingMs = 3_000;

const isApi = ({ path }: JournalEntry): boolean => path.startsWith('/v3/');

/** Whether the limits were kept. */
export const judgeCalls = (world: World) => {
  const excused = new Set<number>();
  return {
    /** Sees a call soon after it was made. */
    see: ({ seq, status }: JournalEntry): void => {
      if (status === 429 && Date.now() - world.lastWokenAt() < afterWakingMs) excused.add(seq);
    },
    /** How many of the refusals that faults asked for have met a call. */
    injected: async (): Promise<number> => {
      let count = 0;
      for (const { kind, times } of await world.sandbox.faults())
        if (kind === 'throttled' || kind === 'quota-exceeded') count += 1 - (times ?? 0);
      return count;
    },
    refusedByRate: (entries: readonly JournalEntry[], thrown: number): number =>
      entries.filter(({ status }) => status === 429).length - thrown,
    judge: ({ entries, thrown, before, after, mostPermits }: Counted): string[] => {
      const wrong: string[] = [];
      const refused = entries.filter(({ status, seq }) => status === 429 && !excused.has(seq)).length;
      if (refused > thrown) wrong.push(`Constant Contact refused ${refused - thrown} calls as too many in a second`);
      if (mostPermits > callsPerSecond) wrong.push(`the ledger gave ${mostPermits} permits in a second`);
      const calls = entries.filter(isApi).length;
      if (before.day === after.day && calls > after.used - before.used)
        wrong.push(`${calls} calls were made with ${after.used - before.used} permits`);
      return wrong;
    },
  };
};
