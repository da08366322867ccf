import { AppError, type BoxOfficeId } from '@boxlist/contracts';
import { isDuplicateKey } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import type { Month } from '../domain/calendar';
import { invoiceNumber, issued, type Invoice } from '../domain/invoice';

interface InvoiceDocument extends Omit<Invoice, 'id'> {
  _id: string;
}
interface CounterDocument {
  _id: string;
  value: number;
}

const toInvoice = ({ _id, ...rest }: InvoiceDocument): Invoice => ({ ...rest, id: _id });

/** Issued invoices: one for each box office and month. They never change. */
export const createInvoiceStore = (mongo: Connection) => {
  const invoices = mongo.collection<InvoiceDocument>('invoices');
  const counters = mongo.collection<CounterDocument>('invoice_counters');

  const nextNumber = async (year: number): Promise<string> => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        const counter = await counters.findOneAndUpdate(
          { _id: String(year) },
          { $inc: { value: 1 } },
          { upsert: true, returnDocument: 'after' },
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
    init: async (): Promise<void> => {
      await invoices.createIndex({ boxOfficeId: 1, month: -1 }, { unique: true });
      await invoices.createIndex({ number: 1 }, { unique: true });
    },
    /**
     * Issues an invoice. Undefined if the month already has one. If another process was faster, the reserved number
     * is lost and leaves a gap.
     */
    issue: async (invoice: Invoice, now: Date): Promise<Invoice | undefined> => {
      if (await invoices.findOne({ _id: invoice.id }, { projection: { _id: 1 } })) return undefined;
      const { id, ...fields } = issued(invoice, await nextNumber(now.getUTCFullYear()), now);
      try {
        await invoices.insertOne({ _id: id, ...fields });
        return { id, ...fields };
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    /** Invoices of months before `before`, newest first. */
    page: async (boxOfficeId: BoxOfficeId, before: Month | undefined, limit: number): Promise<Invoice[]> => {
      const docs = await invoices
        .find({ boxOfficeId, ...(before === undefined ? {} : { month: { $lt: before } }) })
        .sort({ month: -1 })
        .limit(limit)
        .toArray();
      return docs.map(toInvoice);
    },
    count: (boxOfficeId: BoxOfficeId): Promise<number> => invoices.countDocuments({ boxOfficeId }),
  };
};

export type InvoiceStore = ReturnType<typeof createInvoiceStore>;
