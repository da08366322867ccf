import type { Connection } from 'mongoose';
import { buyerKey, forgetBuyerIn } from './by-buyer';
import { unlessErased, type ErasureStore } from './erasures';

/** An imported contact whose permission is to be made explicit, on the opt-in of an order. Ids and a keyed hash: no personal data. */
export interface Upgrade {
  /** One for each contact of a connection. */
  readonly _id: string;
  readonly connectionId: string;
  readonly emailHash: string;
  /** The order at which the buyer opted in, and its delivery, in whose history the calls are kept. */
  readonly orderKey: string;
  readonly deliveryId: string;
  /** When it is looked at next. */
  readonly readyAt: Date;
  readonly tries: number;
}

/** Contacts that were imported because calls ran short, until their permission is explicit or it turns out that they are to be left as they are. */
export const createUpgradeStore = (mongo: Connection, erasures: Pick<ErasureStore, 'among'>) => {
  const upgrades = mongo.collection<Upgrade>('upgrades');
  const forgetBuyer = forgetBuyerIn(upgrades);
  return {
    init: async (): Promise<void> => {
      await upgrades.createIndex({ connectionId: 1, readyAt: 1 });
    },
    /** Notes them before they are imported, so that none is forgotten, whoever dies when: one that does not come is found out by looking. */
    note: (
      connectionId: string,
      some: readonly Pick<Upgrade, 'emailHash' | 'orderKey' | 'deliveryId'>[],
      readyAt: Date,
    ): Promise<void> =>
      unlessErased(
        erasures,
        some,
        async (kept) => {
          const writes = kept.map((each) => ({
            updateOne: {
              filter: { _id: buyerKey(connectionId, each.emailHash) },
              update: { $set: { ...each, connectionId, readyAt, tries: 0 } },
              upsert: true,
            },
          }));
          await upgrades.bulkWrite(writes, { ordered: false });
        },
        ({ emailHash }) => forgetBuyer([connectionId], emailHash),
      ),
    /** Those that are to be looked at, the longest waiting first. */
    due: (connectionId: string, now: Date, limit: number): Promise<Upgrade[]> =>
      upgrades
        .find({ connectionId, readyAt: { $lte: now } })
        .sort({ readyAt: 1 })
        .limit(limit)
        .toArray(),
    nextAt: async (connectionId: string): Promise<Date | null> => {
      const [first] = await upgrades.find({ connectionId }).sort({ readyAt: 1 }).limit(1).toArray();
      return first?.readyAt ?? null;
    },
    postpone: async ({ _id, deliveryId }: Upgrade, readyAt: Date): Promise<void> => {
      await upgrades.updateOne({ _id, deliveryId }, { $set: { readyAt }, $inc: { tries: 1 } });
    },
    /** Done, or not to be done; one that was noted anew meanwhile stays. */
    end: async ({ _id, deliveryId }: Upgrade): Promise<void> => {
      await upgrades.deleteOne({ _id, deliveryId });
    },
    ofBuyer: (connectionId: string, emailHash: string): Promise<Upgrade | null> =>
      upgrades.findOne({ _id: buyerKey(connectionId, emailHash) }),
    /** How many there are; of more than `most`, so many. */
    count: (connectionIds: readonly string[], most: number): Promise<number> =>
      upgrades.countDocuments({ connectionId: { $in: connectionIds } }, { limit: most }),
    forgetBuyer,
    /** Forgets all of a connection. */
    forget: async (connectionId: string): Promise<void> => {
      await upgrades.deleteMany({ connectionId });
    },
  };
};

export type UpgradeStore = ReturnType<typeof createUpgradeStore>;
