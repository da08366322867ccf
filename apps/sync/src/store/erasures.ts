import type { Connection } from 'mongoose';
import { inBatches } from './in-batches';

/** What became of the contact at one connection's account. */
export interface ErasedContact {
  readonly connectionId: string;
  /** PENDING is tried again; GAVE_UP must be seen to by hand. */
  readonly state: 'PENDING' | 'DELETED' | 'NOT_FOUND' | 'GAVE_UP';
}

/** That a buyer was erased, and how far that has come. It stays, so that nothing brings the person back. */
export interface Erasure {
  /** The keyed hash of the address: all that is left of the person. */
  readonly _id: string;
  readonly boxOfficeId: string;
  readonly requestedAt: Date;
  readonly status: 'RUNNING' | 'DONE';
  readonly deletesContact: boolean;
  /** The address, only while a contact is still to be deleted by it. */
  readonly email: string | null;
  /** From when on nothing comes any more that was under way when it was asked for; null before the first pass. */
  readonly quietAt: Date | null;
  readonly contacts: readonly ErasedContact[];
  readonly tries: number;
  /** When it is worked on next; while somebody works on it, when another may. */
  readonly nextAt: Date;
  readonly version: number;
}

/** Erased buyers: the work of erasing them and the memory of it, in one document each. */
export const createErasureStore = (mongo: Connection) => {
  const erasures = mongo.collection<Erasure>('erasures');
  return {
    init: async (): Promise<void> => {
      await erasures.createIndex({ status: 1, nextAt: 1 });
      await erasures.createIndex({ boxOfficeId: 1, requestedAt: 1 });
    },
    /**
     * Shuts the person out from now on, and begins the work; asked again it is done again. `email` when the contact is
     * to be deleted.
     */
    request: async (emailHash: string, boxOfficeId: string, email: string | null, now: Date): Promise<void> => {
      const begun = { boxOfficeId, requestedAt: now, status: 'RUNNING' as const, quietAt: null, tries: 0, nextAt: now };
      await erasures.updateOne(
        { _id: emailHash },
        email === null
          ? { $set: begun, $setOnInsert: { email: null, deletesContact: false, contacts: [] }, $inc: { version: 1 } }
          : { $set: { ...begun, email, deletesContact: true, contacts: [] }, $inc: { version: 1 } },
        { upsert: true },
      );
    },
    byHash: (emailHash: string): Promise<Erasure | null> => erasures.findOne({ _id: emailHash }),
    /** Which of these addresses are erased buyers'. */
    among: async (emailHashes: readonly string[]): Promise<ReadonlySet<string>> => {
      const found = await inBatches([...new Set(emailHashes)], (part) =>
        erasures.find({ _id: { $in: part } }, { projection: { _id: 1 } }).toArray(),
      );
      return new Set(found.map(({ _id }) => _id));
    },
    /** The addresses whose erasure was asked for since. */
    since: async (boxOfficeId: string, since: Date): Promise<string[]> =>
      (await erasures.find({ boxOfficeId, requestedAt: { $gte: since } }, { projection: { _id: 1 } }).toArray()).map(
        ({ _id }) => _id,
      ),
    /** Takes one that is due, so that others leave it alone for the time of a lease. */
    claim: async (now: Date, leaseMs: number): Promise<Erasure | null> =>
      erasures.findOneAndUpdate(
        { status: 'RUNNING', nextAt: { $lte: now } },
        { $set: { nextAt: new Date(now.getTime() + leaseMs) }, $inc: { version: 1 } },
        { sort: { nextAt: 1 }, returnDocument: 'after' },
      ),
    /** Notes how far it has come; of no effect when it was asked for again or claimed by another meanwhile. */
    note: async ({ _id, version }: Erasure, change: Partial<Erasure>): Promise<void> => {
      await erasures.updateOne({ _id, version }, { $set: { ...change, version: version + 1 } });
    },
  };
};

export type ErasureStore = ReturnType<typeof createErasureStore>;

/**
 * Writes something of buyers, unless they are erased: asks before, and once more when it is written, and takes back
 * what is of those who were erased in between. One of the two sees the other, whichever came first.
 */
export const unlessErased = async <T extends { readonly emailHash: string }>(
  erasures: Pick<ErasureStore, 'among'>,
  some: readonly T[],
  write: (kept: readonly T[]) => Promise<void>,
  undoCancelled: (each: T) => Promise<void>,
): Promise<void> => {
  const before = await erasures.among(some.map(({ emailHash }) => emailHash));
  const kept = some.filter(({ emailHash }) => !before.has(emailHash));
  if (kept.length === 0) return;
  await write(kept);
  const after = await erasures.among(kept.map(({ emailHash }) => emailHash));
  for (const each of kept) if (after.has(each.emailHash)) await undoCancelled(each);
};
