import { AppError } from '@boxlist/contracts';
import { isDuplicateKey } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import { emptyLedger, grant, msToNextUtcDay, utcDay, type Ledger, type Limits } from '../domain/ledger';

interface LedgerDocument extends Ledger {
  _id: 'constant-contact';
  revision: number;
}
const id = 'constant-contact';

/** The one ledger of the application, shared by all processes through one document. */
export const createLedgerStore = (mongo: Connection, limits: Limits) => {
  const ledgers = mongo.collection<LedgerDocument>('ledger');
  let offset: { ms: number; until: number } | undefined;
  /** The database's clock, so that processes whose clocks differ agree. */
  const now = async (): Promise<number> => {
    if (!offset || Date.now() > offset.until) {
      const before = Date.now();
      const hello = (await mongo.db?.admin().command({ hello: 1 })) as { localTime?: Date } | undefined;
      const after = Date.now();
      offset = { ms: hello?.localTime ? hello.localTime.getTime() - (before + after) / 2 : 0, until: after + 30_000 };
    }
    return Math.round(Date.now() + offset.ms);
  };
  const read = async (): Promise<LedgerDocument> =>
    (await ledgers.findOne<LedgerDocument>({ _id: id } as never)) ?? {
      _id: id,
      revision: 0,
      ...emptyLedger,
    };
  const swap = async (known: LedgerDocument, next: Ledger): Promise<boolean> => {
    try {
      const { matchedCount, upsertedCount } = await ledgers.updateOne(
        { _id: id, revision: known.revision } as never,
        { $set: { ...next, revision: known.revision + 1 } },
        {
          upsert: known.revision === 0,
        },
      );
      return matchedCount + upsertedCount === 1;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };
  return {
    now,
    /** Milliseconds to wait before the call that the permit is for. Throws QUOTA_EXCEEDED until 00:00 UTC. */
    take: async (): Promise<number> => {
      for (;;) {
        const known = await read();
        const time = await now();
        const granted = grant(known, time, limits);
        if (!granted.granted)
          throw new AppError(
            'QUOTA_EXCEEDED',
            "The application's calls of the day are used up",
            {},
            { retryAfterMs: granted.retryAfterMs },
          );
        if (await swap(known, granted.ledger)) return Math.max(0, granted.at - time);
      }
    },
    /** Remembers that Constant Contact called the day used up. */
    exhaust: async (): Promise<void> => {
      for (;;) {
        const known = await read();
        const { _id: _i, revision: _r, ...ledger } = known;
        if (await swap(known, { ...ledger, exhaustedDay: utcDay(await now()) })) return;
      }
    },
    usage: async () => {
      const { day, used, exhaustedDay } = await read();
      const time = await now();
      const today = day === utcDay(time) ? used : 0;
      const left = exhaustedDay === utcDay(time) ? 0 : Math.max(0, limits.perDay - today);
      return {
        limitPerDay: limits.perDay,
        usedToday: today,
        leftToday: left,
        perSecond: limits.perSecond,
        resetsAt: new Date(time + msToNextUtcDay(time)),
      };
    },
  };
};

export type LedgerStore = ReturnType<typeof createLedgerStore>;
