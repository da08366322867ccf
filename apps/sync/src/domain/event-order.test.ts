import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareIds, isNewer, momentOf, rankOf, type Stamp } from './event-order';
import { fetchedOrder } from './fetched-order';
import { mergeOrders, orderFrom } from './order';

const time = '2026-11-28T03:00:00Z';
const created = 'boxlist.order.created.v1';
const updated = 'boxlist.order.updated.v1';
type Status = Parameters<typeof rankOf>[1];
const stamp = (cloudEventId: string, type: Parameters<typeof rankOf>[0], status: Status, at = time): Stamp => ({
  eventTime: momentOf(at),
  eventRank: rankOf(type, status),
  cloudEventId,
  eventSource: '/x',
});

describe('isNewer', () => {
  const pairs: [what: string, older: Stamp, newer: Stamp][] = [
    ['time', stamp('wh_10', updated, 'completed'), stamp('wh_9', created, 'pending', '2026-11-28T03:00:01Z')],
    ['an update of the same second', stamp('wh_10', created, 'completed'), stamp('wh_9', updated, 'completed')],
    ['an update that says pending', stamp('wh_10', created, 'completed'), stamp('wh_9', updated, 'pending')],
    ['a status that is final', stamp('wh_10', updated, 'pending'), stamp('wh_9', updated, 'completed')],
    ['a cancellation', stamp('wh_10', created, 'pending'), stamp('wh_9', created, 'cancelled')],
    ['the number', stamp('wh_9', created, 'pending'), stamp('wh_10', created, 'pending')],
    ['the number of two final ones', stamp('wh_9', updated, 'cancelled'), stamp('wh_10', updated, 'completed')],
    ['the number, the other way', stamp('wh_9', updated, 'completed'), stamp('wh_10', updated, 'cancelled')],
    ['the source', stamp('1', created, 'pending'), { ...stamp('1', created, 'pending'), eventSource: '/y' }],
  ];
  it.each(pairs)('decides by %s', (_, older, newer) => {
    expect([isNewer(newer, older), isNewer(older, newer)]).toEqual([true, false]);
  });

  it('is a strict total order', () => {
    const any = fc.record<Stamp>({
      eventTime: fc.constantFrom(1, 1, 2),
      eventRank: fc.constantFrom(0, 1, 2, 3),
      cloudEventId: fc.oneof(
        fc.constantFrom('', 'wh_9', 'wh_10', 'wh_010', 'wh_', '9', '09', '1a2', '1a10', 'a1'),
        fc.stringMatching(/^[ab]?\d{0,3}[-ab]?\d{0,2}$/),
        fc.uuid(),
      ),
      eventSource: fc.constantFrom('/x', '/y'),
    });
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(isNewer(a, a)).toBe(false);
        const isSame = JSON.stringify(a) === JSON.stringify(b);
        expect([isNewer(a, b), isNewer(b, a)].filter(Boolean)).toHaveLength(isSame ? 0 : 1);
        if (isNewer(a, b) && isNewer(b, c)) expect(isNewer(a, c)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('compareIds', () => {
  it.each([
    [['wh_9', 'wh_10', 'wh_99', 'wh_100']],
    [['wh_009', 'wh_9', 'wh_10']],
    [['wh_99999999999999999998', 'wh_99999999999999999999', 'wh_100000000000000000000']],
    [['', '9', '10', 'wh', 'wh_1', 'wh_1a', 'wh_1b']],
    [['a1-9', 'a1-10', 'a2-1']],
  ])('compares numbers in ids as numbers: %j', (inOrder) => {
    expect([...inOrder].reverse().sort(compareIds)).toEqual(inOrder);
  });
});

describe('momentOf', () => {
  it.each([
    ['2026-11-28T03:00:00Z', '2026-11-28T03:00:00.000Z'],
    ['2026-11-28T04:00:00+01:00', '2026-11-28T03:00:00.000Z'],
    ['2026-11-27T22:30:00.5-04:30', '2026-11-28T03:00:00.500Z'],
    ['2026-11-28T03:00:00.123456789Z', '2026-11-28T03:00:00.123Z'],
  ])('reads %s as %s', (text, moment) => {
    expect(new Date(momentOf(text)).toISOString()).toBe(moment);
  });

  it('distinguishes two times within one millisecond', () => {
    expect(momentOf('2026-11-28T03:00:00.123450Z')).toBeGreaterThan(momentOf('2026-11-28T03:00:00.12344+00:00'));
    expect(momentOf('2026-11-28T03:00:00.123Z')).toBe(momentOf('2026-11-28T03:00:00.1230Z'));
  });
});

describe("an order from Ticket Tailor's API", () => {
  const data = (status: Status, email: string) => ({ id: 'or_1', status, buyer_details: { email } });
  const fetched = (status: Status) =>
    fetchedOrder('bo_1', { order: data(status, 'read@example.com'), createdAt: new Date(time) });
  const produced = (type: typeof created | typeof updated, status: Status) =>
    orderFrom({
      specversion: '1.0',
      id: 'wh_1',
      source: '/ticket-tailor/webhooks',
      type,
      time,
      boxofficeid: 'bo_1',
      data: data(status, 'produced@example.com'),
    });

  it.each([
    [created, 'completed', 'produced@example.com'],
    [updated, 'pending', 'produced@example.com'],
    [updated, 'cancelled', 'produced@example.com'],
    [created, 'pending', 'read@example.com'],
  ] as const)(
    'is older than the events of its second, except a creation that says pending: %s %s',
    (type, status, email) => {
      for (const merged of [
        mergeOrders(fetched('completed'), produced(type, status)),
        mergeOrders(produced(type, status), fetched('completed')),
      ])
        expect([merged.email, merged.status]).toEqual([email, email === 'read@example.com' ? 'completed' : status]);
    },
  );
});
