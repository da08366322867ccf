import type { OutboxEntry } from './outbox';

/** What a relay notes in a document whose events go to a compacted topic. */
interface RelayNote {
  /** Grows with each publication that is begun: only the last one may say that all is well. */
  readonly fence: number;
  /** Set while a publication is under way or its end was not seen: then the newest event goes out again. */
  readonly followUpAt?: Date | null;
  /** What was published last. */
  readonly newest?: OutboxEntry;
}

interface OutboxDocument {
  readonly _id: unknown;
  readonly outbox?: readonly OutboxEntry[];
  readonly relay?: RelayNote;
}

/** The part of a MongoDB collection that the relay needs; mongoose's `Model.collection` fits. */
export interface OutboxCollection {
  find(filter: object, options: object): { toArray(): Promise<OutboxDocument[]> };
  updateOne(filter: object, update: object): Promise<{ readonly matchedCount: number }>;
  createIndex(keys: Record<string, 1>, options: object): Promise<string>;
}

type Publish = (entries: readonly OutboxEntry[]) => Promise<void>;
/** Publishes a share of what is due; whether there may be more. */
type Pass = () => Promise<boolean>;

const share = 200;
const waits = { 'outbox.id': { $exists: true } };

const indexWaiting = (collection: OutboxCollection): Promise<string> =>
  collection.createIndex({ 'outbox.id': 1 }, { name: 'outbox', partialFilterExpression: waits });

const pulling = (entries: readonly OutboxEntry[]) => ({ outbox: { id: { $in: entries.map(({ id }) => id) } } });

/** For topics whose events all stay: each goes out at least once, in the order of its document. */
export const passOver = async (collection: OutboxCollection, publish: Publish): Promise<Pass> => {
  await indexWaiting(collection);
  return async () => {
    const waiting = await collection.find(waits, { projection: { outbox: 1 }, limit: share }).toArray();
    const entries = waiting.flatMap(({ outbox = [] }) => outbox);
    if (entries.length === 0) return false;
    await publish(entries);
    for (const { _id, outbox = [] } of waiting) await collection.updateOne({ _id }, { $pull: pulling(outbox) });
    return waiting.length === share;
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
 * For compacted topics, which keep only what stands last under a key. Each publication is noted in the document before it is
 * sent, and the note is taken back by the one that was begun last. Any other may have landed behind a newer event, and so may
 * one that was never heard of again: their note stays, and the newest event follows them.
 */
export const passOverFacts = async (
  collection: OutboxCollection,
  publish: Publish,
  followUpMs: number,
  clock: () => Date,
): Promise<Pass> => {
  await indexWaiting(collection);
  await collection.createIndex(
    { 'relay.followUpAt': 1 },
    { name: 'relay-follow-up', partialFilterExpression: { 'relay.followUpAt': { $type: 'date' } } },
  );
  return async () => {
    const options = { projection: { outbox: 1, relay: 1 }, limit: share };
    const shares = await Promise.all([
      collection.find({ 'relay.followUpAt': { $lte: clock() } }, options).toArray(),
      collection.find(waits, options).toArray(),
    ]);
    const due = [...new Map(shares.flat().map((document) => [String(document._id), document])).values()];
    const begun = (await Promise.all(due.map((document) => begin(collection, document, followUpMs, clock)))).filter(
      (each) => each !== undefined,
    );
    const entries = begun.flatMap((each) => each.entries);
    if (entries.length > 0) await publish(entries);
    await Promise.all(begun.map((each) => settle(collection, each, followUpMs, clock)));
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
  // Another was begun meanwhile: which landed last is unknown, and the note stays. What is out is out: as long as it waits, nothing newer was taken.
  if (newest)
    await collection.updateOne({ _id, 'outbox.id': newest.id }, { $set: { 'relay.newest': newest }, ...taken });
  // So late that it may have been followed already: once more, and the one under way does not say that all is well.
  if (clock().getTime() - atMs > followUpMs / 2)
    await collection.updateOne({ _id }, { $inc: { 'relay.fence': 1 }, $max: { 'relay.followUpAt': clock() } });
};
