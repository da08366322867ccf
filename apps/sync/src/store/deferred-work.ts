import type { Connection } from 'mongoose';
import { buyerKey, forgetBuyerIn } from './by-buyer';
import { unlessErased, type ErasureStore } from './erasures';

/**
 * Work for a contact that waits for calls that other work leaves over. It is based on an order. It has only ids and a
 * keyed hash, no personal data.
 */
export interface DeferredWork {
  /** There is one document for each contact of a connection. */
  readonly _id: string;
  readonly connectionId: string;
  readonly emailHash: string;
  /** The order that asks for the work, and its delivery, whose history records the calls. */
  readonly orderKey: string;
  readonly deliveryId: string;
  /** When sync looks at it next. */
  readonly readyAt: Date;
  readonly tries: number;
  /** How many looks did not find the contact. */
  readonly misses?: number;
}

const leftOverStore = (mongo: Connection, erasures: Pick<ErasureStore, 'among'>, name: string) => {
  const leftOvers = mongo.collection<DeferredWork>(name);
  const forgetBuyer = forgetBuyerIn(leftOvers);
  return {
    init: async (): Promise<void> => {
      await leftOvers.createIndex({ connectionId: 1, readyAt: 1 });
    },
    /**
     * Records the work before the import that leaves it over, so that a crash at any moment loses none. If the import
     * then brings no contact, a later look finds out.
     */
    record: (
      connectionId: string,
      some: readonly Pick<DeferredWork, 'emailHash' | 'orderKey' | 'deliveryId'>[],
      readyAt: Date,
    ): Promise<void> =>
      unlessErased(
        erasures,
        some,
        async (kept) => {
          if (kept.length === 0) return;
          const writes = kept.map((each) => ({
            updateOne: {
              filter: { _id: buyerKey(connectionId, each.emailHash) },
              update: { $set: { ...each, connectionId, readyAt, tries: 0, misses: 0 } },
              upsert: true,
            },
          }));
          await leftOvers.bulkWrite(writes, { ordered: false });
        },
        ({ emailHash }) => forgetBuyer([connectionId], emailHash),
      ),
    /** The work that is due, longest waiting first. */
    due: (connectionId: string, now: Date, limit: number): Promise<DeferredWork[]> =>
      leftOvers
        .find({ connectionId, readyAt: { $lte: now } })
        .sort({ readyAt: 1 })
        .limit(limit)
        .toArray(),
    nextAt: async (connectionId: string): Promise<Date | null> => {
      const [first] = await leftOvers.find({ connectionId }).sort({ readyAt: 1 }).limit(1).toArray();
      return first?.readyAt ?? null;
    },
    postpone: async ({ _id, deliveryId }: DeferredWork, readyAt: Date): Promise<void> => {
      await leftOvers.updateOne({ _id, deliveryId }, { $set: { readyAt }, $inc: { tries: 1 } });
    },
    /** Like `postpone`, for work whose contact was not found. */
    missed: async ({ _id, deliveryId }: DeferredWork, readyAt: Date): Promise<void> => {
      await leftOvers.updateOne({ _id, deliveryId }, { $set: { readyAt }, $inc: { tries: 1, misses: 1 } });
    },
    /**
     * Removes work that is done or no longer wanted. Work that another delivery recorded again in the meantime stays.
     */
    end: async ({ _id, deliveryId }: DeferredWork): Promise<void> => {
      await leftOvers.deleteOne({ _id, deliveryId });
    },
    /** The buyers among these who have deferred work. */
    among: async (connectionId: string, emailHashes: readonly string[]): Promise<ReadonlySet<string>> => {
      const ids = emailHashes.map((hash) => buyerKey(connectionId, hash));
      const found = await leftOvers.find({ _id: { $in: ids } }, { projection: { emailHash: 1 } }).toArray();
      return new Set(found.map(({ emailHash }) => emailHash));
    },
    ofBuyer: (connectionId: string, emailHash: string): Promise<DeferredWork | null> =>
      leftOvers.findOne({ _id: buyerKey(connectionId, emailHash) }),
    /** The number of documents, counted up to `most`. */
    count: (connectionIds: readonly string[], most: number): Promise<number> =>
      leftOvers.countDocuments({ connectionId: { $in: connectionIds } }, { limit: most }),
    forgetBuyer,
    /** Deletes all deferred work of a connection. */
    forget: async (connectionId: string): Promise<void> => {
      await leftOvers.deleteMany({ connectionId });
    },
  };
};

export type DeferredWorkStore = ReturnType<typeof leftOverStore>;

/**
 * Contacts that were imported because calls ran short. Each stays here until its permission is explicit or sync finds
 * that the contact must not be upgraded.
 */
export const createUpgradeStore = (mongo: Connection, erasures: Pick<ErasureStore, 'among'>): DeferredWorkStore =>
  leftOverStore(mongo, erasures, 'upgrades');

/**
 * Contacts that lack a phone which the import does not accept. Each stays here until the phone is written or no longer
 * wanted. The phone itself is only in the order.
 */
export const createLatePhoneStore = (mongo: Connection, erasures: Pick<ErasureStore, 'among'>): DeferredWorkStore =>
  leftOverStore(mongo, erasures, 'late_phones');
