import type { mongo } from 'mongoose';
import { RateLimiterMongo } from 'rate-limiter-flexible';
import type { Log } from './log';

/** Counts that all processes of a service share. */
export interface SharedCounter {
  /** Adds to the count of a key in its present minute. Throws if the database does not answer at once. */
  add(key: string, points: number): Promise<{ readonly total: number; readonly endsInMs: number }>;
  /** For readiness: throws if the database did not answer the last time. */
  check(): Promise<void>;
}

export const windowMs = 60_000;
/** A caller must not wait long for a database that is slow, nor often for one that is down. */
const patienceMs = 250;
const pauseMs = 5_000;

const withinPatience = async <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('MongoDB is slow')), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
};

/**
 * Counts in the collection `rate_limits`. A lost count only admits some requests more, so a write does not wait for the
 * journal. After a failure it does not ask the database for 5 seconds.
 */
export const createSharedCounter = (client: mongo.MongoClient, database: string, log: Log): SharedCounter => {
  const limiter = new RateLimiterMongo({
    storeClient: client.db(database, { writeConcern: { w: 1, journal: false } }),
    tableName: 'rate_limits',
    keyPrefix: '',
    points: Number.MAX_SAFE_INTEGER,
    duration: windowMs / 1_000,
    disableIndexesCreation: true,
  });
  let indexed: Promise<void> | undefined;
  const indexes = (): Promise<void> =>
    (indexed ??= limiter.createIndexes().catch((error: unknown) => {
      indexed = undefined;
      throw error;
    }));
  let downUntilMs = 0;
  return {
    add: async (key, points) => {
      if (downUntilMs > Date.now()) throw new Error('MongoDB did not answer a moment ago');
      try {
        const { consumedPoints, msBeforeNext } = await withinPatience(
          indexes().then(() => limiter.penalty(key, points)),
        );
        if (downUntilMs !== 0) log.info({}, 'rate-limits.shared-again');
        downUntilMs = 0;
        return { total: consumedPoints, endsInMs: msBeforeNext };
      } catch (error) {
        if (downUntilMs === 0) log.warn({ err: error }, 'rate-limits.not-shared');
        downUntilMs = Date.now() + pauseMs;
        throw error;
      }
    },
    check: async () => {
      if (downUntilMs !== 0) throw new Error('MongoDB does not answer');
    },
  };
};
