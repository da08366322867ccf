import type { Collection } from 'mongoose';
import type { Delivery } from '../domain/delivery';
import type { NewDelivery } from '../domain/new-delivery';
import type { ReasonCode } from '../domain/reasons';
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

const asPending = (now: Date): object => ({
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
const requeued = (retryId: string, now: Date, known: object = {}): object => ({
  $set: { ...asPending(now), retryId, ...known },
  $inc: { version: 1, fence: 1 },
});

/**
 * How a delivery may end where the contact that it has seen was deleted; ON_HOLD where it could not restore that one.
 */
const forWantOfContact: readonly ReasonCode[] = [
  'CONTACT_DELETED',
  'NOT_A_CONTACT',
  'NOT_OPTED_IN',
  'NOT_ASKED',
  'ON_HOLD',
];

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
      .find({ $and: [filter, endedSince(since), ...(beyond ? [beyond] : [])] }, {
        projection: { version: 1, createdAt: 1 },
      })
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
    const requeueIn = (statuses: readonly Delivery['status'][], update: object) =>
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
   * Deliveries of a buyer that were skipped since then because this contact of theirs was deleted. A buyer has few:
   * all but the buyer is asked of them here.
   */
  skippedForDeleted: async (
    { boxOfficeId, connectionId }: Pick<Delivery, 'boxOfficeId' | 'connectionId'>,
    { emailHash, contactId }: { readonly emailHash: string; readonly contactId: string },
    since: Date,
  ): Promise<Delivery[]> => {
    const theirs = await deliveries.find({ boxOfficeId, emailHash }, { projection: { outbox: 0 } }).toArray();
    return theirs.filter(
      (each) =>
        each.connectionId === connectionId &&
        each.contactId === contactId &&
        each.status === 'SKIPPED' &&
        each.reason !== null &&
        forWantOfContact.includes(each.reason) &&
        each.settledAt !== null &&
        each.settledAt >= since,
    );
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
