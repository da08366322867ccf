import type { mongo } from 'mongoose';
import type { Log } from './log';
import { isDuplicateKey } from './mongo';

/** Counts that all processes of a service share. */
export interface SharedCounter {
  /**
   * Adds to the count of a key. A count begins with its first addition and ends a minute later. Throws if the database
   * does not answer at once.
   */
  add(key: string, points: number): Promise<{ readonly total: number; readonly endsInMs: number }>;
  /** For readiness: throws if the database did not answer the last time. */
  check(): Promise<void>;
}

export const windowMs = 60_000;
/** A caller must not wait long for a database that is slow, nor often for one that is down. */
const patienceMs = 500;
const pauseMs = 5_000;

interface Count {
  readonly _id: string;
  readonly points: number;
  readonly expiresAt: Date;
}

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

/** Adds to a count, or begins it anew if its minute is over, in one write. */
const addTo = async (counts: mongo.Collection<Count>, key: string, points: number): Promise<Count> => {
  const now = new Date();
  const goesOn = { $gt: ['$expiresAt', now] };
  const update = [
    {
      $set: {
        points: { $cond: [goesOn, { $add: ['$points', points] }, points] },
        expiresAt: { $cond: [goesOn, '$expiresAt', new Date(now.getTime() + windowMs)] },
      },
    },
  ];
  // Of two processes that begin a count at the same time, one fails. Then the count exists.
  for (let tries = 1; ; tries += 1) {
    try {
      const count = await counts.findOneAndUpdate({ _id: key }, update, { upsert: true, returnDocument: 'after' });
      // The local stand-in for MongoDB may write and return nothing, when two begin a count at the same time.
      const written = count ?? (await counts.findOne({ _id: key }));
      if (written) return written;
    } catch (error) {
      if (tries === 3 || !isDuplicateKey(error)) throw error;
    }
    if (tries === 3) throw new Error('The count was not returned');
  }
};

/**
 * Counts in the collection `rate_limits`. A lost count only admits some requests more, so a write does not wait for the
 * journal. After a failure it does not ask the database for 5 seconds.
 */
export const createSharedCounter = (client: mongo.MongoClient, database: string, log: Log): SharedCounter => {
  const counts = client.db(database).collection<Count>('rate_limits', { writeConcern: { w: 1, journal: false } });
  let indexed = false;
  const deleteOldCounts = (): void => {
    if (indexed) return;
    indexed = true;
    counts.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }).catch(() => {
      indexed = false;
    });
  };
  // Now, so that the first caller does not wait for the connection.
  deleteOldCounts();
  let downUntilMs = 0;
  return {
    add: async (key, points) => {
      if (downUntilMs > Date.now()) throw new Error('MongoDB did not answer a moment ago');
      try {
        const { points: total, expiresAt } = await withinPatience(addTo(counts, key, points));
        if (downUntilMs !== 0) log.info({}, 'rate-limits.shared-again');
        downUntilMs = 0;
        deleteOldCounts();
        return { total, endsInMs: expiresAt.getTime() - Date.now() };
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
