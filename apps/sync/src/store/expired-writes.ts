import type { Connection } from 'mongoose';
import type { AddedResources } from '../domain/delivery';
import type { WrittenValues } from '../domain/stale-values';
import { buyerKey, forgetBuyerIn } from './by-buyer';
import { unlessErased, type ErasureStore } from './erasures';
import { inBatches } from './in-batches';

interface ExpiredWritesDocument {
  _id: string;
  /** For each detail that an expired order wrote, the time of its value in ms. */
  details?: WrittenValues['details'];
  /** The same for the custom fields of each workflow. */
  fields?: Readonly<Record<string, WrittenValues['fields']>>;
  listIds?: readonly string[];
  tagIds?: readonly string[];
}

/** What expired orders of a buyer have written to a contact: ids and times, no values. */
export interface ExpiredWrites extends AddedResources {
  readonly details: WrittenValues['details'];
  readonly fields: Readonly<Record<string, WrittenValues['fields']>>;
}

/** The contact of a buyer at a connection. */
export interface Buyer {
  readonly connectionId: string;
  readonly emailHash: string;
}

/** The value times of one order, for one of its workflows. */
export interface OfWorkflow extends Buyer {
  readonly workflowId: string;
  readonly written: WrittenValues;
}

/**
 * Facts about a buyer's expired orders that are kept for good. The times of their values keep an older order from
 * overwriting newer values. Their lists and tags keep the undo of another order from removing them. The key has the
 * keyed hash of the address; erased buyers have no document.
 */
export const createExpiredWritesStore = (mongo: Connection, erasures: Pick<ErasureStore, 'among'>) => {
  const expiredWrites = mongo.collection<ExpiredWritesDocument>('expired_writes');
  const forgetBuyer = forgetBuyerIn(expiredWrites);
  /** Repeated or concurrent writes leave the same document. */
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
    /** Records the times of the values that orders have written; the newest time of each value is kept. */
    recordWritten: (some: readonly OfWorkflow[]): Promise<void> =>
      note(
        some.filter(({ written }) => Object.keys(written.details).length + Object.keys(written.fields).length > 0),
        ({ workflowId, written }) => ({
          $max: {
            ...Object.fromEntries(Object.entries(written.details).map(([name, at]) => [`details.${name}`, at])),
            ...Object.fromEntries(Object.entries(written.fields).map(([id, at]) => [`fields.${workflowId}.${id}`, at])),
          },
        }),
      ),
    /** Records the lists and tags that orders added. */
    recordAdded: (some: readonly (Buyer & { readonly added: AddedResources })[]): Promise<void> =>
      note(some, ({ added }) => ({
        $addToSet: { listIds: { $each: [...added.listIds] }, tagIds: { $each: [...added.tagIds] } },
      })),
    /** The expired writes of these buyers by the hash of the address; a buyer without any is absent. */
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
