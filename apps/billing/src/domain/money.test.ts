import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prorated, sum } from './money';

const pounds = (amountMinor: number) => ({ amountMinor, currency: 'GBP' });

describe('proration', () => {
  it.each([
    [1500, 11, 30, 550],
    [1500, 30, 30, 1500],
    [1500, 1, 31, 48],
    [1500, 17, 31, 823],
    [1, 15, 30, 1],
    [1, 14, 30, 0],
    [5, 3, 30, 1],
    [0, 3, 30, 0],
  ])('of %i for %i of %i days is %i: halves round up', (price, part, whole, expected) => {
    expect(prorated(pounds(price), part, whole)).toEqual(pounds(expected));
  });

  it('differs from the exact part by at most half a unit, and never exceeds the whole', () => {
    fc.assert(
      fc.property(fc.nat(100_000_000), fc.integer({ min: 28, max: 31 }), fc.nat(), (price, whole, seed) => {
        const part = 1 + (seed % whole);
        const { amountMinor } = prorated(pounds(price), part, whole);
        expect(Number.isInteger(amountMinor)).toBe(true);
        expect(Math.abs(2 * (amountMinor * whole - price * part))).toBeLessThanOrEqual(whole);
        expect(amountMinor).toBeLessThanOrEqual(price);
      }),
    );
  });

  it('sums no amounts to zero', () => {
    expect(sum([], 'GBP')).toEqual(pounds(0));
    expect(sum([pounds(1), pounds(2)], 'GBP')).toEqual(pounds(3));
  });
});
