import type { OutboxEntry } from '@boxlist/event-bus';
import { pushingAudit, type Audited, type CountedPage, type PageArgs } from '@boxlist/service-kit';
import type { Collection, Connection } from 'mongoose';
import type { LeftOut, OriginalMessage, Place } from '../domain/dead-letter';
import { insertNew } from './insert-new';
import { byIndex, ofTime, pageByTime } from './narrow-reads';

/**
 * OPEN waits for a decision. REPLAYED is back on the topic with no result yet. TAKEN was understood after the replay.
 * CAME_BACK failed again and is now another letter. Letters that are TAKEN, CAME_BACK or DISCARDED keep nothing of the
 * event.
 */
export type DeadLetterStatus = 'OPEN' | 'REPLAYED' | 'TAKEN' | 'CAME_BACK' | 'DISCARDED';

/** An event that sync could not understand. */
export interface DeadLetter {
  readonly _id: string;
  /**
   * Null when the event does not name one box office. Then no organiser sees the letter, and nothing of the event is
   * kept.
   */
  readonly boxOfficeId: string | null;
  readonly orderId: string | null;
  readonly code: string;
  readonly reason: string;
  readonly receivedAt: Date;
  readonly expiresAt: Date;
  readonly status: DeadLetterStatus;
  /** Absent in letters that an earlier version stored. */
  readonly place?: Place;
  /** Size and hash of content that the letter does not have; absent or null where it has its content. */
  readonly leftOut?: LeftOut | null;
  readonly original: OriginalMessage | null;
  /** Keyed hashes of the addresses in the event. */
  readonly addressHashes: readonly string[];
  /** The first letter of the event, when this letter is the result of a replay. */
  readonly replayOf: string | null;
  readonly replayedAt: Date | null;
  /** True until Kafka has acknowledged the replay. */
  readonly unsent: boolean;
}

/** Ids of letters; `null` for all letters of the box office. */
export type LetterChoice = readonly string[] | null;

type Stored = Omit<DeadLetter, 'original'> &
  Audited & {
    original: (Omit<OriginalMessage, 'value'> & { value: Buffer | { buffer: Uint8Array } }) | null;
  };

type Letters = Collection<Stored>;

const bytesOf = (value: Buffer | { buffer: Uint8Array }): Buffer =>
  Buffer.isBuffer(value) ? value : Buffer.from(value.buffer);

const toLetter = ({ original, ...rest }: Stored): DeadLetter => ({
  ...rest,
  original: original && { ...original, value: bytesOf(original.value) },
});

/**
 * Clears the event from a letter that no longer needs it. The letter itself stays until it expires, so that the same
 * event does not create it again.
 */
const emptied = { original: null, addressHashes: [], unsent: false };

/**
 * A letter carries the audit entry of its replay or its discarding until the entry is on the topic. Until then nothing
 * deletes the letter.
 */
const carriesNoAudit = { 'auditOutbox.id': { $exists: false } };
const carriesAudit = { 'auditOutbox.id': { $exists: true } };

/** The open letters of a box office, all or some, that have not expired. */
const choose = (boxOfficeId: string, ids: LetterChoice, now: Date) => ({
  boxOfficeId,
  status: 'OPEN' as const,
  expiresAt: { $gt: now },
  ...(ids === null ? {} : { _id: { $in: [...ids] } }),
});

/** Dead letters of `orders.v1`, kept until they expire. */
export const createDeadLetterStore = (mongo: Connection) => {
  const letters: Letters = mongo.collection('dead_letters');
  return {
    collection: letters,
    init: async (): Promise<void> => {
      await letters.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
      await letters.createIndex({ boxOfficeId: 1, receivedAt: -1, _id: -1 });
      await letters.createIndex({ boxOfficeId: 1, addressHashes: 1 });
      await letters.createIndex({ boxOfficeId: 1, orderId: 1 });
      await letters.createIndex({ boxOfficeId: 1, status: 1 });
      await letters.createIndex({ unsent: 1 }, { partialFilterExpression: { unsent: true } });
    },
    ...writing(letters),
    ...reading(letters),
    ...replaying(letters),
  };
};

/** Stores letters and deletes them. */
const writing = (letters: Letters) => ({
  /** Stores the letters that are new. */
  keep: async (fresh: readonly DeadLetter[]): Promise<void> => {
    await insertNew(letters, fresh as readonly Stored[]);
  },
  /** Deletes the oldest letters of a box office, so that at most `most` remain. */
  keepNewest: async (boxOfficeId: string | null, most: number): Promise<void> => {
    const [last] = await letters
      .find({ boxOfficeId }, { projection: { receivedAt: 1 } })
      .sort({ receivedAt: -1, _id: -1 })
      .skip(most)
      .limit(1)
      .toArray();
    if (last) await letters.deleteMany({ boxOfficeId, receivedAt: { $lte: last.receivedAt }, ...carriesNoAudit });
  },
  drop: async (ids: readonly string[]): Promise<void> => {
    if (ids.length > 0) await letters.deleteMany({ _id: { $in: [...ids] } });
  },
  /**
   * Deletes the letters that name an address or an order of that buyer. A letter whose audit entry still waits is
   * emptied instead.
   */
  forget: async (boxOfficeId: string, addressHash: string, orderIds: readonly string[]): Promise<void> => {
    const naming = { boxOfficeId, $or: [{ addressHashes: addressHash }, { orderId: { $in: [...orderIds] } }] };
    await letters.updateMany({ ...naming, ...carriesAudit }, { $set: { ...emptied, orderId: null } });
    await letters.deleteMany({ ...naming, ...carriesNoAudit });
  },
});

const reading = (letters: Letters) => ({
  byIds: async (ids: readonly string[]): Promise<DeadLetter[]> =>
    (await letters.find({ _id: { $in: [...ids] } }).toArray()).map(toLetter),
  /** A page of a box office's letters, newest first. Throws BAD_INPUT. */
  page: (
    boxOfficeId: string,
    statuses: readonly DeadLetterStatus[],
    args: PageArgs,
    now: Date,
  ): Promise<CountedPage<DeadLetter>> => {
    const kept = { status: { $in: [...statuses] }, expiresAt: { $gt: now } };
    return pageByTime<Stored, 'receivedAt', DeadLetter>(
      {
        find: async (filter, sort, limit) =>
          (await letters.find(filter).sort({ receivedAt: sort, _id: sort }).limit(limit).toArray()).map(toLetter),
        count: (filter) => letters.countDocuments(filter),
      },
      'receivedAt',
      { of: (time) => byIndex<Stored>({ boxOfficeId, ...ofTime('receivedAt', time) }, kept), areFew: true },
      args,
      now,
    );
  },
  /** The letters that name an address, newest first. */
  ofBuyer: async (boxOfficeId: string, addressHash: string, most: number): Promise<DeadLetter[]> =>
    (
      await letters
        .find({ boxOfficeId, addressHashes: addressHash })
        .sort({ receivedAt: -1, _id: -1 })
        .limit(most)
        .toArray()
    ).map(toLetter),
  anyOpen: async (boxOfficeId: string, now: Date): Promise<boolean> =>
    (await letters.findOne(choose(boxOfficeId, null, now), { projection: { _id: 1 } })) !== null,
  /** How many offset ranges sync skipped because it could not read them, over all box offices. */
  countUnreadable: (now: Date): Promise<number> =>
    letters.countDocuments({ boxOfficeId: null, code: 'EVENTS_UNREADABLE', expiresAt: { $gt: now } }),
});

/** Replays letters, discards them, and records what became of the replays. */
const replaying = (letters: Letters) => ({
  /** Marks open letters for replay; returns how many. All carry the same audit entry, which counts once. */
  replay: async (boxOfficeId: string, ids: LetterChoice, now: Date, audit: OutboxEntry): Promise<number> =>
    (
      await letters.updateMany(
        { ...choose(boxOfficeId, ids, now), original: { $ne: null } },
        {
          $set: { status: 'REPLAYED', replayedAt: now, unsent: true },
          $push: pushingAudit(audit),
        },
      )
    ).modifiedCount,
  /** Discards open letters; returns how many. All carry the same audit entry. */
  discard: async (boxOfficeId: string, ids: LetterChoice, now: Date, audit: OutboxEntry): Promise<number> =>
    (
      await letters.updateMany(choose(boxOfficeId, ids, now), {
        $set: { status: 'DISCARDED', ...emptied },
        $push: pushingAudit(audit),
      })
    ).modifiedCount,
  /** Letters marked for replay that Kafka has not acknowledged, oldest first. */
  unsent: async (limit: number): Promise<DeadLetter[]> =>
    (await letters.find({ unsent: true }).sort({ receivedAt: 1, _id: 1 }).limit(limit).toArray()).map(toLetter),
  sent: async (id: string): Promise<void> => {
    await letters.updateOne({ _id: id }, { $set: { unsent: false } });
  },
  /** Reopens a letter that Kafka refuses. Its content stays, for a replay when Kafka accepts larger messages. */
  refused: async (
    id: string,
    { code, message }: { readonly code: string; readonly message: string },
  ): Promise<void> => {
    const reason = `${message}. Replay it once the operator has raised Kafka's size limit, or have it sent again`;
    await letters.updateOne(
      { _id: id, status: 'REPLAYED', unsent: true },
      { $set: { status: 'OPEN', replayedAt: null, unsent: false, code, reason } },
    );
  },
  /** Records the result of replays: understood, or failed again as another letter. */
  replayEnded: async (
    ended: readonly { readonly id: string; readonly boxOfficeId: string }[],
    status: 'TAKEN' | 'CAME_BACK',
  ): Promise<void> => {
    for (const { id, boxOfficeId } of ended)
      await letters.updateOne(
        { _id: id, boxOfficeId, status: 'REPLAYED' },
        {
          $set: { status, ...emptied },
        },
      );
  },
});
