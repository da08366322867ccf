import type { BoxOfficeId } from '@boxlist/contracts';
import type { Connection as MongoConnection } from 'mongoose';

interface KeyDocument {
  _id: string;
  sealed: string;
  lastFour: string;
  setAt: Date;
}

/** The visible part of a key. */
export type TicketTailorKeyMark = Pick<KeyDocument, 'lastFour' | 'setAt'>;

/** One encrypted Ticket Tailor API key for each box office. */
export const createTicketTailorKeyStore = (mongo: MongoConnection) => {
  const keys = mongo.collection<KeyDocument>('ticket_tailor_keys');
  return {
    /** Stores a key and replaces the previous one. */
    put: async (boxOfficeId: BoxOfficeId, fields: Omit<KeyDocument, '_id'>): Promise<void> => {
      await keys.updateOne({ _id: boxOfficeId }, { $set: fields }, { upsert: true });
    },
    /** False if there was none. */
    remove: async (boxOfficeId: BoxOfficeId): Promise<boolean> =>
      (await keys.deleteOne({ _id: boxOfficeId })).deletedCount === 1,
    summary: async (boxOfficeId: BoxOfficeId): Promise<TicketTailorKeyMark | undefined> =>
      (await keys.findOne({ _id: boxOfficeId }, { projection: { _id: 0, lastFour: 1, setAt: 1 } })) ?? undefined,
    sealed: async (boxOfficeId: BoxOfficeId): Promise<string | undefined> =>
      (await keys.findOne({ _id: boxOfficeId }, { projection: { sealed: 1 } }))?.sealed,
  };
};

export type TicketTailorKeyStore = ReturnType<typeof createTicketTailorKeyStore>;
