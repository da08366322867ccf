/** A reading of another's clock, in ms. */
export interface ClockReading {
  /** What has to be added to the own clock. */
  readonly offset: number;
  /** How far that may be off: the answer is from any moment between the question and its arrival. */
  readonly error: number;
  /** When it was taken, by the own clock. */
  readonly at: number;
}

/** The other's clock shows whole milliseconds. */
const grainMs = 1;
/** Two clocks drift apart by no more than this, as a share of the time. */
const drift = 1e-4;
/**
 * A way whose shortest round trip is long is taken to be no more lopsided than this: else nobody far away could ever be
 * in time.
 */
const mostErrorMs = 12;

/** What an answer tells that was asked for and came at these moments of the own clock. */
export const readingOf = (askedAt: number, answer: number, answeredAt: number): ClockReading => ({
  offset: answer + grainMs / 2 - (askedAt + answeredAt) / 2,
  error: (answeredAt - askedAt) / 2 + grainMs,
  at: answeredAt,
});

/** How far a reading may be off by now. */
export const errorAt = ({ error, at }: ClockReading, now: number): number => error + (now - at) * drift;

/** The one that is off the least by now. */
export const closerOf = (a: ClockReading | undefined, b: ClockReading, now: number): ClockReading =>
  a && errorAt(a, now) < errorAt(b, now) ? a : b;

/** How far off it is to be reckoned with. */
export const reckonedError = (reading: ClockReading, now: number): number =>
  Math.min(mostErrorMs, errorAt(reading, now));
