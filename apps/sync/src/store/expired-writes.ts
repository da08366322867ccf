import type { Connection } from 'mongoose';
import type { AddedResources } from '../domain/delivery';
import type { WrittenValues } from '../domain/stale-values';
import { buyerKey, forgetBuyerIn } from './by-buyer';
import { unlessErased, type ErasureStore } from './erasures';
import { inBatches } from './in-batches';

interface ExpiredWritesDocument {
  _id: string;
  /** When each detail was told that an expired order has written, in ms. */
  details?: WrittenValues['details'];
  /** The same of the custom fields of each workflow. */
  fields?: Readonly<Record<string, WrittenValues['fields']>>;
  listIds?: readonly string[];
  tagIds?: readonly string[];
}

/** What expired orders of a buyer have left at a contact: ids and times, nothing that was told. */
export interface ExpiredWrites extends AddedResources {
  readonly details: WrittenValues['details'];
  readonly fields: Readonly<Record<string, WrittenValues['fields']>>;
}

/** The contact of a buyer at a connection. */
interface Buyer {
  readonly connectionId: string;
  readonly emailHash: string;
}

/** One order's news of a buyer, by one of its workflows. */
export interface OfWorkflow extends Buyer {
  readonly workflowId: string;
  readonly told: WrittenValues;
}

/**
 * What has to be known of a buyer's expired orders for good: how new their values were, so that an older order does not
 * overwrite them, and what they gave, so that another order's cancellation does not take it back. Under the keyed hash
 * of the address, and for no erased buyer.
 */
export const createExpiredWritesStore = (mongo: Connection, erasures: Pick<ErasureStore, 'among'>) => {
  const expiredWrites = mongo.collection<ExpiredWritesDocument>('expired_writes');
  const forgetBuyer = forgetBuyerIn(expiredWrites);
  /** Said again, and by two at once, it leaves the same. */
  const note = <B extends Buyer>(some: readonly B[], update: (each: B) => object): Promise<void> =>
    unlessErased(
      erasures,
      some,
      async (kept) => {
        await inBatches(
          kept.map((each) => ({
            updateOne: {
              filter: { _id: buyerKey(each.connectionId, each.emailHash) },
              update: update(each),
              upsert: true,
            },
          })),
          async (part) => [await expiredWrites.bulkWrite(part, { ordered: false })],
        );
      },
      ({ connectionId, emailHash }) => forgetBuyer([connectionId], emailHash),
    );
  return {
    /** Notes how new the values were that orders have written: of each the newest counts. */
    noteTold: (some: readonly OfWorkflow[]): Promise<void> =>
      note(
        some.filter(({ told }) => Object.keys(told.details).length + Object.keys(told.fields).length > 0),
        ({ workflowId, told }) => ({
          $max: {
            ...Object.fromEntries(Object.entries(told.details).map(([name, at]) => [`details.${name}`, at])),
            ...Object.fromEntries(Object.entries(told.fields).map(([id, at]) => [`fields.${workflowId}.${id}`, at])),
          },
        }),
      ),
    /** Notes the lists and tags that orders gave. */
    noteGiven: (some: readonly (Buyer & { readonly added: AddedResources })[]): Promise<void> =>
      note(some, ({ added }) => ({
        $addToSet: { listIds: { $each: [...added.listIds] }, tagIds: { $each: [...added.tagIds] } },
      })),
    /** Of these buyers by the hash of the address; only those of whom there is something. */
    of: async (connectionId: string, emailHashes: readonly string[]): Promise<Map<string, ExpiredWrites>> => {
      const found = await inBatches(
        emailHashes.map((emailHash) => buyerKey(connectionId, emailHash)),
        (part) => expiredWrites.find({ _id: { $in: part } }).toArray(),
      );
      return new Map(
        found.map(({ _id, details = {}, fields = {}, listIds = [], tagIds = [] }) => [
          _id.slice(connectionId.length + 1),
          { details, fields, listIds, tagIds },
        ]),
      );
    },
    forgetBuyer,
  };
};
