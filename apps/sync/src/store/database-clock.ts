import type { Connection } from 'mongoose';
import { closerOf, errorAt, readingOf, reckonedError, type ClockReading } from '../domain/remote-clock';

/** A clock that processes share. */
export interface SharedClock {
  /** The time, in ms. */
  readonly now: () => Promise<number>;
  /** How far that may be off, in ms. */
  readonly errorMs: () => number;
}

const freshMs = 30_000;
/** An answer that is off by less needs no second try. */
const goodMs = 4;
const mostTries = 4;
/** The machine slept, or its clock was set: what was read before may not hold any more. */
const jumpMs = 20;

/**
 * The database's clock, so that processes whose clocks differ agree. Reckoned by the process's steady clock from the
 * answer of the shortest round trip; asked anew every 30 seconds, and when the machine was asleep.
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
