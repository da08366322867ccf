import type { Collection, Connection } from 'mongoose';
import { isDeepStrictEqual } from 'node:util';
import type { ContactCacheState } from '../domain/read-strategy';
import type { KnownContact } from '../domain/known-contact';
import { buyerKey, forgetBuyerIn } from './by-buyer';
import { unlessErased, type ErasureStore } from './erasures';
import { insertNew } from './insert-new';
import { inBatches, writeAlike } from './in-batches';

interface ContactDocument extends Omit<KnownContact, 'whole'> {
  _id: string;
  connectionId: string;
  /** When sync asked Constant Contact. An earlier answer never overwrites a later one. */
  seenAt: Date;
}

/** A contact that Constant Contact returned, with the keyed hash of its address. */
export interface Sighting {
  readonly emailHash: string;
  readonly contact: KnownContact;
}

/** The marks to store: where the answer had no details or phones, the earlier marks stay. */
const marksOf = (seen: ContactDocument, before: ContactDocument): Partial<ContactDocument> => {
  const phoneMarks = seen.phoneMarks ?? before.phoneMarks;
  return { detailsMark: seen.detailsMark ?? before.detailsMark, ...(phoneMarks ? { phoneMarks } : {}) };
};

type Contacts = Collection<ContactDocument>;
type ContactCaches = Collection<ContactCacheState & { _id: string }>;

const unknown: ContactCacheState = { complete: false, watermark: null, cursor: null, size: null, lookUps: 0 };

/**
 * The contact cache: sync's copy of the contacts at Constant Contact. It holds the keyed hash of the address, id,
 * permission, opt-out, and keyed hashes of details and phones. It has no other personal data, and nothing about erased
 * buyers.
 */
export const createContactStore = (mongo: Connection, erasures: Pick<ErasureStore, 'among'>) => {
  const contacts: Contacts = mongo.collection('contacts');
  const caches: ContactCaches = mongo.collection('contact_caches');
  const forgetBuyer = forgetBuyerIn(contacts);
  return {
    init: async (): Promise<void> => {
      await contacts.createIndex({ connectionId: 1 });
    },
    byHashes: async (connectionId: string, hashes: readonly string[]): Promise<Map<string, KnownContact>> => {
      const found = await byIds(
        contacts,
        hashes.map((hash) => buyerKey(connectionId, hash)),
      );
      return new Map(
        found.map(({ _id, connectionId: _c, seenAt: _s, ...contact }) => [_id.slice(connectionId.length + 1), contact]),
      );
    },
    /**
     * Stores the contacts that Constant Contact returned. Where `detailsMark` is null or `phoneMarks` is absent, the
     * stored marks stay.
     */
    saw: (connectionId: string, seen: readonly Sighting[], seenAt: Date): Promise<void> =>
      unlessErased(
        erasures,
        seen,
        (kept) => store(contacts, connectionId, kept, seenAt),
        ({ emailHash }) => forgetBuyer([connectionId], emailHash),
      ),
    forgetBuyer,
    /** Records which details were written to cached contacts; null where sync no longer knows. */
    marked: async (
      connectionId: string,
      marks: readonly { readonly emailHash: string; readonly detailsMark: string | null }[],
    ): Promise<void> => {
      await inBatches(marks, async (part) => [
        await writeAlike(
          contacts,
          part.map(({ emailHash, detailsMark }) => ({
            id: buyerKey(connectionId, emailHash),
            onlyIf: {},
            update: { $set: { detailsMark } },
          })),
        ),
      ]);
    },
    ...readingState(caches),
    /** Forgets all contacts of a connection. */
    forget: async (connectionId: string): Promise<void> => {
      await contacts.deleteMany({ connectionId });
      await caches.deleteOne({ _id: connectionId });
    },
  };
};

/** How far the contacts of each connection have been read. */
const readingState = (caches: ContactCaches) => ({
  cache: async (connectionId: string): Promise<ContactCacheState> => {
    const found = await caches.findOne({ _id: connectionId });
    return found ?? unknown;
  },
  recordCache: async (connectionId: string, change: Partial<Omit<ContactCacheState, 'lookUps'>>): Promise<void> => {
    const initial = Object.fromEntries(Object.entries(unknown).filter(([name]) => !(name in change)));
    await caches.updateOne(
      { _id: connectionId },
      { $set: change, $setOnInsert: initial },
      {
        upsert: true,
      },
    );
  },
  countLookUp: async (connectionId: string): Promise<void> => {
    const { lookUps: _l, ...initial } = unknown;
    await caches.updateOne(
      { _id: connectionId },
      { $inc: { lookUps: 1 }, $setOnInsert: initial },
      {
        upsert: true,
      },
    );
  },
});

const byIds = (contacts: Contacts, ids: readonly string[]): Promise<ContactDocument[]> =>
  inBatches(ids, (part) => contacts.find({ _id: { $in: part } }).toArray());

/**
 * Stores contacts. New ones, which at a first reading are all of them, are inserted together, which costs much less
 * than single writes.
 */
const store = async (
  contacts: Contacts,
  connectionId: string,
  seen: readonly Sighting[],
  seenAt: Date,
): Promise<void> => {
  const documents = seen.map(({ emailHash, contact: { whole: _w, ...contact } }) => ({
    ...contact,
    _id: buyerKey(connectionId, emailHash),
    connectionId,
    seenAt,
  }));
  const known = new Map(
    (
      await byIds(
        contacts,
        documents.map(({ _id }) => _id),
      )
    ).map((each) => [each._id, each]),
  );
  const taken = new Set(
    await insertNew(
      contacts,
      documents.filter(({ _id }) => !known.has(_id)),
    ),
  );
  await seeAgain(
    contacts,
    documents.filter(({ _id }) => known.has(_id) || taken.has(_id)),
    known,
    seenAt,
  );
};

/**
 * Updates cached contacts. Unchanged ones only get a new `seenAt`, all in one write, because most contacts of a
 * reading are unchanged.
 */
const seeAgain = async (
  contacts: Contacts,
  seen: readonly ContactDocument[],
  known: ReadonlyMap<string, ContactDocument>,
  seenAt: Date,
): Promise<void> => {
  const same = new Set(
    seen.filter((each) => {
      const before = known.get(each._id);
      return (
        before !== undefined &&
        before.seenAt <= seenAt &&
        isDeepStrictEqual({ ...before, seenAt }, { ...each, ...marksOf(each, before) })
      );
    }),
  );
  const matched = await writeAlike(
    contacts,
    [...same].map(({ _id }) => ({
      id: _id,
      onlyIf: { seenAt: known.get(_id)?.seenAt },
      update: { $set: { seenAt } },
    })),
  );
  // A lower count means that another process changed some of the unchanged contacts, so all are written in full.
  const changed = matched === same.size ? seen.filter((each) => !same.has(each)) : seen;
  if (changed.length === 0) return;
  await contacts.bulkWrite(
    changed.map(({ _id, detailsMark, phoneMarks, ...contact }) => ({
      updateOne: {
        filter: { _id, seenAt: { $lte: seenAt } },
        update: {
          $set: {
            ...contact,
            ...(detailsMark === null ? {} : { detailsMark }),
            ...(phoneMarks ? { phoneMarks } : {}),
          },
        },
      },
    })),
    { ordered: false },
  );
};
