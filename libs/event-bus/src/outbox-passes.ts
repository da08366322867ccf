import type { Publication, PublishEach } from './refused';

/** An outbox entry, with an id that is unique within its document. */
interface Waiting {
  readonly id: string;
}

/** The relay's state in a document whose events go to a compacted topic. */
interface RelayNote {
  /** Grows with each publication that starts. Only the latest publication may clear `followUpAt`. */
  readonly fence: number;
  /** Set from the start of a publication until its end is known. When it is due, the newest event goes out again. */
  readonly followUpAt?: Date | null;
  /** The event that was published last. */
  readonly newest?: OutboxEntry;
  /** The last events that Kafka refused. */
  readonly refused?: readonly { readonly id: string; readonly code: string; readonly at: Date }[];
}

/**
 * The array of the document in which events wait. Events for different topics wait in different arrays, so that none
 * delays or reorders those of another topic.
 */
export type OutboxField = 'outbox' | 'auditOutbox';

interface OutboxDocument<E extends Waiting = OutboxEntry> {
  readonly _id: unknown;
  readonly outbox?: readonly E[];
  readonly auditOutbox?: readonly E[];
  readonly relay?: RelayNote;
}

/** The part of a MongoDB collection that the relay needs. A collection of the driver fits. */
export interface OutboxCollection {
  find(filter: object, options: object): AsyncIterable<object> & { toArray(): Promise<OutboxDocument[]> };
  updateOne(filter: object, update: object): Promise<{ readonly matchedCount: number }>;
  updateMany(filter: object, update: object): Promise<unknown>;
  createIndex(keys: Record<string, 1>, options: object): Promise<string>;
}

/** Publishes a part of the due events. Resolves with true if there may be more. */
type Pass = (goesOn: () => boolean) => Promise<boolean>;

/** How to build the event of an entry that is not the event itself. */
export interface OutboxRendering<D, E> {
  /** The fields of the document that `of` needs. They must not change while an entry waits. */
  readonly fields: readonly string[];
  readonly of: (document: D, entry: E) => Pick<Publication, 'key' | 'value'>;
}

const share = 200;
/** The number of documents that are published and cleared together if the relay keeps no state in them. */
const largeShare = 1_000;
const waitsIn = (field: OutboxField) => ({ [`${field}.id`]: { $gt: '' } });

/** Every query repeats this condition of the partial index, because MongoDB uses the index for no other query. */
const isSet = { $gte: new Date(0) };

const indexWaiting = (collection: OutboxCollection, field: OutboxField): Promise<string> =>
  collection.createIndex({ [`${field}.id`]: 1 }, { name: field, partialFilterExpression: waitsIn(field) });

const pulling = (entries: readonly Waiting[], field: OutboxField = 'outbox') => ({
  [field]: { id: { $in: entries.map(({ id }) => id) } },
});

const mostRefused = 10;

/**
 * Removes an event that Kafka refuses because of its size, and records that in the document. The document's own data
 * stays.
 */
const takeOut = (
  collection: OutboxCollection,
  _id: unknown,
  { id }: Waiting,
  field: OutboxField = 'outbox',
): Promise<unknown> => {
  const note = { id, code: 'EVENT_TOO_LARGE', at: new Date() };
  return collection.updateOne(
    { _id, [`${field}.id`]: id },
    { $pull: pulling([{ id }], field), $push: { 'relay.refused': { $each: [note], $slice: -mostRefused } } },
  );
};

/**
 * For topics that keep all events. Each event goes out at least once, in the sequence of its document. One query
 * reads all waiting events, however many there are.
 */
export const passOver = async <E extends Waiting, D extends OutboxDocument<E>>(
  collection: OutboxCollection,
  { fields, of }: OutboxRendering<D, E>,
  publish: PublishEach,
  field: OutboxField,
): Promise<Pass> => {
  await indexWaiting(collection, field);
  const projection = Object.fromEntries([field, ...fields].map((each) => [each, 1]));
  const waitingIn = (document: D | undefined): readonly E[] => document?.[field] ?? [];
  const take = async (waiting: readonly D[]): Promise<void> => {
    const refused = await publish(
      waiting.flatMap((document) =>
        waitingIn(document).map((entry) => ({ ...of(document, entry), id: entry.id, document })),
      ),
    );
    for (const each of refused) await takeOut(collection, each.document._id, each, field);
    // An id is unique only within its document. Entries that a document got after the query must stay.
    const alike = new Map<string, D[]>();
    for (const document of waiting) {
      const ids = JSON.stringify(waitingIn(document).map(({ id }) => id));
      alike.set(ids, [...(alike.get(ids) ?? []), document]);
    }
    for (const documents of alike.values())
      for (let start = 0; start < documents.length; start += share)
        await collection.updateMany(
          { _id: { $in: documents.slice(start, start + share).map(({ _id }) => _id) } },
          { $pull: pulling(waitingIn(documents[0]), field) },
        );
  };
  return async (goesOn) => {
    let found = false;
    let waiting: D[] = [];
    for await (const document of collection.find(waitsIn(field), { projection, batchSize: largeShare })) {
      found = true;
      waiting.push(document as D);
      if (waiting.length < largeShare) continue;
      await take(waiting);
      waiting = [];
      if (!goesOn()) return false;
    }
    if (waiting.length > 0) await take(waiting);
    return found;
  };
};

/** A publication that has started: its events, and what to do after it succeeds. */
interface Begun {
  readonly _id: unknown;
  readonly fence: number;
  readonly atMs: number;
  readonly waiting: readonly OutboxEntry[];
  readonly entries: readonly OutboxEntry[];
  /** When to follow up on an earlier publication whose end is unknown. Null if there is none. */
  readonly earlier: Date | null;
}

/**
 * For compacted topics, which keep only the last event of each key. Each publication is recorded in the document
 * before it is sent. Only the publication that started last clears the record. Any other one, or one whose end is
 * unknown, may have landed behind a newer event. Its record stays, and the newest event goes out again later.
 */
export const passOverFacts = async (
  collection: OutboxCollection,
  publish: PublishEach,
  followUpMs: number,
  clock: () => Date,
): Promise<Pass> => {
  await indexWaiting(collection, 'outbox');
  await collection.createIndex(
    { 'relay.followUpAt': 1 },
    { name: 'relay-follow-up', partialFilterExpression: { 'relay.followUpAt': isSet } },
  );
  return async () => {
    const options = { projection: { outbox: 1, relay: 1 }, limit: share };
    const shares = await Promise.all([
      collection.find({ 'relay.followUpAt': { ...isSet, $lte: clock() } }, options).toArray(),
      collection.find(waitsIn('outbox'), options).toArray(),
    ]);
    const due = [...new Map(shares.flat().map((document) => [String(document._id), document])).values()];
    const begun = (await Promise.all(due.map((document) => begin(collection, document, followUpMs, clock)))).filter(
      (each) => each !== undefined,
    );
    const refused = await publish(begun.flatMap(({ _id, entries }) => entries.map((entry) => ({ ...entry, _id }))));
    for (const each of refused) await takeOut(collection, each._id, each);
    const published = (each: Begun): Begun => ({
      ...each,
      waiting: each.waiting.filter(({ id }) => !refused.some((one) => one._id === each._id && one.id === id)),
    });
    await Promise.all(begun.map((each) => finishEntries(collection, published(each), followUpMs, clock)));
    return begun.length < due.length || shares.some(({ length }) => length === share);
  };
};

/**
 * Records the start of a publication. Undefined if another relay has started one with this document since it was
 * read.
 */
const begin = async (
  collection: OutboxCollection,
  { _id, outbox = [], relay }: OutboxDocument,
  followUpMs: number,
  clock: () => Date,
): Promise<Begun | undefined> => {
  const atMs = clock().getTime();
  const { matchedCount } = await collection.updateOne(
    { _id, 'relay.fence': relay?.fence ?? null },
    { $inc: { 'relay.fence': 1 }, $set: { 'relay.followUpAt': new Date(atMs + followUpMs) } },
  );
  if (matchedCount === 0) return undefined;
  const again = relay?.newest ? [relay.newest] : [];
  return {
    _id,
    fence: (relay?.fence ?? 0) + 1,
    atMs,
    waiting: outbox,
    entries: outbox.length > 0 ? outbox : again,
    earlier: relay?.followUpAt && relay.followUpAt.getTime() > atMs ? relay.followUpAt : null,
  };
};

/** Records the end of a publication after Kafka has acknowledged it. */
const finishEntries = async (
  collection: OutboxCollection,
  { _id, fence, atMs, waiting, earlier }: Begun,
  followUpMs: number,
  clock: () => Date,
): Promise<void> => {
  const newest = waiting.at(-1);
  const taken = newest ? { $pull: pulling(waiting) } : {};
  const { matchedCount } = await collection.updateOne(
    { _id, 'relay.fence': fence },
    { $set: { 'relay.followUpAt': earlier, ...(newest ? { 'relay.newest': newest } : {}) }, ...taken },
  );
  if (matchedCount === 1) return;
  // Another publication started meanwhile, and nobody knows which landed last, so the record stays. The published
  // entries are removed. If the newest of them still waits, no newer one has been removed, so it becomes `newest`.
  if (newest)
    await collection.updateOne({ _id, 'outbox.id': newest.id }, { $set: { 'relay.newest': newest }, ...taken });
  // This publication ended so late that its follow-up may already be out. Publish once more, and keep the publication
  // in progress from clearing the record.
  if (clock().getTime() - atMs > followUpMs / 2)
    await collection.updateOne({ _id }, { $inc: { 'relay.fence': 1 }, $max: { 'relay.followUpAt': clock() } });
};

/** One event that waits in the document it is about until Kafka has it. */
export interface OutboxEntry {
  readonly id: string;
  readonly key: string;
  /** The event as JSON text. */
  readonly value: string;
}
