import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emptyLedger, grant, msToNextUtcDay, type Ledger, type Limits } from './ledger';

/** Asks for permits at these moments and gives the moments that were granted. */
const callsAt = (asked: readonly number[], limits: Limits, from: Ledger = emptyLedger): number[] => {
  let ledger = from;
  const calls: number[] = [];
  for (const now of asked) {
    const result = grant(ledger, now, limits);
    if (!result.granted) continue;
    ledger = result.ledger;
    calls.push(result.at);
  }
  return calls;
};

const noon = Date.parse('2026-11-23T12:00:00Z');

describe('the ledger', () => {
  it('never gives more calls than the limit in any sliding second, whenever they are asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -500, max: 5_000 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        (steps, perSecond) => {
          let now = noon;
          // Clocks of different processes may step back a little.
          const calls = callsAt(
            steps.map((step) => (now += step)),
            { perSecond, perDay: 10_000 },
          );
          for (const at of calls)
            expect(calls.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(perSecond);
        },
      ),
    );
  });

  it('never promises a call before it was asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { maxLength: 40 }), (steps) => {
        let now = noon;
        const asked = steps.map((step) => (now += step));
        callsAt(asked, { perSecond: 4, perDay: 10_000 }).forEach((at, index) =>
          expect(at).toBeGreaterThanOrEqual(asked[index]!),
        );
      }),
    );
  });

  it('gives the first calls of a quiet second at once', () => {
    expect(callsAt([noon, noon, noon, noon], { perSecond: 4, perDay: 10_000 })).toEqual([noon, noon, noon, noon]);
  });

  it('stops at the limit of the day, says when it ends, and begins anew then', () => {
    const limits = { perSecond: 4, perDay: 3 };
    const used: Ledger = { day: '2026-11-23', used: 3, recent: [], exhaustedDay: null };
    expect(grant(used, noon, limits)).toEqual({ granted: false, retryAfterMs: 12 * 3_600_000 });
    const midnight = noon + msToNextUtcDay(noon);
    expect(grant(used, midnight, limits)).toMatchObject({ granted: true, ledger: { day: '2026-11-24', used: 1 } });
  });

  it('believes Constant Contact when it says that the day is used up', () => {
    expect(grant({ ...emptyLedger, exhaustedDay: '2026-11-23' }, noon, { perSecond: 4, perDay: 10_000 }).granted).toBe(
      false,
    );
  });
});
