import type { Connection } from 'mongoose';
import { never } from './never';

interface ConnectionLeaseDocument {
  _id: string;
  readyAt: Date;
  /** Grows with each wake, so that a release does not put to sleep what was woken meanwhile. */
  wake: number;
  holder: string | null;
  leaseUntil: Date;
  fence: number;
}

/** A lane is the work of one connection, driven by one process at a time. */
export interface ConnectionLease {
  readonly connectionId: string;
  readonly fence: number;
  readonly wake: number;
  /** Whoever had it before fell silent, and may write late. */
  readonly takenOver: boolean;
}

const past = new Date(0);

export const createConnectionLeaseStore = (mongo: Connection) => {
  const connectionLeases = mongo.collection<ConnectionLeaseDocument>('connection_leases');
  const wake = async (connectionIds: readonly string[], at: Date): Promise<void> => {
    for (const _id of new Set(connectionIds)) {
      await connectionLeases.updateOne(
        { _id },
        {
          $min: { readyAt: at },
          $inc: { wake: 1 },
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
    wake,
    /** Takes a lane that has work and no living holder; its fence is greater than any before. */
    claim: async (holder: string, now: Date, leaseMs: number): Promise<ConnectionLease | undefined> => {
      const doc = await connectionLeases.findOneAndUpdate(
        { readyAt: { $lte: now }, leaseUntil: { $lte: now } },
        { $set: { holder, leaseUntil: new Date(now.getTime() + leaseMs) }, $inc: { fence: 1 } },
        { sort: { readyAt: 1 }, returnDocument: 'before' },
      );
      return doc
        ? { connectionId: doc._id, fence: doc.fence + 1, wake: doc.wake, takenOver: doc.holder !== null }
        : undefined;
    },
    /** False when the lane was lost. */
    renew: async ({ connectionId, fence }: ConnectionLease, until: Date): Promise<boolean> =>
      (await connectionLeases.updateOne({ _id: connectionId, fence }, { $set: { leaseUntil: until } })).matchedCount ===
      1,
    /**
     * Lets go; it sleeps until the next moment of work, unless it was woken since the claim. Whoever has lost it wakes
     * it for that moment: what they noted late, the next holder may not have seen before it let the lane sleep.
     */
    release: async (
      { connectionId, fence, wake: seen }: ConnectionLease,
      nextReadyAt: Date | null,
      now: Date,
    ): Promise<void> => {
      const letGo = async (only: object, readyAt: Date): Promise<boolean> =>
        (
          await connectionLeases.updateOne(
            { _id: connectionId, fence, ...only },
            { $set: { readyAt, holder: null, leaseUntil: past } },
          )
        ).matchedCount === 1;
      if ((await letGo({ wake: seen }, nextReadyAt ?? never)) || (await letGo({}, now))) return;
      if (nextReadyAt) await wake([connectionId], nextReadyAt);
    },
  };
};
