import { newId, type BoxOfficeId } from '@boxlist/contracts';
import { isDuplicateKey } from '@boxlist/service-kit';
import { Schema, type Connection } from 'mongoose';
import type { InvoiceLine } from '../domain/invoice';

/** An issued invoice: one for each box office and month. */
export interface Invoice {
  readonly id: string;
  readonly boxOfficeId: BoxOfficeId;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly currency: string;
  readonly lines: readonly InvoiceLine[];
  readonly issuedAt: Date;
}

interface InvoiceDocument extends Omit<Invoice, 'id'> {
  _id: string;
}

const schema = new Schema<InvoiceDocument>(
  {
    _id: String,
    boxOfficeId: String,
    periodStart: Date,
    periodEnd: Date,
    currency: String,
    lines: [Schema.Types.Mixed],
    issuedAt: Date,
  },
  { collection: 'invoices', versionKey: false },
);
schema.index({ boxOfficeId: 1, periodStart: -1 }, { unique: true });

export const createInvoiceStore = (mongo: Connection) => {
  const model = mongo.model<InvoiceDocument>('Invoice', schema);
  return {
    init: async (): Promise<void> => {
      await model.createIndexes();
    },
    /** Issues it once: false when the month has its invoice already. */
    issue: async (invoice: Omit<Invoice, 'id'>): Promise<boolean> => {
      try {
        await model.create({ _id: newId('invoice'), ...invoice });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    /** Newest first, those before a period when one is given. */
    page: async (boxOfficeId: BoxOfficeId, before: Date | undefined, limit: number): Promise<Invoice[]> => {
      const docs = await model
        .find({ boxOfficeId, ...(before ? { periodStart: { $lt: before } } : {}) })
        .sort({ periodStart: -1 })
        .limit(limit)
        .lean<InvoiceDocument[]>();
      return docs.map(({ _id, ...rest }) => ({ ...rest, id: _id }));
    },
  };
};

export type InvoiceStore = ReturnType<typeof createInvoiceStore>;
