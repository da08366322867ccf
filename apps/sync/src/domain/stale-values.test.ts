/**
 * Regression: times alone decided whether a waiting phone is stale. When another order of the buyer had the same number
 * later, sync dropped the phone, though it was still to be written, or was written.
 */
import { describe, expect, it } from '@jest/globals';
import { orderFrom, type StoredOrder } from './order';
import { isPhoneStale } from './stale-values';

const orderAt = (hour: number, phone: string | null): StoredOrder =>
  orderFrom({
    specversion: '1.0',
    id: `wh_${hour}`,
    source: '/x',
    type: 'boxlist.order.created.v1',
    time: `2026-07-01T${hour}:00:00Z`,
    boxofficeid: 'bo_1',
    data: { id: `or_${hour}`, status: 'completed', buyer_details: { email: 'a@example.com', phone } },
  });
const timeOf = (hour: number): number => Date.parse(`2026-07-01T${hour}:00:00Z`);

const [london, londonAgain, berlin] = ['+44 20 7946 0000', '0044 (20) 7946-0000', '+49 30 123456'];

describe('a waiting phone', () => {
  it.each<[string, boolean, StoredOrder[]]>([
    ['no other order', false, []],
    ['a later order with the same number', false, [orderAt(12, london)]],
    ['a later order with the same number in another format', false, [orderAt(12, londonAgain)]],
    ['a later order without a number', false, [orderAt(12, null)]],
    ['an earlier order with another number', false, [orderAt(10, berlin)]],
    ['an order of the same time with another number', false, [orderAt(11, berlin)]],
    ['a later order with another number', true, [orderAt(12, berlin)]],
    ['another number, and the same again after it', false, [orderAt(12, berlin), orderAt(13, londonAgain)]],
    ['the same number again, and another after it', true, [orderAt(12, londonAgain), orderAt(13, berlin)]],
  ])('with %s is stale: %s', (_, expected, others) => {
    const order = orderAt(11, london);
    for (const each of [others, others.toReversed()]) expect(isPhoneStale(order, each, undefined, 'GB')).toBe(expected);
  });

  it('is stale by an expired order with only a time, unless a later order has the number again', () => {
    const expired = { details: { phone: timeOf(12) } };
    expect(isPhoneStale(orderAt(11, london), [], expired, 'GB')).toBe(true);
    expect(isPhoneStale(orderAt(11, london), [orderAt(12, londonAgain)], expired, 'GB')).toBe(false);
    expect(isPhoneStale(orderAt(13, london), [], expired, 'GB')).toBe(false);
  });
});
