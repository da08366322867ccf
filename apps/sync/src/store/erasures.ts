import type { OutboxEntry } from '@boxlist/event-bus';
import { pushingAudit, type Audited } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import { inBatches } from './in-batches';

/** The state of the erasure for the contact at one connection's account. */
export interface ErasedContact {
  readonly connectionId: string;
  /** PENDING is tried again; GAVE_UP needs a person to delete the contact. */
  readonly state: 'PENDING' | 'DELETED' | 'NOT_FOUND' | 'GAVE_UP';
}

/** The erasure of a buyer and its progress. The document stays for good, so that nothing stores the person again. */
export interface Erasure extends Audited {
  /** The keyed hash of the address: the only thing kept about the person. */
  readonly _id: string;
  readonly boxOfficeId: string;
  readonly requestedAt: Date;
  readonly status: 'RUNNING' | 'DONE';
  readonly deletesContact: boolean;
  /** The address, only while a contact is still to be deleted by it. */
  readonly email: string | null;
  /** The time after which no work from before the request can write any more; null before the first pass. */
  readonly quietAt: Date | null;
  readonly contacts: readonly ErasedContact[];
  readonly tries: number;
  /** When the erasure is processed next. While a process has claimed it, when another process may claim it. */
  readonly nextAt: Date;
  readonly version: number;
}

/** Erased buyers: the progress of each erasure and the record that keeps the buyer out, in one document each. */
export const createErasureStore = (mongo: Connection) => {
  const erasures = mongo.collection<Erasure>('erasures');
  return {
    collection: erasures,
    init: async (): Promise<void> => {
      await erasures.createIndex({ status: 1, nextAt: 1 });
      await erasures.createIndex({ boxOfficeId: 1, requestedAt: 1 });
    },
    /**
     * Keeps the buyer out from now on and starts the erasure. A repeated request runs it again. `email` is set when the
     * contact is to be deleted too.
     */
    request: async (
      emailHash: string,
      { boxOfficeId, email, audit }: { boxOfficeId: string; email: string | null; audit: OutboxEntry },
      now: Date,
    ): Promise<void> => {
      const begun = { boxOfficeId, requestedAt: now, status: 'RUNNING' as const, quietAt: null, tries: 0, nextAt: now };
      const counted = { $inc: { version: 1 }, $push: pushingAudit(audit) };
      await erasures.updateOne(
        { _id: emailHash },
        email === null
          ? { $set: begun, $setOnInsert: { email: null, deletesContact: false, contacts: [] }, ...counted }
          : { $set: { ...begun, email, deletesContact: true, contacts: [] }, ...counted },
        { upsert: true },
      );
    },
    byHash: (emailHash: string): Promise<Erasure | null> => erasures.findOne({ _id: emailHash }),
    /** The addresses among these that belong to erased buyers. */
    among: async (emailHashes: readonly string[]): Promise<ReadonlySet<string>> => {
      const found = await inBatches([...new Set(emailHashes)], (part) =>
        erasures.find({ _id: { $in: part } }, { projection: { _id: 1 } }).toArray(),
      );
      return new Set(found.map(({ _id }) => _id));
    },
    /** The addresses whose erasure was requested since then. */
    since: async (boxOfficeId: string, since: Date): Promise<string[]> =>
      (await erasures.find({ boxOfficeId, requestedAt: { $gte: since } }, { projection: { _id: 1 } }).toArray()).map(
        ({ _id }) => _id,
      ),
    /** Claims an erasure that is due. Other processes leave it alone until the lease expires. */
    claim: async (now: Date, leaseMs: number): Promise<Erasure | null> =>
      erasures.findOneAndUpdate(
        { status: 'RUNNING', nextAt: { $lte: now } },
        { $set: { nextAt: new Date(now.getTime() + leaseMs) }, $inc: { version: 1 } },
        { sort: { nextAt: 1 }, returnDocument: 'after' },
      ),
    /**
     * Records progress. It changes nothing when the erasure was requested again or claimed by another process in the
     * meantime.
     */
    record: async ({ _id, version }: Erasure, change: Partial<Erasure>): Promise<void> => {
      await erasures.updateOne({ _id, version }, { $set: { ...change, version: version + 1 } });
    },
  };
};

export type ErasureStore = ReturnType<typeof createErasureStore>;

/**
 * The erasure guard: writes data of buyers who are not erased. It checks before the write and again after it, and
 * undoes the write for buyers erased in between. Whether the erasure or the write comes first, one of them sees the
 * other.
 */
export const unlessErased = async <T extends { readonly emailHash: string }>(
  erasures: Pick<ErasureStore, 'among'>,
  some: readonly T[],
  write: (kept: readonly T[]) => Promise<void>,
  undo: (each: T) => Promise<void>,
): Promise<void> => {
  const before = await erasures.among(some.map(({ emailHash }) => emailHash));
  const kept = some.filter(({ emailHash }) => !before.has(emailHash));
  if (kept.length === 0) return;
  await write(kept);
  const after = await erasures.among(kept.map(({ emailHash }) => emailHash));
  for (const each of kept) if (after.has(each.emailHash)) await undo(each);
};
