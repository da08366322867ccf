import type { Collection } from 'mongoose';
import type { NewDelivery } from './deliveries';
import { inParts, writeAlike } from './in-parts';

/** A delivery that is to be put back as it is known, and no later one. */
export interface Taken {
  readonly id: string;
  readonly version: number;
}

/** The last one of those that were taken. */
export interface Place {
  readonly createdAt: Date;
  readonly id: string;
}

const backToWork = (retryId: string, now: Date): object => ({
  $set: {
    status: 'PENDING',
    reason: null,
    readyAt: now,
    queue: 'retry',
    settledAt: null,
    uncounted: true,
    attemptCount: 0,
    firstTriedAt: null,
    uncertain: true,
    alone: false,
    imported: false,
    retryId,
  },
  $inc: { version: 1, fence: 1 },
});

/** Those that are open or have ended since. */
const endedSince = (since: Date): object => ({ $or: [{ settledAt: null }, { settledAt: { $gte: since } }] });

/** What a retry does to deliveries: to those that wait, and to those that have ended since. */
export const deliveryRetries = (deliveries: Collection<NewDelivery>) => ({
  /** How many there are; of more than `most`, so many. */
  countToRetry: (filter: object, since: Date, most: number): Promise<number> =>
    deliveries.countDocuments({ $and: [filter, endedSince(since)] }, { limit: most }),
  /** The next ones beyond a place, newest first. */
  toRetry: async (filter: object, since: Date, place: Place | null, limit: number): Promise<(Taken & Place)[]> => {
    const beyond = place && {
      $or: [{ createdAt: { $lt: place.createdAt } }, { createdAt: place.createdAt, _id: { $lt: place.id } }],
    };
    const found = await deliveries
      .find({ $and: [filter, endedSince(since), ...(beyond ? [beyond] : [])] } as never, {
        projection: { version: 1, createdAt: 1 },
      })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id, version, createdAt }) => ({ id: _id, version, createdAt }));
  },
  /**
   * Puts those back to work that are still as they were taken, and gives how many the retry has put back by now. Said again it changes nothing: whatever was put back, or has ended anew, has another version.
   */
  putBack: async (retryId: string, taken: readonly Taken[], since: Date, now: Date): Promise<number> => {
    const update = backToWork(retryId, now);
    await writeAlike(
      deliveries as never,
      taken.map(({ id, version }) => ({
        id,
        holds: { version, status: { $in: ['FAILED', 'SKIPPED', 'WAITING'] }, ...endedSince(since) },
        update,
      })),
    );
    const counts = await inParts(
      taken.map(({ id }) => id),
      async (part) => [await deliveries.countDocuments({ _id: { $in: part }, retryId })],
    );
    return counts.reduce((sum, count) => sum + count, 0);
  },
});
