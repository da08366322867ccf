import type { JournalEntry } from '@boxlist/testkit';
import type { FollowedJournal } from './follow-journal';
import { mostSentInASecond } from './sends';
import { callsPerSecond, type World } from './world';

/**
 * In ms. A paused process or sandbox that continues makes several calls at once: calls whose permit has become old, and
 * calls that have queued up.
 */
const afterWakingMs = 3_000;

const isApi = ({ path }: JournalEntry): boolean => path.startsWith('/v3/');
const isRefused = ({ status }: JournalEntry): boolean => status === 429;

/**
 * Checks from now on that the limits are kept: permits per second, calls per permit, and refusals by Constant Contact.
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
    /** Counts, before faults are cleared, how many of their requested refusals a call has received. */
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
      // A kill may lose the record of a process's last calls, but no more than that.
      if (calls > 0 && sends.length < calls / 2)
        violations.push(`the senders recorded only ${sends.length} of ${calls} calls`);
      return { violations, mostSentInASecond: mostSent, refusedByRate: entries.filter(isRefused).length - injected };
    },
  };
};
