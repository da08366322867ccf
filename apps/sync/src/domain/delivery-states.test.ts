import { describe, expect, it } from '@jest/globals';
import { contradictionsIn, statusOf } from './delivery-states';
import { reasons, waitingFor, type ReasonCode } from './reasons';

const now = new Date('2026-06-01T12:00:00Z');
const pending = {
  status: 'PENDING',
  reason: null,
  readyAt: now,
  settledAt: null,
  claimed: false,
  undoesOrder: false,
  imported: false,
  added: null,
  attemptCount: 0,
  firstTriedAt: null,
  activityIds: [],
  queue: 'live',
  backfillId: null,
} as const;
const synced = { ...pending, status: 'SYNCED', reason: 'SYNCED', readyAt: null, settledAt: now } as const;

describe('a stored delivery', () => {
  it('is legal while it is pending, waits, or has ended', () => {
    const running = { ...pending, status: 'WAITING', reason: 'ACTIVITY_RUNNING', activityIds: ['boxlist-1'] } as const;
    for (const each of [pending, { ...pending, claimed: true }, running, synced])
      expect(contradictionsIn(each)).toEqual([]);
  });

  it.each([
    ['a status of another reason', { ...synced, reason: 'NOT_OPTED_IN' }],
    ['an end that is ready', { ...synced, readyAt: now }],
    ['an end without its time', { ...synced, settledAt: null }],
    ['an open one that is never ready', { ...pending, readyAt: null }],
    ['a claim on an ended one', { ...synced, claimed: true }],
    ['an ended one that undoes its order', { ...synced, undoesOrder: true }],
    ['an undo after an import', { ...pending, undoesOrder: true, imported: true }],
    ['an undo that left something added', { ...synced, reason: 'TAKEN_BACK', added: { listIds: ['l1'], tagIds: [] } }],
    ['failed tries without the first', { ...pending, queue: 'retry', attemptCount: 2 }],
    ['failed tries in the live queue', { ...pending, attemptCount: 2, firstTriedAt: now }],
    ['a wait for no activity', { ...pending, status: 'WAITING', reason: 'ACTIVITY_RUNNING' }],
    ['the queue of a backfill without one', { ...pending, queue: 'backfill' }],
    ['a pause of no backfill', { ...pending, status: 'WAITING', reason: 'BACKFILL_PAUSED' }],
  ] as const)('is not legal with %s', (_, delivery) => {
    expect(contradictionsIn(delivery)).toHaveLength(1);
  });

  it('waits with each reason to wait, and ends with every other one', () => {
    for (const reason of Object.keys(reasons) as ReasonCode[])
      expect([reason, statusOf(reason) === 'WAITING']).toEqual([reason, waitingFor.includes(reason as never)]);
  });
});
