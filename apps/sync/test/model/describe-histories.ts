import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHistory } from './any-history';
import type { Command, History } from './history';
import { checkHistories, failureOf } from './check-histories';
import { runHistory } from './run-history';
import { aHistory, order, workflow } from './some-history';

/*
 * Two processes of sync, with their real use cases, stores and queries, on a MongoDB, a Kafka, a Constant Contact and a
 * clock in memory. Each call of a process waits for its turn, and a seed draws the turns. So the calls of two processes
 * interleave in any sequence, and a process dies, or a call of it fails, at any await. After each history everything
 * settles, and the promises of docs/architecture.md must hold. Decision 13 explains this method and its speed.
 */
/** A fixed seed, so that each run checks a change with the same histories. `npm run model` draws others. */
const seed = 20_261_124;

const rich = (given: Parameters<typeof workflow>[0] = {}): Command =>
  workflow({
    lists: [0],
    tags: [0],
    eventTag: true,
    whenNotOptedIn: 'UPDATE_EXISTING',
    whenUnsubscribed: 'SEND_RESUBSCRIBE_EMAIL',
    onCancelledOrder: 'REMOVE_TAGS_AND_LISTS',
    whenPaused: 'WAIT',
    ...given,
  });
const bought = (given: Parameters<typeof order>[0] = {}): Command =>
  order({ event: 0, names: true, phone: true, after: 3, ...given });

const happening = (commands: readonly Command[], given: Partial<History> = {}): History =>
  aHistory(commands, { seed: 7, ...given });

/** A buyer becomes a contact, and is erased. */
const erased = happening([
  rich(),
  bought({ after: 8 }),
  { do: 'erase', office: 0, by: 1, person: 0, deleteContact: false, after: 200 },
]);

/** Histories in which a crash can do harm. */
const eventful: Readonly<Record<string, History>> = {
  'taking back': happening([
    rich(),
    rich({ workflow: 1, lists: [1], tags: [1], eventTag: false }),
    bought(),
    bought({ order: 1, at: 1, after: 20 }),
    bought({ at: 2, status: 'cancelled', after: 60 }),
  ]),
  'an erasure': happening([
    rich(),
    { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 0 },
    bought(),
    bought({ order: 1, person: 1, after: 8 }),
    { do: 'erase', office: 0, by: 0, person: 1, deleteContact: true, after: 20 },
    bought({ order: 2, person: 1, after: 3 }),
  ]),
  'a backfill': happening([
    bought({ after: 0 }),
    bought({ order: 1, person: 1, after: 0 }),
    { do: 'settle', after: 0 },
    rich({ workflow: 1 }),
    { do: 'settle', after: 0 },
    { do: 'backfill', office: 0, by: 0, workflow: 1, mode: 'IMPORT', after: 0 },
    bought({ order: 2, at: 3, after: 20 }),
  ]),
  'a retry': happening([
    rich(),
    bought({ optIn: null, after: 0 }),
    bought({ order: 1, person: 1, optIn: 'false', after: 0 }),
    { do: 'connection', office: 0, to: 'broken', after: 0 },
    bought({ order: 2, person: 2, after: 0 }),
    { do: 'settle', after: 0 },
    { do: 'retry', office: 0, by: 0, person: null, after: 0 },
    { do: 'connection', office: 0, to: 'connected', after: 8 },
  ]),
  expiring: happening([
    rich(),
    bought({ at: 5, after: 0 }),
    { do: 'grow-old', after: 0 },
    bought({ order: 1, at: 1, after: 3 }),
    bought({ at: 6, status: 'cancelled', after: 20 }),
    bought({ order: 1, at: 2, status: 'cancelled', after: 20 }),
  ]),
  /**
   * Three buyers are imported on a day with few calls, and upgraded with the calls that the day leaves over. One of
   * them has unsubscribed by then.
   */
  upgrading: happening(
    [
      workflow({ lists: [0], tags: [0] }),
      { do: 'connection', office: 0, to: 'broken', after: 0 },
      bought({ after: 0 }),
      bought({ order: 1, person: 1, after: 0 }),
      bought({ order: 2, person: 2, after: 0 }),
      { do: 'settle', after: 0 },
      { do: 'connection', office: 0, to: 'connected', after: 0 },
      { do: 'wait', ms: 60_000, after: 60 },
      { do: 'contact', office: 0, person: 1, act: 'unsubscribe', after: 60 },
    ],
    { callsPerDay: 12, whenQuotaIsScarce: 'IMPORT', upgradesImported: true },
  ),
};

/** How much to run. `everyAwait`: crashes and stalls at each of so many awaits only. */
interface Extent {
  readonly histories: number;
  readonly everyAwait: number;
}

/** Makes the tests of random histories, and of histories with a mishap at one await after the other. */
export const describeHistories = ({ histories, everyAwait }: Extent): void =>
  describe('histories', () => {
    it('of any kind keep every promise', async () => {
      const { failure } = await checkHistories({ histories, seed });
      expect(failureOf(failure)).toBe('');
    }, 300_000);

    it.each(Object.entries(eventful))(
      'keep every promise wherever a process dies, alternately before and after its call takes effect: %s',
      async (_, history) => {
        const { awaits, problems } = await runHistory(history);
        expect(problems).toEqual([]);
        // The long history, which waits for the end of a day, crashes at every 11th await only.
        const step = history === eventful.upgrading ? 11 * everyAwait : everyAwait;
        for (const process of [0, 1])
          for (let at = 1; at <= awaits[process]!; at += step) {
            const takesEffect = (at + process) % 2 === 0;
            const crashed = { ...history, mishaps: [{ process, at, kind: 'crash' as const, takesEffect }] };
            expect([crashed.mishaps, (await runHistory(crashed)).problems]).toEqual([crashed.mishaps, []]);
          }
      },
      300_000,
    );

    it('keep every promise wherever a process stalls until a buyer is erased', async () => {
      // About this many awaits come before the request for the erasure.
      const awaits = 350;
      for (const process of [0, 1])
        for (let at = 1; at <= awaits; at += everyAwait) {
          const stalled = { ...erased, mishaps: [{ process, at, kind: 'stall' as const, takesEffect: false }] };
          expect([stalled.mishaps, (await runHistory(stalled)).problems]).toEqual([stalled.mishaps, []]);
        }
    }, 300_000);

    it('can be repeated: the same history has the same result', async () => {
      for (const history of fc.sample(anyHistory, { numRuns: 20, seed: 1 }))
        expect(await runHistory(history)).toEqual(await runHistory(history));
    });
  });
