import type { Collection, mongo } from 'mongoose';
import type { DeliveryChoice } from '../domain/delivery-choice';
import type { EndedDelivery } from '../domain/delivery';
import type { DeliveryStatus } from '../domain/reasons';
import { chosenBy } from './delivery-choice';
import type { DeliveryDocument } from './delivery-document';
import { inBatches, writeAlike } from './in-batches';

/** A delivery to requeue, at the version that was read and no later one. */
export interface Taken {
  readonly id: string;
  readonly version: number;
}

/** The position of the last delivery that a retry has handled. */
export interface Place {
  readonly createdAt: Date;
  readonly id: string;
}

const asPending = (now: Date): mongo.MatchKeysAndValues<DeliveryDocument> => ({
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
): mongo.UpdateFilter<DeliveryDocument> => ({
  $set: { ...asPending(now), retryId, ...known },
  $inc: { version: 1, fence: 1 },
});

/** Matches deliveries that are open or settled since then. */
const endedSince = (since: Date): mongo.Filter<DeliveryDocument> => ({
  $or: [{ settledAt: null }, { settledAt: { $gte: since } }],
});

/** Requeues deliveries: waiting ones, and those that have settled since a given time. */
export const createDeliveryRetries = (deliveries: Collection<DeliveryDocument>) => ({
  /** The number of deliveries to retry, counted up to `most`. */
  countToRetry: (boxOfficeId: string, choice: DeliveryChoice, since: Date, most: number): Promise<number> =>
    deliveries.countDocuments({ $and: [chosenBy(boxOfficeId, choice), endedSince(since)] }, { limit: most }),
  /** The next deliveries after a position, newest first. */
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
   * Requeues the deliveries that still have the version that was read. Returns how many of them this retry has requeued
   * so far. Repeating it changes nothing, because a requeued or newly settled delivery has another version.
   */
  requeue: async (retryId: string, taken: readonly Taken[], since: Date, now: Date): Promise<number> => {
    const requeueIn = (statuses: readonly DeliveryStatus[], update: mongo.UpdateFilter<DeliveryDocument>) =>
      writeAlike(
        deliveries,
        taken.map(({ id, version }) => ({
          id,
          onlyIf: { version, status: { $in: statuses }, ...endedSince(since) },
          update,
        })),
      );
    // A failed delivery may have changed its contact. The others know whether they did: a delivery that never started
    // has written nothing.
    await requeueIn(['FAILED'], requeued(retryId, now, { uncertain: true }));
    await requeueIn(['SKIPPED', 'WAITING'], requeued(retryId, now));
    const counts = await inBatches(
      taken.map(({ id }) => id),
      async (part) => [await deliveries.countDocuments({ _id: { $in: part }, retryId })],
    );
    return counts.reduce((sum, count) => sum + count, 0);
  },
  /** The connections of these deliveries. */
  connectionsOf: async (taken: readonly Taken[]): Promise<string[]> => {
    const connections = await inBatches(
      taken.map(({ id }) => id),
      async (part) =>
        (await deliveries.find({ _id: { $in: part } }, { projection: { connectionId: 1 } }).toArray()).map(
          ({ connectionId }) => connectionId,
        ),
    );
    return [...new Set(connections)];
  },
  /**
   * Requeues skipped deliveries that still have the known version. Their fence stays, so that the present lease holder
   * can claim them.
   */
  requeueSkipped: async (known: readonly EndedDelivery[], since: Date, now: Date): Promise<void> => {
    const update = { $set: asPending(now), $inc: { version: 1 } };
    await writeAlike(
      deliveries,
      known.map(({ _id, version }) => ({
        id: _id,
        onlyIf: { version, status: 'SKIPPED', settledAt: { $gte: since } },
        update,
      })),
    );
  },
});
