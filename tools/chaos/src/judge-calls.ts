import type { JournalEntry } from '@boxlist/testkit';
import type { FollowedJournal } from './follow-journal';
import { mostSentInASecond } from './sends';
import { callsPerSecond, type World } from './world';

/**
 * What a process, or the sandbox, that was held still does when it goes on: calls whose permit has grown old, and calls
 * that have queued up, come at once.
 */
const afterWakingMs = 3_000;

const isApi = ({ path }: JournalEntry): boolean => path.startsWith('/v3/');
const isRefused = ({ status }: JournalEntry): boolean => status === 429;

/**
 * Watches from now on whether the limits are kept: permits in a second, calls for permits, and refusals by Constant
 * Contact.
 */
export const watchCalls = async (world: World, journal: FollowedJournal) => {
  const excused = new Set<number>();
  const begunAt = Date.now();
  let injected = 0;
  world.permits.begin();
  const before = await world.permits.used();
  const unlisten = journal.listen((entry) => {
    if (isRefused(entry) && Date.now() - world.lastWokenAt() < afterWakingMs) excused.add(entry.seq);
  });
  return {
    /** Counts, before faults are cleared, how many of the refusals that they asked for have met a call. */
    countInjected: async (): Promise<void> => {
      for (const { kind, times } of await world.sandbox.faults())
        if (kind === 'throttled' || kind === 'quota-exceeded') injected += 1 - (times ?? 0);
    },
    judge: async (entries: readonly JournalEntry[]) => {
      unlisten();
      const violations: string[] = [];
      const after = await world.permits.used();
      const refused = entries.filter((entry) => isRefused(entry) && !excused.has(entry.seq)).length;
      if (refused > injected)
        violations.push(`Constant Contact refused ${refused - injected} calls as too many in a second`);
      const most = world.permits.mostInASecond();
      if (most > callsPerSecond) violations.push(`the ledger granted ${most} permits in a second`);
      const sends = world.syncs.sendsSince(begunAt);
      const mostSent = mostSentInASecond(sends);
      if (mostSent > callsPerSecond) violations.push(`${mostSent} calls were sent within a second`);
      const calls = entries.filter(isApi).length;
      if (before.day === after.day && calls > after.used - before.used)
        violations.push(`${calls} calls were made with ${after.used - before.used} permits`);
      // A kill may keep the last calls of a process from being noted, and no more than that.
      if (calls > 0 && sends.length < calls / 2)
        violations.push(`the senders recorded only ${sends.length} of ${calls} calls`);
      return { violations, mostSentInASecond: mostSent, refusedByRate: entries.filter(isRefused).length - injected };
    },
  };
};
