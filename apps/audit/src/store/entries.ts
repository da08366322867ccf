import type { BoxOfficeId } from '@boxlist/contracts';
import { isDuplicateKey } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import type { Entry } from '../domain/entry';

interface EntryDocument extends Omit<Entry, 'id'> {
  _id: string;
  /** MongoDB deletes the entry some time after this. Queries no longer find it from this time on. */
  expiresAt: Date;
}

/** Which entries of a box office; absent fields do not restrict. `from` is included, `to` is not. */
export interface EntryFilter {
  readonly actions?: readonly string[] | null;
  readonly subject?: string | null;
  readonly objectType?: string | null;
  readonly objectId?: string | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

/** The position of an entry in the log, newest first. */
export type EntryPosition = [atMs: number, id: string];

const toEntry = ({ _id, expiresAt: _, ...rest }: EntryDocument): Entry => ({ ...rest, id: _id });

const matching = ({ actions, subject, objectType, objectId, from, to }: EntryFilter) => ({
  ...(actions ? { action: { $in: [...actions] } } : {}),
  ...(subject == null ? {} : { 'actor.subject': subject }),
  ...(objectType == null ? {} : { 'object.type': objectType }),
  ...(objectId == null ? {} : { 'object.id': objectId }),
  ...(from || to ? { at: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } } : {}),
});

const beyond = ([atMs, id]: EntryPosition) => ({
  $or: [{ at: { $lt: new Date(atMs) } }, { at: new Date(atMs), _id: { $lt: id } }],
});

/** The audit log of all box offices. Its functions insert and read: none changes or deletes an entry. */
export const createEntryStore = (mongo: Connection) => {
  const entries = mongo.collection<EntryDocument>('entries');
  return {
    init: async (): Promise<void> => {
      await entries.createIndex({ boxOfficeId: 1, at: -1, _id: -1 });
      await entries.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    },
    /** Stores an entry once. False if it is stored already; the stored entry stays as it is. */
    append: async ({ id, ...rest }: Entry, expiresAt: Date): Promise<boolean> => {
      try {
        await entries.insertOne({ _id: id, ...rest, expiresAt });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    /** A page of a box office's entries, newest first. */
    page: async (
      boxOfficeId: BoxOfficeId,
      filter: EntryFilter,
      { after, limit, now }: { readonly after?: EntryPosition; readonly limit: number; readonly now: Date },
    ): Promise<Entry[]> =>
      (
        await entries
          .find({
            boxOfficeId,
            expiresAt: { $gt: now },
            ...matching(filter),
            ...(after ? { $and: [beyond(after)] } : {}),
          })
          .sort({ at: -1, _id: -1 })
          .limit(limit)
          .toArray()
      ).map(toEntry),
  };
};

export type EntryStore = ReturnType<typeof createEntryStore>;
