import { slidingSecond } from './limits';
import { isoAt } from './time';

export interface JournalEntry {
  readonly seq: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly account: string | null;
  /** The body, or its size if it is large. */
  readonly body: unknown;
}
type NewEntry = Omit<JournalEntry, 'seq' | 'at'> & { readonly route: string; readonly bytes: number };

const largestBody = 16_384;

/**
 * Records every call, and forgets the oldest ones beyond `maxEntries` or `maxBytes` of bodies. The counts by route and
 * status, and the most calls in any sliding second, cover all calls since the last reset.
 */
export const createJournal = ({ maxEntries = 50_000, maxBytes = 64 * 1_048_576 } = {}) => {
  let entries: { entry: JournalEntry; bytes: number }[] = [];
  let first = 0;
  let bytes = 0;
  let seq = 0;
  let busiest = 0;
  const counts = new Map<string, number>();
  const second = slidingSecond();

  const forgetOldest = (): void => {
    while (entries.length - first > maxEntries || bytes > maxBytes) {
      bytes -= entries[first]!.bytes;
      entries[first] = undefined as never;
      first += 1;
    }
    if (first > 10_000 && first > entries.length / 2) {
      entries = entries.slice(first);
      first = 0;
    }
  };

  return {
    /** Records the arrival of a call for the busiest second, even if the call is never answered. */
    arrived: (now: number): void => {
      second.add(now);
      busiest = Math.max(busiest, second.count(now));
    },
    add: ({ route, bytes: size, body, ...call }: NewEntry, now: number): void => {
      seq += 1;
      const kept = size > largestBody ? { bytes: size } : body;
      const own = Math.min(size, largestBody) + call.path.length;
      entries.push({ entry: { seq, at: isoAt(now), ...call, body: kept }, bytes: own });
      bytes += own;
      forgetOldest();
      const name = `${route} ${call.status}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    },
    /** The entries after `since`, oldest first; `next` is the `since` of the page that follows. */
    page: (since: number, limit: number) => {
      const oldest = seq - (entries.length - first);
      const from = first + Math.max(0, since - oldest);
      const page = entries.slice(from, from + limit).map(({ entry }) => entry);
      const last = page.at(-1)?.seq;
      return { entries: page, next: last !== undefined && last < seq ? last : null, forgotten: oldest };
    },
    last: (count: number): JournalEntry[] =>
      entries.slice(Math.max(first, entries.length - count)).map(({ entry }) => entry),
    summary: () => ({ total: seq, calls: Object.fromEntries(counts), mostInASecond: busiest }),
    reset: (): void => {
      entries = [];
      first = bytes = seq = busiest = 0;
      counts.clear();
      second.clear();
    },
  };
};

export type Journal = ReturnType<typeof createJournal>;
