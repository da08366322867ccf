import type { Publication, PublishEach } from './refused';

/** An event that waits in a document, known by an id within it. */
interface Waiting {
  readonly id: string;
}

/** What a relay notes in a document whose events go to a compacted topic. */
interface RelayNote {
  /** Grows with each publication that is begun: only the last one may say that all is well. */
  readonly fence: number;
  /** Set while a publication is under way or its end was not seen: then the newest event goes out again. */
  readonly followUpAt?: Date | null;
  /** What was published last. */
  readonly newest?: OutboxEntry;
  /** The last events that Kafka refused. */
  readonly refused?: readonly { readonly id: string; readonly code: string; readonly at: Date }[];
}

interface OutboxDocument<E extends Waiting = OutboxEntry> {
  readonly _id: unknown;
  readonly outbox?: readonly E[];
  readonly relay?: RelayNote;
}

/** The part of a MongoDB collection that the relay needs; mongoose's `Model.collection` fits. */
export interface OutboxCollection {
  find(filter: object, options: object): AsyncIterable<object> & { toArray(): Promise<OutboxDocument[]> };
  updateOne(filter: object, update: object): Promise<{ readonly matchedCount: number }>;
  updateMany(filter: object, update: object): Promise<unknown>;
  createIndex(keys: Record<string, 1>, options: object): Promise<string>;
}

/** Publishes a share of what is due; whether there may be more. */
type Pass = () => Promise<boolean>;

/** How the event of an entry is told, where the entry is not the event itself. */
export interface OutboxRendering<D, E> {
  /** What of the document is read for it: nothing that changes while an entry waits. */
  readonly fields: readonly string[];
  readonly of: (document: D, entry: E) => Pick<Publication, 'key' | 'value'>;
}

const share = 200;
/** Those that are published and taken out together, where nothing has to be noted for each. */
const largeShare = 1_000;
const waits = { 'outbox.id': { $gt: '' } };

/** Said in each query, as in the index: a partial index is of use to no other. */
const isSet = { $gte: new Date(0) };

const indexWaiting = (collection: OutboxCollection): Promise<string> =>
  collection.createIndex({ 'outbox.id': 1 }, { name: 'outbox', partialFilterExpression: waits });

const pulling = (entries: readonly Waiting[]) => ({ outbox: { id: { $in: entries.map(({ id }) => id) } } });

const mostRefused = 10;

/** Takes out an event that Kafka refuses for its size. The document says so; what it holds itself, it keeps. */
const takeOut = (collection: OutboxCollection, _id: unknown, { id }: Waiting): Promise<unknown> => {
  const note = { id, code: 'EVENT_TOO_LARGE', at: new Date() };
  return collection.updateOne(
    { _id, 'outbox.id': id },
    { $pull: pulling([{ id }]), $push: { 'relay.refused': { $each: [note], $slice: -mostRefused } } },
  );
};

/**
 * For topics whose events all stay: each goes out at least once, in the order of its document. What waits is read once,
 * however much it is.
 */
export const passOver = async <E extends Waiting, D extends OutboxDocument<E>>(
  collection: OutboxCollection,
  { fields, of }: OutboxRendering<D, E>,
  publish: PublishEach,
  goesOn: () => boolean,
): Promise<Pass> => {
  await indexWaiting(collection);
  const projection = Object.fromEntries(['outbox', ...fields].map((field) => [field, 1]));
  const take = async (waiting: readonly D[]): Promise<void> => {
    const refused = await publish(
      waiting.flatMap((document) =>
        (document.outbox ?? []).map((entry) => ({ ...of(document, entry), id: entry.id, document })),
      ),
    );
    for (const each of refused) await takeOut(collection, each.document._id, each);
    // An id is only unique within its document: what a document has got since it was read stays.
    const alike = new Map<string, D[]>();
    for (const document of waiting) {
      const ids = JSON.stringify((document.outbox ?? []).map(({ id }) => id));
      alike.set(ids, [...(alike.get(ids) ?? []), document]);
    }
    for (const documents of alike.values())
      for (let start = 0; start < documents.length; start += share)
        await collection.updateMany(
          { _id: { $in: documents.slice(start, start + share).map(({ _id }) => _id) } },
          { $pull: pulling(documents[0]?.outbox ?? []) },
        );
  };
  return async () => {
    let found = false;
    let waiting: D[] = [];
    for await (const document of collection.find(waits, { projection, batchSize: largeShare })) {
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

/** A publication that is begun: what it brings, and what is left to see to when it has gone well. */
interface Begun {
  readonly _id: unknown;
  readonly fence: number;
  readonly atMs: number;
  readonly waiting: readonly OutboxEntry[];
  readonly entries: readonly OutboxEntry[];
  /** When an earlier publication, whose end nobody saw, must be followed. */
  readonly earlier: Date | null;
}

/**
 * For compacted topics, which keep only what stands last under a key. Each publication is noted in the document before
 * it is sent, and the note is taken back by the one that was begun last. Any other may have landed behind a newer
 * event, and so may one that was never heard of again: their note stays, and the newest event follows them.
 */
export const passOverFacts = async (
  collection: OutboxCollection,
  publish: PublishEach,
  followUpMs: number,
  clock: () => Date,
): Promise<Pass> => {
  await indexWaiting(collection);
  await collection.createIndex(
    { 'relay.followUpAt': 1 },
    { name: 'relay-follow-up', partialFilterExpression: { 'relay.followUpAt': isSet } },
  );
  return async () => {
    const options = { projection: { outbox: 1, relay: 1 }, limit: share };
    const shares = await Promise.all([
      collection.find({ 'relay.followUpAt': { ...isSet, $lte: clock() } }, options).toArray(),
      collection.find(waits, options).toArray(),
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
    await Promise.all(begun.map((each) => settle(collection, published(each), followUpMs, clock)));
    return begun.length < due.length || shares.some(({ length }) => length === share);
  };
};

/** Undefined when another relay began with this document since it was read. */
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

/** After Kafka has acknowledged. */
const settle = async (
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
  // Another was begun meanwhile: which landed last is unknown, and the note stays. What is out is out: as long as it
  // waits, nothing newer was taken.
  if (newest)
    await collection.updateOne({ _id, 'outbox.id': newest.id }, { $set: { 'relay.newest': newest }, ...taken });
  // So late that it may have been followed already: once more, and the one under way does not say that all is well.
  if (clock().getTime() - atMs > followUpMs / 2)
    await collection.updateOne({ _id }, { $inc: { 'relay.fence': 1 }, $max: { 'relay.followUpAt': clock() } });
};

/** One event that waits in the document it is about until Kafka has it. */
export interface OutboxEntry {
  readonly id: string;
  readonly key: string;
  /** JSON text of the event. */
  readonly value: string;
}
