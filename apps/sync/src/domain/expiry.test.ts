import { describe, expect, it } from '@jest/globals';
import { agesFrom, agesInstead, nextLook } from './expiry';
import { expiredOrder, mergeOrders, orderFrom, withoutBuyer, type StoredOrder } from './order';

const changed = new Date('2026-07-01T10:00:00Z');
const on = (startDate: string | null) => ({ event: { id: 'ev_1', seriesId: null, name: 'Gala', startDate } });

describe('agesFrom', () => {
  it.each([
    ['its event has no day', on(null)],
    ['it has no event', { event: null }],
    ['its event is over', on('2026-06-01')],
    ['the day cannot be read', on('soon')],
    ['the day is so far away that it stands for any day', on('2099-12-31')],
  ])('is the last change when %s', (_, order) => {
    expect(agesFrom(order, changed)).toEqual(changed);
  });

  it('is the end of the day of a future event, in every time zone', () => {
    expect(agesFrom(on('2026-09-01'), changed)).toEqual(new Date('2026-09-03T00:00:00Z'));
  });
});

describe('agesInstead', () => {
  const before = new Date('2026-07-01T00:00:00Z');
  const ended = (at: string) => ({ readyAt: null, settledAt: new Date(at) });

  it('is undefined without deliveries, or when all settled long enough ago', () => {
    expect(agesInstead([], before)).toBeUndefined();
    expect(agesInstead([ended('2026-06-01T00:00:00Z'), ended('2026-06-30T23:59:59Z')], before)).toBeUndefined();
  });

  it('is the time of the last outcome when that is later', () => {
    const all = [ended('2026-06-01T00:00:00Z'), ended('2026-07-03T00:00:00Z'), ended('2026-07-02T00:00:00Z')];
    expect(agesInstead(all, before)).toEqual(new Date('2026-07-03T00:00:00Z'));
  });

  it('is the next look when a delivery is open', () => {
    const open = { readyAt: new Date('2026-01-01T00:00:00Z'), settledAt: null };
    expect(agesInstead([ended('2026-06-01T00:00:00Z'), open], before)).toEqual(nextLook(before));
    expect(nextLook(before) > before).toBe(true);
  });
});

describe('an expired order', () => {
  const orderAt = (time: string, given: object = {}): StoredOrder =>
    orderFrom({
      specversion: '1.0',
      id: `wh_${time}`,
      source: '/test',
      type: 'boxlist.order.created.v1',
      time,
      boxofficeid: 'bo_1',
      data: {
        id: 'or_1',
        status: 'completed',
        marketing_opt_in: 'true',
        event_summary: { id: 'ev_1', name: 'Gala' },
        line_items: [{ type: 'ticket', item_id: 'tt_1', description: 'Day ticket' }],
        buyer_details: { email: 'ada@example.com', first_name: 'Ada', phone: '555 01' },
        ...given,
      },
    });
  const order = orderAt('2026-07-02T10:00:00Z');

  it('keeps nothing of its buyer or its items', () => {
    const left = expiredOrder(mergeOrders(order, orderAt('2026-07-03T10:00:00Z', { buyer_details: null })));
    expect(JSON.stringify(left)).not.toMatch(/ada|Ada|555|Gala|Day ticket|OPTED/);
    expect(left).toMatchObject({ key: 'bo_1:or_1', eventTime: Date.parse('2026-07-03T10:00:00Z'), expired: true });
    expect(expiredOrder(withoutBuyer(order))).toEqual(expiredOrder(order));
  });

  it.each(['2026-07-01T10:00:00Z', '2026-07-02T10:00:00Z', '2027-07-02T10:00:00Z'])(
    'does not change with an event of %s',
    (time) => {
      const left = expiredOrder(order);
      expect(mergeOrders(left, orderAt(time))).toEqual(left);
      expect(mergeOrders(orderAt(time), left)).toEqual(left);
    },
  );
});
