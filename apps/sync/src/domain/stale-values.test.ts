/**
 * Regression: whether a waiting phone is outdated was decided by times alone. Another order of the buyer that told the
 * same number later ended it as left out, though it was still to come, or had come.
 */
import { describe, expect, it } from '@jest/globals';
import { orderFrom, type StoredOrder } from './order';
import { isPhoneStale } from './stale-values';

const told = (hour: number, phone: string | null): StoredOrder =>
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

describe('a phone that waits', () => {
  it.each<[string, boolean, StoredOrder[]]>([
    ['no other order', false, []],
    ['a later order with the same number', false, [told(12, london)]],
    ['a later order with the same number in another format', false, [told(12, londonAgain)]],
    ['a later order without a number', false, [told(12, null)]],
    ['an earlier order with another number', false, [told(10, berlin)]],
    ['an order of the same time with another number', false, [told(11, berlin)]],
    ['a later order with another number', true, [told(12, berlin)]],
    ['another number, and the same again after it', false, [told(12, berlin), told(13, londonAgain)]],
    ['the same number again, and another after it', true, [told(12, londonAgain), told(13, berlin)]],
  ])('beside %s is outdated: %s', (_, expected, others) => {
    const order = told(11, london);
    for (const each of [others, others.toReversed()]) expect(isPhoneStale(order, each, undefined, 'GB')).toBe(expected);
  });

  it('is outdated by an expired order of which only the time is known, unless the number was told again', () => {
    const expired = { details: { phone: timeOf(12) } };
    expect(isPhoneStale(told(11, london), [], expired, 'GB')).toBe(true);
    expect(isPhoneStale(told(11, london), [told(12, londonAgain)], expired, 'GB')).toBe(false);
    expect(isPhoneStale(told(13, london), [], expired, 'GB')).toBe(false);
  });
});
