import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHistory, type Command, type History, type OrderCommand, type WorkflowCommand } from './history';
import { checkHistories, failureOf } from './check-histories';
import { runHistory } from './run-history';

/*
 * Two processes of sync, with their real use cases, stores and queries, on a MongoDB, a Kafka, a Constant Contact and a clock in memory. Whatever a process calls waits for its turn, and turns are
 * drawn by a seed: so two processes meet in any order, and one dies, or what it calls fails, at any await. After each history everything comes to rest, and the promises of docs/architecture.md must
 * hold. Decision 13 says why it is done this way, and how fast it is.
 */
const histories = 2_500;

describe('histories', () => {
  it('of any kind keep every promise', async () => {
    const { failure } = await checkHistories({ histories });
    expect(failureOf(failure)).toBe('');
  }, 300_000);

  it('keep every promise wherever one of the processes dies, before what it called took effect or after', async () => {
    for (const history of eventful) {
      const { awaits, problems } = await runHistory(history);
      expect(problems).toEqual([]);
      for (const process of [0, 1])
        for (let at = 1; at <= awaits[process]!; at += 1)
          for (const takesEffect of [false, true]) {
            const crashed = { ...history, mishaps: [{ process, at, kind: 'crash' as const, takesEffect }] };
            expect([crashed.mishaps, (await runHistory(crashed)).problems]).toEqual([crashed.mishaps, []]);
          }
    }
  }, 300_000);

  it('can be had again: the same history goes the same way', async () => {
    for (const history of fc.sample(anyHistory, { numRuns: 20, seed: 1 }))
      expect(await runHistory(history)).toEqual(await runHistory(history));
  });
});

const order = (given: Partial<OrderCommand> & { after?: number }): Command => ({
  do: 'order',
  office: 0,
  order: 0,
  at: 0,
  person: 0,
  optIn: 'true',
  status: 'completed',
  event: 0,
  names: true,
  phone: true,
  after: 3,
  ...given,
});
const workflow = (given: Partial<WorkflowCommand> & { after?: number }): Command => ({
  do: 'workflow',
  office: 0,
  workflow: 0,
  status: 'ACTIVE',
  lists: [0],
  perEvent: false,
  tags: [0],
  eventTag: true,
  onlyEvent: null,
  createsContacts: true,
  whenNotOptedIn: 'UPDATE_EXISTING',
  whenUnsubscribed: 'SEND_RESUBSCRIBE_EMAIL',
  onCancelledOrder: 'REMOVE_TAGS_AND_LISTS',
  whenPaused: 'WAIT',
  after: 0,
  ...given,
});
const plain: Omit<History, 'commands'> = {
  seed: 7,
  mishaps: [],
  faults: [],
  callsPerDay: 10_000,
  optInRoute: ['DIRECT', 'DIRECT'],
  whenQuotaIsScarce: 'WAIT',
};

/** Histories in which a crash has something to spoil: creating and updating, taking back, erasing, a backfill. */
const eventful: readonly History[] = [
  {
    ...plain,
    commands: [
      workflow({}),
      workflow({ workflow: 1, lists: [1], tags: [1], eventTag: false }),
      order({}),
      order({ order: 1, at: 1, after: 20 }),
      order({ at: 2, status: 'cancelled', after: 60 }),
    ],
  },
  {
    ...plain,
    commands: [
      workflow({}),
      { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 0 },
      order({}),
      order({ order: 1, person: 1, after: 8 }),
      { do: 'erase', office: 0, by: 0, person: 1, deleteContact: true, after: 20 },
      order({ order: 2, person: 1, after: 3 }),
    ],
  },
  {
    ...plain,
    commands: [
      order({ after: 0 }),
      order({ order: 1, person: 1, after: 0 }),
      { do: 'settle', after: 0 },
      workflow({ after: 0 }),
      { do: 'settle', after: 0 },
      { do: 'backfill', office: 0, by: 0, workflow: 0, mode: 'IMPORT', after: 0 },
      order({ order: 2, at: 3, after: 20 }),
    ],
  },
];
