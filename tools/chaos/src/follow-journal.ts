import type { JournalEntry } from '@boxlist/testkit';
import { setTimeout as delay } from 'node:timers/promises';
import type { World } from './world';

/**
 * Follows the sandbox's journal. Reports each call once, soon after it was made, and polls more often while `nthCall`
 * waits.
 */
export const followJournal = (world: Pick<World, 'sandbox'>) => {
  const listeners = new Set<(entry: JournalEntry) => void>();
  let since = 0;
  let waiting = 0;
  let closed = false;
  const following = (async () => {
    while (!closed) {
      try {
        const { entries } = await world.sandbox.journalPage(since, 500);
        for (const entry of entries) {
          since = entry.seq;
          for (const listener of listeners) listener(entry);
        }
      } catch {
        // The sandbox is paused.
      }
      await delay(waiting > 0 ? 25 : 250);
    }
  })();
  const listen = (listener: (entry: JournalEntry) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    listen,
    /** Resolves once `nth` calls with a matching path were answered, or when `signal` aborts. */
    nthCall: (pattern: string, nth: number, signal: AbortSignal): Promise<void> => {
      const path = new RegExp(pattern);
      let count = 0;
      waiting += 1;
      return new Promise<void>((resolve) => {
        const done = (): void => {
          unlisten();
          waiting -= 1;
          resolve();
        };
        const unlisten = listen((entry) => {
          if (path.test(entry.path) && (count += 1) === nth) done();
        });
        signal.addEventListener('abort', () => {
          if (count < nth) done();
        });
      });
    },
    close: async (): Promise<void> => {
      closed = true;
      await following;
    },
  };
};

export type FollowedJournal = ReturnType<typeof followJournal>;
