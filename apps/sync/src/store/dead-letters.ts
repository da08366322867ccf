import type { CountedPage, PageArgs } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import type { LeftOut, OriginalMessage, Place } from '../domain/dead-letter';
import { insertNew } from './insert-new';
import { byIndex, ofTime, pageByTime } from './narrow-reads';

/**
 * OPEN waits for somebody; REPLAYED was put back and its end is not known yet; TAKEN was understood; CAME_BACK is gone
 * on as another letter. Of the last two and of a DISCARDED one nothing of the event is kept.
 */
export type DeadLetterStatus = 'OPEN' | 'REPLAYED' | 'TAKEN' | 'CAME_BACK' | 'DISCARDED';

/** An event that could not be understood. */
export interface DeadLetter {
  readonly _id: string;
  /** Null when it cannot be told: then nobody sees it, and nothing of the event is kept. */
  readonly boxOfficeId: string | null;
  readonly orderId: string | null;
  readonly code: string;
  readonly reason: string;
  readonly receivedAt: Date;
  readonly expiresAt: Date;
  readonly status: DeadLetterStatus;
  /** Absent where it was kept before places were. */
  readonly place?: Place;
  /** Size and hash of content that did not come with the letter; absent or null where it did. */
  readonly leftOut?: LeftOut | null;
  readonly original: OriginalMessage | null;
  /** Keyed hashes of the addresses that the event names. */
  readonly addressHashes: readonly string[];
  /** The first letter of the event, when this one came of a replay. */
  readonly replayOf: string | null;
  readonly replayedAt: Date | null;
  /** Kafka has not acknowledged the replay yet. */
  readonly unsent: boolean;
}

/** `null`: all of the box office. */
export type LetterChoice = readonly string[] | null;

type Stored = Omit<DeadLetter, 'original'> & {
  original: (Omit<OriginalMessage, 'value'> & { value: Buffer | { buffer: Uint8Array } }) | null;
};

const bytesOf = (value: Buffer | { buffer: Uint8Array }): Buffer =>
  Buffer.isBuffer(value) ? value : Buffer.from(value.buffer);

const toLetter = ({ original, ...rest }: Stored): DeadLetter => ({
  ...rest,
  original: original && { ...original, value: bytesOf(original.value) },
});

/**
 * What is left of a letter whose event is not needed any more. It stays until it expires, so that the same event does
 * not make it anew.
 */
const emptied = { original: null, addressHashes: [], unsent: false };

/** Dead letters of `orders.v1`, for as long as their topic keeps them. */
export const createDeadLetterStore = (mongo: Connection) => {
  const letters = mongo.collection<Stored>('dead_letters');
  const choose = (boxOfficeId: string, ids: LetterChoice, now: Date) => ({
    boxOfficeId,
    status: 'OPEN' as const,
    expiresAt: { $gt: now },
    ...(ids === null ? {} : { _id: { $in: [...ids] } }),
  });
  return {
    init: async (): Promise<void> => {
      await letters.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
      await letters.createIndex({ boxOfficeId: 1, receivedAt: -1, _id: -1 });
      await letters.createIndex({ boxOfficeId: 1, addressHashes: 1 });
      await letters.createIndex({ boxOfficeId: 1, orderId: 1 });
      await letters.createIndex({ boxOfficeId: 1, status: 1 });
      await letters.createIndex({ unsent: 1 }, { partialFilterExpression: { unsent: true } });
    },
    /** Keeps those that are new. */
    keep: async (fresh: readonly DeadLetter[]): Promise<void> => {
      await insertNew(letters, fresh as readonly Stored[]);
    },
    /** Drops the oldest ones of a box office beyond a number. */
    keepNewest: async (boxOfficeId: string | null, most: number): Promise<void> => {
      const [last] = await letters
        .find({ boxOfficeId }, { projection: { receivedAt: 1 } })
        .sort({ receivedAt: -1, _id: -1 })
        .skip(most)
        .limit(1)
        .toArray();
      if (last) await letters.deleteMany({ boxOfficeId, receivedAt: { $lte: last.receivedAt } });
    },
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
    /** Those that name an address, newest first. */
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
    /** How many ranges were set aside unread, of all box offices. */
    countUnreadable: (now: Date): Promise<number> =>
      letters.countDocuments({ boxOfficeId: null, code: 'EVENTS_UNREADABLE', expiresAt: { $gt: now } }),
    /** Marks open ones for being put back; answers how many. */
    replay: async (boxOfficeId: string, ids: LetterChoice, now: Date): Promise<number> =>
      (
        await letters.updateMany(
          { ...choose(boxOfficeId, ids, now), original: { $ne: null } },
          {
            $set: { status: 'REPLAYED', replayedAt: now, unsent: true },
          },
        )
      ).modifiedCount,
    discard: async (boxOfficeId: string, ids: LetterChoice, now: Date): Promise<number> =>
      (
        await letters.updateMany(choose(boxOfficeId, ids, now), {
          $set: { status: 'DISCARDED', ...emptied },
        })
      ).modifiedCount,
    /** Those that are marked and not acknowledged yet, oldest first. */
    unsent: async (limit: number): Promise<DeadLetter[]> =>
      (await letters.find({ unsent: true }).sort({ receivedAt: 1, _id: 1 }).limit(limit).toArray()).map(toLetter),
    sent: async (id: string): Promise<void> => {
      await letters.updateOne({ _id: id }, { $set: { unsent: false } });
    },
    /** Opens a marked one again that Kafka does not take. Its content stays, for when Kafka takes more. */
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
    /** The end of replayed ones: understood, or gone on as other letters. */
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
    drop: async (ids: readonly string[]): Promise<void> => {
      if (ids.length > 0) await letters.deleteMany({ _id: { $in: [...ids] } });
    },
    /** Forgets the letters that name an address, or an order of that buyer. */
    forget: async (boxOfficeId: string, addressHash: string, orderIds: readonly string[]): Promise<void> => {
      await letters.deleteMany({
        boxOfficeId,
        $or: [{ addressHashes: addressHash }, { orderId: { $in: [...orderIds] } }],
      });
    },
  };
};
