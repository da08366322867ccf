import { describe, expect, it } from '@jest/globals';
import type { DeliveryChoice } from './delivery-choice';
import { backlogOf, rowsChosen } from './delivery-counts';

const rows = [
  { status: 'OPEN', reason: '' },
  { status: 'SYNCED', reason: 'SYNCED' },
  { status: 'SKIPPED', reason: 'NOT_OPTED_IN' },
  { status: 'FAILED', reason: 'GAVE_UP' },
] as const;
const chosen = (choice: DeliveryChoice): string[] | undefined => {
  const isChosen = rowsChosen(choice);
  return isChosen && rows.filter(isChosen).map(({ status }) => status);
};

describe('rowsChosen', () => {
  it.each<[DeliveryChoice, string[]]>([
    [{}, ['OPEN', 'SYNCED', 'SKIPPED', 'FAILED']],
    [{ workflowId: 'wf_1' }, ['OPEN', 'SYNCED', 'SKIPPED', 'FAILED']],
    [{ statuses: ['PENDING', 'WAITING'] }, ['OPEN']],
    [{ statuses: ['FAILED', 'SYNCED'] }, ['SYNCED', 'FAILED']],
    [{ reasons: ['NOT_OPTED_IN', 'GAVE_UP'] }, ['SKIPPED', 'FAILED']],
    [{ statuses: ['FAILED'], reasons: ['NOT_OPTED_IN', 'RETRYING'] }, []],
  ])('chooses rows for %j', (choice, wanted) => {
    expect(chosen(choice)).toEqual(wanted);
  });

  it.each<DeliveryChoice>([
    { statuses: ['PENDING'] },
    { statuses: ['WAITING', 'FAILED'] },
    { reasons: ['RETRYING'] },
    { ids: [] },
    { eventId: 'ev_1' },
    { orderId: 'or_1' },
    { emailHash: 'h' },
    { from: new Date(0) },
    { to: new Date(0) },
  ])('returns undefined for %j', (choice) => {
    expect(chosen(choice)).toBeUndefined();
  });
});

describe('backlogOf', () => {
  const exactly = (count: number) => ({ count, isExact: true });
  const atLeast = (count: number) => ({ count, isExact: false });
  it('returns the counts when both are exact', () => {
    expect(backlogOf(exactly(2), exactly(3), 9)).toEqual({ pending: 2, waiting: 3, isExact: true });
  });
  it('derives the larger count from the open deliveries when only one is exact', () => {
    expect(backlogOf(exactly(2), atLeast(10), 90)).toEqual({ pending: 2, waiting: 88, isExact: true });
    expect(backlogOf(atLeast(10), exactly(2), 90)).toEqual({ pending: 88, waiting: 2, isExact: true });
  });
  it('is not exact when neither count is', () => {
    expect(backlogOf(atLeast(10), atLeast(10), 90)).toEqual({ pending: 10, waiting: 10, isExact: false });
  });
});
