import type { Connection } from 'mongoose';
import { closerOf, errorAt, readingOf, reckonedError, type ClockReading } from '../domain/remote-clock';

/** A clock that all processes share. */
export interface SharedClock {
  /** The time in ms since the epoch. */
  readonly now: () => Promise<number>;
  /** The greatest error of `now`, in ms. */
  readonly errorMs: () => number;
}

const freshMs = 30_000;
/** A reading with a smaller error, in ms, needs no second request. */
const goodMs = 4;
const mostTries = 4;
/**
 * A greater change of the local clock, in ms, means that the machine slept or its clock was set, so the reading is no
 * longer valid.
 */
const jumpMs = 20;

/**
 * The database's clock, so that processes with different clocks agree on the time. It adds an offset to the process's
 * monotonic clock. The offset comes from the answer with the shortest round trip. It is read again every 30 seconds and
 * after the machine was asleep.
 */
export const databaseClock = (mongo: Connection): SharedClock => {
  let kept: { reading: ClockReading; skew: number; askedAt: number } | undefined;
  let asking: Promise<void> | undefined;
  const own = (): number => performance.now();
  const skew = (): number => Date.now() - own();

  const ask = async (): Promise<void> => {
    const before = skew();
    let reading = kept && Math.abs(kept.skew - before) < jumpMs ? kept.reading : undefined;
    for (
      let tries = 0;
      tries < mostTries && (tries === 0 || !reading || errorAt(reading, own()) > goodMs);
      tries += 1
    ) {
      const askedAt = own();
      const hello = (await mongo.db?.admin().command({ hello: 1 })) as { localTime?: Date } | undefined;
      const answeredAt = own();
      reading = closerOf(
        reading,
        readingOf(askedAt, hello?.localTime?.getTime() ?? Date.now(), answeredAt),
        answeredAt,
      );
    }
    if (reading) kept = { reading, skew: before, askedAt: own() };
  };

  return {
    now: async () => {
      while (!kept || own() - kept.askedAt > freshMs || Math.abs(kept.skew - skew()) >= jumpMs)
        await (asking ??= ask().finally(() => (asking = undefined)));
      return Math.round(own() + kept.reading.offset);
    },
    errorMs: () => (kept ? Math.ceil(reckonedError(kept.reading, own())) : 0),
  };
};
