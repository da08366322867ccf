import { describe, expect, it } from '@jest/globals';
import { findLeaks, type Canary, type Place } from './canaries';

const canaries: Canary[] = [
  { what: 'the e-mail address of a buyer', value: 'Ann.Canary@Example.com', inOrders: 'must' },
  { what: 'an API key', value: 'sk_1000_canary_key_2000' },
];
const orders: Place = { name: 'orders.v1', texts: ['{"email":"ann.canary@example.com"}'], carriesOrders: true };
const fine: Place[] = [orders, { name: 'log of sync', texts: ['{"msg":"orders.taken"}'] }];

describe('the scan for canaries', () => {
  it('finds nothing where each is only in its place', () => {
    expect(findLeaks(canaries, fine)).toEqual([]);
  });

  it.each<[string, string]>([
    ['as it is', 'key sk_1000_canary_key_2000'],
    ['in other letters', 'ANN.CANARY@EXAMPLE.COM'],
    ['in a URL', `q=${encodeURIComponent('Ann.Canary@Example.com')}`],
    ['as Basic credentials', Buffer.from('sk_1000_canary_key_2000:').toString('base64')],
    ['inside of base64', Buffer.from('a:sk_1000_canary_key_2000:b').toString('base64url')],
    ['in hex', Buffer.from('sk_1000_canary_key_2000').toString('hex')],
    ['as the address of somebody else', 'for bob@example.org'],
    ['as a token that nobody announced', `x eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.c`],
  ])('names the place that holds one %s', (_, text) => {
    const leaks = findLeaks(canaries, [orders, { name: 'log of sync', texts: [text] }]);
    expect(leaks).toEqual(expect.arrayContaining([expect.stringMatching(/^log of sync: holds /)]));
  });

  it('allows no key in a topic of orders', () => {
    const leaks = findLeaks(canaries, [{ ...orders, texts: [...orders.texts, 'sk_1000_canary_key_2000'] }]);
    expect(leaks).toEqual([expect.stringContaining('orders.v1: holds an API key')]);
  });

  it.each<[string, Canary[], Place[]]>([
    ['an empty log', canaries, [orders, { name: 'log of sync', texts: [] }]],
    ['a topic of orders without the orders', canaries, [{ ...orders, texts: ['x'] }]],
    ['no topic of orders', canaries, []],
    ['no canaries', [], fine],
  ])('does not pass with %s', (_, given, places) => {
    expect(findLeaks(given, places)).not.toEqual([]);
  });
});
