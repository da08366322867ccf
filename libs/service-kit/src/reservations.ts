import type { Connection } from 'mongoose';
import { isDuplicateKey } from './mongo';

interface Reservation {
  /** Id of the document that the reservation is for. */
  readonly id: string;
  /** What only one document at a time may be for, or null. */
  readonly key: string | null;
  readonly at: Date;
}

interface ReservationsDocument {
  readonly _id: string;
  readonly held: readonly Reservation[];
  readonly version: number;
}

interface Request {
  readonly owner: string;
  /** Id of the document that the caller inserts after the reservation. */
  readonly id: string;
  readonly key?: string;
  readonly limit: number;
  /** Of those ids that have a document: whether it still counts. */
  readonly counts: (ids: readonly string[]) => Promise<ReadonlyMap<string, boolean>>;
  readonly now: Date;
}

export type ReservationAnswer = 'RESERVED' | 'FULL' | 'KEY_TAKEN';

/** How long a reservation counts whose document is not there, in milliseconds. After a crash it never comes. */
const withoutDocumentMs = 60_000;

/**
 * Limits how many documents of a kind an owner has. An insert asks here first. One document per owner holds the
 * reservations, so the limit holds when many processes insert at once. Nothing has to be given back: reservations whose
 * documents no longer count are dropped at the next request.
 */
export const createReservations = (mongo: Connection, collection: string) => {
  const owners = mongo.collection<ReservationsDocument>(collection);
  /** False if another process changed the reservations since they were read. */
  const save = async (owner: string, known: ReservationsDocument | null, held: readonly Reservation[]) => {
    if (known) {
      const next = { held, version: known.version + 1 };
      return (await owners.updateOne({ _id: owner, version: known.version }, { $set: next })).matchedCount === 1;
    }
    try {
      await owners.insertOne({ _id: owner, held, version: 1 });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };
  return {
    /** Reserves a document. Repeat it for the same id at will. */
    reserve: async ({ owner, id, key, limit, counts, now }: Request): Promise<ReservationAnswer> => {
      for (;;) {
        const known = await owners.findOne({ _id: owner });
        const earlier = known?.held.filter((each) => each.id !== id) ?? [];
        const counted = await counts(earlier.map((each) => each.id));
        const fresh = new Date(now.getTime() - withoutDocumentMs);
        const held = earlier.filter((each) => counted.get(each.id) ?? each.at > fresh);
        if (key !== undefined && held.some((each) => each.key === key)) return 'KEY_TAKEN';
        if (held.length >= limit) return 'FULL';
        if (await save(owner, known, [...held, { id, key: key ?? null, at: now }])) return 'RESERVED';
      }
    },
  };
};
