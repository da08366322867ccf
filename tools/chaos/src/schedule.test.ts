import { describe, expect, it } from '@jest/globals';
import { expectedContacts, expectedDeliveries } from './expected';
import { mostInASecond } from './permits';
import { scheduleOf, type Schedule } from './schedule';

describe('a schedule', () => {
  it('is the same for the same seed, and differs for another', () => {
    expect(scheduleOf(7)).toEqual(scheduleOf(7));
    expect(scheduleOf(7)).not.toEqual({ ...scheduleOf(8), seed: 7 });
  });
});

describe('the expected result of a schedule', () => {
  const schedule: Schedule = {
    seed: 0,
    workflows: [{ kind: 'opted-in', publishedAtMs: 0 }],
    buyers: ['new', 'unsubscribed', 'new'],
    orders: [0, 1, 2].map((buyer) => ({
      buyer,
      event: 0,
      versions: [{ optIn: buyer === 2 ? 'no' : 'yes', status: 'completed', arrivesAtMs: [0] }],
    })),
    badEventsAtMs: [],
    steps: [],
  };

  it('is one outcome for each order × workflow, and a contact only for a buyer who opted in or had one', () => {
    expect(expectedDeliveries(schedule, new Set()).map(({ outcomes }) => outcomes)).toEqual([
      ['SYNCED SYNCED'],
      ['SKIPPED UNSUBSCRIBED'],
      ['SKIPPED NOT_OPTED_IN'],
    ]);
    expect(expectedContacts(schedule, new Set()).map(({ permission }) => permission)).toEqual([
      'explicit',
      'unsubscribed',
      undefined,
    ]);
  });

  it('leaves a buyer who unsubscribed during the run unsubscribed and on no list', () => {
    const [left] = expectedContacts(schedule, new Set([0]));
    expect(left).toMatchObject({ permission: 'unsubscribed', must: { lists: [] }, may: { lists: [] } });
  });
});

describe('the largest number in a second', () => {
  it('is that of any sliding second', () => {
    expect(
      mostInASecond(
        new Map([
          [0, 2],
          [999, 2],
          [1_000, 3],
          [2_100, 1],
        ]),
      ),
    ).toBe(5);
  });
});
