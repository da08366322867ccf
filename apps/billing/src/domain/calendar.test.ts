import { describe, expect, it } from '@jest/globals';
import { daysInMonth, daysLeftInMonth, endOfMonth, isMonth, monthOf, wholeDaysAfter } from './calendar';

describe('the calendar', () => {
  it.each([
    ['2026-11-20T14:00:00.000Z', '2026-11', 30, 11, '2026-12-01T00:00:00.000Z'],
    ['2026-11-01T00:00:00.000Z', '2026-11', 30, 30, '2026-12-01T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', '2026-12', 31, 1, '2027-01-01T00:00:00.000Z'],
    ['2028-02-29T12:00:00.000Z', '2028-02', 29, 1, '2028-03-01T00:00:00.000Z'],
  ])('returns the month of %s, its length and its remaining days', (text, month, days, left, end) => {
    const time = new Date(text);
    expect([monthOf(time), daysInMonth(time), daysLeftInMonth(time), endOfMonth(time).toISOString()]).toEqual([
      month,
      days,
      left,
      end,
    ]);
  });

  it('ends whole days at a midnight, never early', () => {
    expect(wholeDaysAfter(new Date('2026-11-20T14:00:00Z'), 14).toISOString()).toBe('2026-12-05T00:00:00.000Z');
    expect(wholeDaysAfter(new Date('2026-11-20T00:00:00Z'), 14).toISOString()).toBe('2026-12-04T00:00:00.000Z');
  });

  it('accepts only real months as months', () => {
    expect(['2026-01', '2026-12', '2026-13', '2026-00', '26-01', 202601, null, {}].map(isMonth)).toEqual([
      true,
      true,
      ...Array<boolean>(6).fill(false),
    ]);
  });
});
