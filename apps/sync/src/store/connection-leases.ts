import type { Connection } from 'mongoose';
import { never } from './never';

interface ConnectionLeaseDocument {
  _id: string;
  readyAt: Date;
  /** Grows with each call of `makeReady`, so that a release does not overwrite one that came after the claim. */
  readied: number;
  holder: string | null;
  leaseUntil: Date;
  fence: number;
}

/** A connection lease: the right of one process to work on one connection. */
export interface ConnectionLease {
  readonly connectionId: string;
  readonly fence: number;
  readonly readied: number;
  /** The last holder stopped renewing the lease. It may still be running and write late. */
  readonly takenOver: boolean;
}

const past = new Date(0);

export const createConnectionLeaseStore = (mongo: Connection) => {
  const connectionLeases = mongo.collection<ConnectionLeaseDocument>('connection_leases');
  /** Lets a process claim these connections from `at`, because they have work then. */
  const makeReady = async (connectionIds: readonly string[], at: Date): Promise<void> => {
    for (const _id of new Set(connectionIds)) {
      await connectionLeases.updateOne(
        { _id },
        {
          $min: { readyAt: at },
          $inc: { readied: 1 },
          $setOnInsert: { holder: null, leaseUntil: past, fence: 0 },
        },
        { upsert: true },
      );
    }
  };
  return {
    init: async (): Promise<void> => {
      await connectionLeases.createIndex({ readyAt: 1 });
    },
    makeReady,
    /**
     * Claims the lease of a connection that has ready work and no holder with a valid lease. The fence is greater than
     * any earlier one.
     */
    claim: async (holder: string, now: Date, leaseMs: number): Promise<ConnectionLease | undefined> => {
      const doc = await connectionLeases.findOneAndUpdate(
        { readyAt: { $lte: now }, leaseUntil: { $lte: now } },
        { $set: { holder, leaseUntil: new Date(now.getTime() + leaseMs) }, $inc: { fence: 1 } },
        { sort: { readyAt: 1 }, returnDocument: 'before' },
      );
      return doc
        ? { connectionId: doc._id, fence: doc.fence + 1, readied: doc.readied, takenOver: doc.holder !== null }
        : undefined;
    },
    /** Returns false when another process has claimed the lease. */
    renew: async ({ connectionId, fence }: ConnectionLease, until: Date): Promise<boolean> =>
      (await connectionLeases.updateOne({ _id: connectionId, fence }, { $set: { leaseUntil: until } })).matchedCount ===
      1,
    /**
     * Releases the lease. The connection is not claimed again before `nextReadyAt`, unless it was made ready after the
     * claim. A process that has lost the lease makes the connection ready at `nextReadyAt` instead: the next holder may
     * have released the lease before it saw the late writes.
     */
    release: async (
      { connectionId, fence, readied: seen }: ConnectionLease,
      nextReadyAt: Date | null,
      now: Date,
    ): Promise<void> => {
      const tryRelease = async (only: object, readyAt: Date): Promise<boolean> =>
        (
          await connectionLeases.updateOne(
            { _id: connectionId, fence, ...only },
            { $set: { readyAt, holder: null, leaseUntil: past } },
          )
        ).matchedCount === 1;
      if ((await tryRelease({ readied: seen }, nextReadyAt ?? never)) || (await tryRelease({}, now))) return;
      if (nextReadyAt) await makeReady([connectionId], nextReadyAt);
    },
  };
};
