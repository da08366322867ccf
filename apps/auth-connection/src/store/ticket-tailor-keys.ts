import type { BoxOfficeId } from '@boxlist/contracts';
import type { OutboxEntry } from '@boxlist/event-bus';
import type { Audited } from '@boxlist/service-kit';
import type { Connection as MongoConnection } from 'mongoose';

interface KeyDocument extends Audited {
  _id: string;
  /** Null once the key was removed. The document stays, because it carries the audit entry of the removal. */
  sealed: string | null;
  lastFour: string;
  setAt: Date;
}

/** The visible part of a key. */
export type TicketTailorKeyMark = Pick<KeyDocument, 'lastFour' | 'setAt'>;

const isSet = { sealed: { $ne: null } };

/** One encrypted Ticket Tailor API key for each box office. The write of each change also contains its audit entry. */
export const createTicketTailorKeyStore = (mongo: MongoConnection) => {
  const keys = mongo.collection<KeyDocument>('ticket_tailor_keys');
  return {
    collection: keys,
    /** Stores a key and replaces the previous one. */
    put: async (
      boxOfficeId: BoxOfficeId,
      fields: Pick<KeyDocument, 'sealed' | 'lastFour' | 'setAt'>,
      audit: OutboxEntry,
    ): Promise<void> => {
      const change = { $set: fields, $push: { auditOutbox: audit } };
      await keys.updateOne({ _id: boxOfficeId }, change, { upsert: true });
    },
    /** False if there was none. */
    remove: async (boxOfficeId: BoxOfficeId, audit: OutboxEntry): Promise<boolean> => {
      const change = { $set: { sealed: null, lastFour: '' }, $push: { auditOutbox: audit } };
      return (await keys.updateOne({ _id: boxOfficeId, ...isSet }, change)).matchedCount === 1;
    },
    summary: async (boxOfficeId: BoxOfficeId): Promise<TicketTailorKeyMark | undefined> =>
      (await keys.findOne({ _id: boxOfficeId, ...isSet }, { projection: { _id: 0, lastFour: 1, setAt: 1 } })) ??
      undefined,
    sealed: async (boxOfficeId: BoxOfficeId): Promise<string | undefined> =>
      (await keys.findOne({ _id: boxOfficeId }, { projection: { sealed: 1 } }))?.sealed ?? undefined,
  };
};

export type TicketTailorKeyStore = ReturnType<typeof createTicketTailorKeyStore>;
