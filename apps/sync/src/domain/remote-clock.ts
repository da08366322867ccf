/** A reading of a remote clock, in ms. */
export interface ClockReading {
  /** The difference to add to the local clock. */
  readonly offset: number;
  /** The greatest error of the offset: the remote clock was read at any moment between request and answer. */
  readonly error: number;
  /** When the answer arrived, by the local clock. */
  readonly at: number;
}

/** The remote clock shows whole milliseconds. */
const grainMs = 1;
/** The greatest drift between two clocks, as a share of the elapsed time. */
const drift = 1e-4;
/**
 * The greatest assumed error. A long round trip is assumed to be no more asymmetric than this; otherwise a distant
 * process could never use a permit in time.
 */
const mostErrorMs = 12;

/** The reading from an answer, with the times of request and arrival by the local clock. */
export const readingOf = (askedAt: number, answer: number, answeredAt: number): ClockReading => ({
  offset: answer + grainMs / 2 - (askedAt + answeredAt) / 2,
  error: (answeredAt - askedAt) / 2 + grainMs,
  at: answeredAt,
});

/** The greatest possible error of a reading by now. */
export const errorAt = ({ error, at }: ClockReading, now: number): number => error + (now - at) * drift;

/** The reading with the smaller error by now. */
export const closerOf = (a: ClockReading | undefined, b: ClockReading, now: number): ClockReading =>
  a && errorAt(a, now) < errorAt(b, now) ? a : b;

/** The error to assume for a reading, at most `mostErrorMs`. */
export const reckonedError = (reading: ClockReading, now: number): number =>
  Math.min(mostErrorMs, errorAt(reading, now));
