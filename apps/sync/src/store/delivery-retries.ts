import type { Collection, mongo } from 'mongoose';
import type { DeliveryChoice } from '../domain/delivery-choice';
import type { Delivery } from '../domain/delivery';
import type { NewDelivery } from '../domain/new-delivery';
import { chosenBy } from './delivery-choice';
import { inBatches, writeAlike } from './in-batches';

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

const asPending = (now: Date): mongo.MatchKeysAndValues<NewDelivery> => ({
  status: 'PENDING',
  reason: null,
  readyAt: now,
  queue: 'retry',
  settledAt: null,
  uncounted: true,
  attemptCount: 0,
  firstTriedAt: null,
  alone: false,
  imported: false,
});
const requeued = (
  retryId: string,
  now: Date,
  known: { readonly uncertain?: true } = {},
): mongo.UpdateFilter<NewDelivery> => ({
  $set: { ...asPending(now), retryId, ...known },
  $inc: { version: 1, fence: 1 },
});

/** Those that are open or have ended since. */
const endedSince = (since: Date): mongo.Filter<NewDelivery> => ({
  $or: [{ settledAt: null }, { settledAt: { $gte: since } }],
});

/** What a retry does to deliveries: to those that wait, and to those that have ended since. */
export const createDeliveryRetries = (deliveries: Collection<NewDelivery>) => ({
  /** How many there are; of more than `most`, so many. */
  countToRetry: (boxOfficeId: string, choice: DeliveryChoice, since: Date, most: number): Promise<number> =>
    deliveries.countDocuments({ $and: [chosenBy(boxOfficeId, choice), endedSince(since)] }, { limit: most }),
  /** The next ones beyond a place, newest first. */
  toRetry: async (
    {
      boxOfficeId,
      wanted,
      place,
    }: { readonly boxOfficeId: string; readonly wanted: DeliveryChoice; readonly place: Place | null },
    since: Date,
    limit: number,
  ): Promise<(Taken & Place)[]> => {
    const beyond = place && {
      $or: [{ createdAt: { $lt: place.createdAt } }, { createdAt: place.createdAt, _id: { $lt: place.id } }],
    };
    const found = await deliveries
      .find(
        { $and: [chosenBy(boxOfficeId, wanted), endedSince(since), ...(beyond ? [beyond] : [])] },
        {
          projection: { version: 1, createdAt: 1 },
        },
      )
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id, version, createdAt }) => ({ id: _id, version, createdAt }));
  },
  /**
   * Puts those back to work that are still as they were taken, and gives how many the retry has put back by now. Said
   * again it changes nothing: whatever was put back, or has ended anew, has another version.
   */
  requeue: async (retryId: string, taken: readonly Taken[], since: Date, now: Date): Promise<number> => {
    const requeueIn = (statuses: readonly Delivery['status'][], update: mongo.UpdateFilter<NewDelivery>) =>
      writeAlike(
        deliveries,
        taken.map(({ id, version }) => ({
          id,
          holds: { version, status: { $in: statuses }, ...endedSince(since) },
          update,
        })),
      );
    // What failed may have begun. The others know whether they did: one that never began has told a contact nothing.
    await requeueIn(['FAILED'], requeued(retryId, now, { uncertain: true }));
    await requeueIn(['SKIPPED', 'WAITING'], requeued(retryId, now));
    const counts = await inBatches(
      taken.map(({ id }) => id),
      async (part) => [await deliveries.countDocuments({ _id: { $in: part }, retryId })],
    );
    return counts.reduce((sum, count) => sum + count, 0);
  },
  /**
   * Puts skipped deliveries back to work that are still as they are known. Their fence stays, so that the present
   * holder of the lane can take them.
   */
  requeueSkipped: async (known: readonly Delivery[], since: Date, now: Date): Promise<void> => {
    const update = { $set: asPending(now), $inc: { version: 1 } };
    await writeAlike(
      deliveries,
      known.map(({ _id, version }) => ({
        id: _id,
        holds: { version, status: 'SKIPPED', settledAt: { $gte: since } },
        update,
      })),
    );
  },
});
