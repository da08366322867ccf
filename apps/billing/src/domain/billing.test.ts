import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineFor } from './invoice';
import { cancellationDate, nextMonth, statusAt } from './subscription';

const at = (text: string): Date => new Date(text);
const whole = { activatedAt: at('2026-01-01T00:00:00Z'), trialEndsAt: null, cancelAt: null, paidUntil: null };

describe('what a month costs', () => {
  it.each([
    ['a whole month', whole, '2026-04-01', 3000],
    ['the first month from its day on', { ...whole, activatedAt: at('2026-04-16T22:00:00Z') }, '2026-04-01', 1500],
    ['the days after a trial', { ...whole, trialEndsAt: at('2026-04-21T00:00:00Z') }, '2026-04-01', 1000],
    ['the days not paid before', { ...whole, paidUntil: at('2026-04-30T00:00:00Z') }, '2026-04-01', 100],
  ])('%s', (_, subscription, month, amount) => {
    expect(lineFor(subscription, at(month), 3000, 'x')?.amountMinor).toBe(amount);
  });

  it.each([
    ['a month before', { ...whole, activatedAt: at('2026-05-01T00:00:00Z') }],
    ['a month on trial', { ...whole, trialEndsAt: at('2026-06-01T00:00:00Z') }],
    ['a month that is paid', { ...whole, paidUntil: at('2026-05-01T00:00:00Z') }],
    ['a month after the end', { ...whole, cancelAt: at('2026-04-01T00:00:00Z') }],
  ])('nothing for %s', (_, subscription) => {
    expect(lineFor(subscription, at('2026-04-15'), 3000, 'x')).toBeUndefined();
  });

  it('is never more than the price, nor less than nothing, whenever it began', () => {
    fc.assert(
      fc.property(
        fc.date({ min: at('2025-01-01'), max: at('2027-01-01'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 100_000 }),
        (activatedAt, price) => {
          const line = lineFor({ ...whole, activatedAt }, activatedAt, price, 'x');
          expect(line?.amountMinor).toBeGreaterThanOrEqual(0);
          expect(line?.amountMinor).toBeLessThanOrEqual(price);
          expect(line?.periodEnd).toEqual(nextMonth(activatedAt));
        },
      ),
    );
  });
});

describe('a subscription', () => {
  const now = at('2026-04-15T12:00:00Z');
  it.each([
    [{ trialEndsAt: null, cancelAt: null }, 'ACTIVE'],
    [{ trialEndsAt: at('2026-04-16'), cancelAt: null }, 'TRIALING'],
    [{ trialEndsAt: null, cancelAt: at('2026-05-01') }, 'CANCELLING'],
    [{ trialEndsAt: null, cancelAt: at('2026-04-15T12:00:00Z') }, 'CANCELLED'],
  ] as const)('%j is %s', (dates, status) => {
    expect(statusAt(dates, now)).toBe(status);
  });

  it('ends with the month that is paid, or with its trial', () => {
    expect(cancellationDate({ trialEndsAt: null }, now)).toEqual(at('2026-05-01'));
    expect(cancellationDate({ trialEndsAt: at('2026-04-20') }, now)).toEqual(at('2026-04-20'));
  });
});
