import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { closerOf, errorAt, readingOf, type ClockReading } from './remote-clock';

describe('a reading of a remote clock', () => {
  const trips = fc.array(
    fc.record({
      pause: fc.integer({ min: 0, max: 60_000 }),
      there: fc.double({ min: 0, max: 500, noNaN: true }),
      back: fc.double({ min: 0, max: 500, noNaN: true }),
    }),
    { minLength: 1, maxLength: 10 },
  );

  it('never has a greater error than stated, though both clocks drift', () => {
    fc.assert(
      fc.property(
        trips,
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.double({ min: -5e-5, max: 5e-5, noNaN: true }),
        (all, ahead, drift) => {
          const trueAt = (own: number): number => own * (1 + drift) + ahead;
          let own = 0;
          let kept: ClockReading | undefined;
          for (const { pause, there, back } of all) {
            own += pause;
            const answer = Math.floor(trueAt(own + there));
            const answeredAt = own + there + back;
            kept = closerOf(kept, readingOf(own, answer, answeredAt), answeredAt);
            own = answeredAt;
            expect(Math.abs(own + kept.offset - trueAt(own))).toBeLessThanOrEqual(errorAt(kept, own) + 0.001);
          }
        },
      ),
    );
  });

  it('is that of the shortest round trip, until it is too old', () => {
    const quick = readingOf(0, 1_000, 2);
    const slow = readingOf(10_000, 11_300, 10_400);
    expect(closerOf(quick, slow, 10_400)).toBe(quick);
    const alike = readingOf(60_000, 61_001, 60_004);
    expect(closerOf(quick, alike, 60_004)).toBe(alike);
  });
});
