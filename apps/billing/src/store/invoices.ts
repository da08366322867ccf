import { AppError, type BoxOfficeId } from '@boxlist/contracts';
import { isDuplicateKey } from '@boxlist/service-kit';
import { Schema, type Connection as MongoConnection } from 'mongoose';
import type { Month } from '../domain/calendar';
import { invoiceNumber, issued, type Invoice } from '../domain/invoice';

interface InvoiceDocument extends Omit<Invoice, 'id'> {
  _id: string;
}
interface CounterDocument {
  _id: string;
  value: number;
}

const schema = new Schema<InvoiceDocument>(
  {
    _id: String,
    boxOfficeId: String,
    month: String,
    status: String,
    number: String,
    issuedAt: Date,
    periodStart: Date,
    periodEnd: Date,
    total: Schema.Types.Mixed,
    lines: [Schema.Types.Mixed],
  },
  { collection: 'invoices', versionKey: false, minimize: false },
);
schema.index({ boxOfficeId: 1, month: -1 }, { unique: true });
schema.index({ number: 1 }, { unique: true });

const counterSchema = new Schema<CounterDocument>(
  { _id: String, value: Number },
  { collection: 'invoice_counters', versionKey: false },
);

const toInvoice = ({ _id, ...rest }: InvoiceDocument): Invoice => ({ ...rest, id: _id });

/** Issued invoices: one for each box office and month. They never change. */
export const createInvoiceStore = (mongo: MongoConnection) => {
  const model = mongo.model<InvoiceDocument>('Invoice', schema);
  const counters = mongo.model<CounterDocument>('InvoiceCounter', counterSchema);

  const nextNumber = async (year: number): Promise<string> => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        const counter = await counters.findOneAndUpdate(
          { _id: String(year) },
          { $inc: { value: 1 } },
          { upsert: true, returnDocument: 'after', lean: true },
        );
        if (counter) return invoiceNumber(year, counter.value);
      } catch (error) {
        // Two processes may create the counter of a new year at the same time. The second try finds it.
        if (!isDuplicateKey(error)) throw error;
      }
    }
    throw new AppError('DATABASE_UNAVAILABLE', 'Could not reserve an invoice number');
  };

  return {
    init: async () => {
      await model.createIndexes();
    },
    /**
     * Issues an invoice. Undefined if the month already has one. If another process was faster, the reserved number
     * is lost and leaves a gap.
     */
    issue: async (invoice: Invoice, now: Date): Promise<Invoice | undefined> => {
      if (await model.exists({ _id: invoice.id })) return undefined;
      const { id, ...fields } = issued(invoice, await nextNumber(now.getUTCFullYear()), now);
      try {
        await model.create({ _id: id, ...fields });
        return { id, ...fields };
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    /** Invoices of months before `before`, newest first. */
    page: async (boxOfficeId: BoxOfficeId, before: Month | undefined, limit: number): Promise<Invoice[]> => {
      const docs = await model
        .find({ boxOfficeId, ...(before === undefined ? {} : { month: { $lt: before } }) })
        .sort({ month: -1 })
        .limit(limit)
        .lean<InvoiceDocument[]>();
      return docs.map(toInvoice);
    },
    count: (boxOfficeId: BoxOfficeId): Promise<number> => model.countDocuments({ boxOfficeId }),
  };
};

export type InvoiceStore = ReturnType<typeof createInvoiceStore>;
