import type { Connection } from 'mongoose';
import { buyerKey, forgetBuyerIn } from './by-buyer';
import { unlessErased, type ErasureStore } from './erasures';

/**
 * Something that is to be done for a contact with calls that others leave over, on what an order says. Ids and a keyed
 * hash: no personal data.
 */
export interface DeferredWork {
  /** One for each contact of a connection. */
  readonly _id: string;
  readonly connectionId: string;
  readonly emailHash: string;
  /** The order that asks for it, and its delivery, in whose history the calls are kept. */
  readonly orderKey: string;
  readonly deliveryId: string;
  /** When it is looked at next. */
  readonly readyAt: Date;
  readonly tries: number;
  /** How many looks have not found its contact. */
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
     * Notes them before the import that leaves them over, so that none is forgotten, whoever dies when: one that does
     * not come is found out by looking.
     */
    note: (
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
    /** Those that are to be looked at, the longest waiting first. */
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
    /** The same for one whose contact was not found. */
    missed: async ({ _id, deliveryId }: DeferredWork, readyAt: Date): Promise<void> => {
      await leftOvers.updateOne({ _id, deliveryId }, { $set: { readyAt }, $inc: { tries: 1, misses: 1 } });
    },
    /** Done, or not to be done; one that was noted anew meanwhile stays. */
    end: async ({ _id, deliveryId }: DeferredWork): Promise<void> => {
      await leftOvers.deleteOne({ _id, deliveryId });
    },
    /** Of which of these buyers there is one. */
    among: async (connectionId: string, emailHashes: readonly string[]): Promise<ReadonlySet<string>> => {
      const ids = emailHashes.map((hash) => buyerKey(connectionId, hash));
      const found = await leftOvers.find({ _id: { $in: ids } }, { projection: { emailHash: 1 } }).toArray();
      return new Set(found.map(({ emailHash }) => emailHash));
    },
    ofBuyer: (connectionId: string, emailHash: string): Promise<DeferredWork | null> =>
      leftOvers.findOne({ _id: buyerKey(connectionId, emailHash) }),
    /** How many there are; of more than `most`, so many. */
    count: (connectionIds: readonly string[], most: number): Promise<number> =>
      leftOvers.countDocuments({ connectionId: { $in: connectionIds } }, { limit: most }),
    forgetBuyer,
    /** Forgets all of a connection. */
    forget: async (connectionId: string): Promise<void> => {
      await leftOvers.deleteMany({ connectionId });
    },
  };
};

export type DeferredWorkStore = ReturnType<typeof leftOverStore>;

/**
 * Contacts that were imported because calls ran short, until their permission is explicit or it turns out that they are
 * to be left as they are.
 */
export const createUpgradeStore = (mongo: Connection, erasures: Pick<ErasureStore, 'among'>): DeferredWorkStore =>
  leftOverStore(mongo, erasures, 'upgrades');

/**
 * Contacts that lack a phone which no import takes, until it has come or it turns out that it is not to come any more.
 * The phone itself stays with its order.
 */
export const createLatePhoneStore = (mongo: Connection, erasures: Pick<ErasureStore, 'among'>): DeferredWorkStore =>
  leftOverStore(mongo, erasures, 'late_phones');
