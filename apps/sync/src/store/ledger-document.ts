import { isDuplicateKey } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import { emptyLedger, type Ledger } from '../domain/ledger-state';

/** The state is one JSON text, because its keys are ids that others choose and it is always replaced as a whole. */
interface LedgerDocument {
  _id: 'constant-contact';
  revision: number;
  state: string;
}
/** The ledger with the revision that was read. */
export interface KnownLedger {
  readonly revision: number;
  readonly ledger: Ledger;
}

const id = 'constant-contact';

/** The quota ledger's one document. A write replaces the revision that was read, or changes nothing. */
export const createLedgerDocument = (mongo: Connection) => {
  const ledgers = mongo.collection<LedgerDocument>('ledger');
  return {
    read: async (): Promise<KnownLedger> => {
      const found = await ledgers.findOne({ _id: id });
      return found
        ? { revision: found.revision, ledger: { ...emptyLedger, ...(JSON.parse(found.state) as Partial<Ledger>) } }
        : { revision: 0, ledger: emptyLedger };
    },
    /** Returns the ledger as written; undefined when another process wrote first. */
    swap: async (known: KnownLedger, ledger: Ledger): Promise<KnownLedger | undefined> => {
      const next = { revision: known.revision + 1, ledger };
      try {
        const { matchedCount, upsertedCount } = await ledgers.updateOne(
          { _id: id, revision: known.revision },
          { $set: { state: JSON.stringify(ledger), revision: next.revision } },
          { upsert: known.revision === 0 },
        );
        return matchedCount + upsertedCount === 1 ? next : undefined;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return undefined;
      }
    },
  };
};
