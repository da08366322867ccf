import type { Connection } from 'mongoose';

interface LedgerDocument {
  _id: string;
  revision: number;
  state: string;
}
interface State {
  readonly recent: readonly number[];
  readonly used: number;
  readonly day: string;
  readonly exhaustedDay: string | null;
}

const everyMs = 150;
const dayMs = 86_400_000;

/** The largest number within any second; `counts` holds the number at each time, in ms. */
export const mostInASecond = (counts: ReadonlyMap<number, number>): number => {
  const times = [...counts].sort(([a], [b]) => a - b);
  let most = 0;
  let within = 0;
  for (let last = 0, first = 0; last < times.length; last += 1) {
    within += times[last]?.[1] ?? 0;
    for (; (times[last]?.[0] ?? 0) - (times[first]?.[0] ?? 0) >= 1_000; first += 1) within -= times[first]?.[1] ?? 0;
    most = Math.max(most, within);
  }
  return most;
};

/**
 * Reads the ledger again and again, because it holds only the permits of the last second. Permits between two readings
 * may be missed.
 */
export const watchPermits = (mongo: Connection) => {
  const ledgers = mongo.collection<LedgerDocument>('ledger');
  const activities = mongo.collection<{ _id: string; connectionId: string; pollAt: Date }>('activities');
  const connectionLeases = mongo.collection<{ _id: string; readyAt: Date; readied: number }>('connection_leases');
  let seen = new Map<number, number>();
  let looking: Promise<void> | undefined;
  const read = async (): Promise<{ revision: number; state: State } | undefined> => {
    const found = await ledgers.findOne({ _id: 'constant-contact' });
    return found ? { revision: found.revision, state: JSON.parse(found.state) as State } : undefined;
  };
  const look = async (): Promise<void> => {
    const counts = new Map<number, number>();
    for (const at of (await read())?.state.recent ?? []) counts.set(at, (counts.get(at) ?? 0) + 1);
    // A later reading may show fewer permits of a time at the edge of the second.
    for (const [at, count] of counts) seen.set(at, Math.max(count, seen.get(at) ?? 0));
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch(() => undefined)
      .finally(() => (looking = undefined));
  }, everyMs);
  return {
    begin: (): void => {
      seen = new Map();
    },
    mostInASecond: (): number => mostInASecond(seen),
    /** The number of permits of the ledger's present UTC day. */
    used: async (): Promise<{ day: string; used: number }> => {
      const { day, used } = (await read())?.state ?? { day: '', used: 0 };
      return { day, used };
    },
    /**
     * Does what midnight does: it ends the day that Constant Contact reported as used up, and sync polls the activities
     * again that had to wait for that.
     */
    beginNewDay: async (): Promise<void> => {
      for (;;) {
        const known = await read();
        if (typeof known?.state.exhaustedDay !== 'string') break;
        const { matchedCount } = await ledgers.updateOne(
          { _id: 'constant-contact', revision: known.revision },
          { $set: { state: JSON.stringify({ ...known.state, exhaustedDay: null }), revision: known.revision + 1 } },
        );
        if (matchedCount === 1) break;
      }
      const now = Date.now();
      const midnight = new Date(now - (now % dayMs) + dayMs);
      const waiting = await activities.find({ pollAt: { $gte: midnight } }).toArray();
      await activities.updateMany({ _id: { $in: waiting.map(({ _id }) => _id) } }, { $set: { pollAt: new Date(now) } });
      const leasesOf = [...new Set(waiting.map(({ connectionId }) => connectionId))];
      await connectionLeases.updateMany(
        { _id: { $in: leasesOf } },
        { $min: { readyAt: new Date(now) }, $inc: { readied: 1 } },
      );
    },
    close: async (): Promise<void> => {
      clearInterval(timer);
      await looking;
    },
  };
};
