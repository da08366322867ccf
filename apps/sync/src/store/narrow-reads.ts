import { AppError } from '@boxlist/contracts';
import { keysetPage, type CountedPage, type PageArgs } from '@boxlist/service-kit';
import { chunk } from 'es-toolkit';
import type { Collection, mongo } from 'mongoose';

// The functions in this file exist for the server that replaces MongoDB on a developer's machine. It uses an index only
// when a filter names nothing but the index's keys, and it reads every match before it applies a limit. On MongoDB
// itself, each query here equals its plain form.

/** `from` is included, `to` is not. */
export interface TimeRange {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** The condition of a time range on one field; empty when the range has no bounds. */
export const ofTime = <F extends string>(field: F, { from, to }: TimeRange) =>
  (from || to ? { [field]: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } } : {}) as Partial<
    Record<F, { $gte?: Date; $lt?: Date }>
  >;

/**
 * A filter in two parts. `keys` are the keys of one index, equalities first and then one range. `rest` are the
 * conditions on the documents that the index finds.
 */
export const byIndex = <D>(keys: mongo.Filter<D>, rest: mongo.Filter<D>): mongo.Filter<D> =>
  // The driver's types do not accept two filters joined by $and.
  Object.keys(rest).length === 0 ? keys : ({ $and: [keys, { $and: [rest] }] } as mongo.Filter<D>);

/**
 * Reads the matches of a two-part filter, `size` at a time. One query of the index collects the ids. Each batch is read
 * when its turn comes, without documents that no longer match.
 */
export async function* foundInParts<D extends { readonly _id: string }>(
  collection: Pick<Collection<D>, 'find'>,
  keys: mongo.Filter<D>,
  rest: mongo.Filter<D>,
  size: number,
  options: { readonly projection: mongo.Document },
): AsyncGenerator<mongo.WithId<D>[]> {
  const found = await collection.find(byIndex(keys, rest), { projection: { _id: 1 }, batchSize: size }).toArray();
  for (const some of chunk(found, size)) {
    const those = { _id: { $in: some.map(({ _id }) => _id) }, ...keys, ...rest } as mongo.Filter<D>;
    yield await collection.find(those, { ...options, batchSize: size }).toArray();
  }
}

type Position = [time: number, id: string];
const isPosition = (value: unknown): value is Position =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';

/** Finds by a filter, sorted by time and then id: 1 for oldest first, -1 for newest first. */
interface Source<D, T> {
  readonly find: (filter: mongo.Filter<D>, sort: 1 | -1, limit: number) => Promise<T[]>;
  readonly count: (filter: mongo.Filter<D>) => Promise<number>;
}

/** The documents that a page is read from. */
interface Selection<D> extends TimeRange {
  /** The filter for the documents in a time range. */
  readonly of: (time: TimeRange) => mongo.Filter<D>;
  /** The selection is so small that all of it may be read. */
  readonly areFew?: boolean;
}

/** The first time range in ms. It is long enough to hold a page of a busy box office. */
const firstMs = 60_000;
const mostWider = 16;
/** Longer ranges bring no benefit: beyond this, the rest is read at once. */
const longestMs = 50 * 86_400_000;

const earlier = (a: Date | undefined, b: Date | undefined) => (a && b ? (a < b ? a : b) : (a ?? b));
const later = (a: Date | undefined, b: Date | undefined) => (a && b ? (a > b ? a : b) : (a ?? b));
const both = (a: TimeRange, b: TimeRange): TimeRange => ({ from: later(a.from, b.from), to: earlier(a.to, b.to) });

/**
 * Splits a time range into a first part of `ms` and the rest, from its end when newest first. Returns one part when no
 * rest is left, when `ms` exceeds `longestMs`, or when the range has no start.
 */
const split = (time: TimeRange, ms: number, newestFirst: boolean, now: Date): [TimeRange, TimeRange?] => {
  const begin = newestFirst ? (time.to ?? now) : time.from;
  if (!begin || ms > longestMs) return [time];
  const end = new Date(begin.getTime() + (newestFirst ? -ms : ms));
  if (newestFirst ? time.from && end <= time.from : end >= (time.to ?? now)) return [time];
  const [before, after] = [
    { ...time, to: end },
    { ...time, from: end },
  ];
  return newestFirst ? [after, before] : [before, after];
};

/**
 * A page of documents sorted by one of their times, newest first; stable while others are written. Throws BAD_INPUT.
 */
export const pageByTime = async <D, F extends string, T extends { readonly _id: string } & Readonly<Record<F, Date>>>(
  { find, count }: Source<D, T>,
  field: F,
  { of, areFew, from, to }: Selection<D>,
  args: PageArgs,
  now: Date,
): Promise<CountedPage<T>> => {
  const all: TimeRange = { from, to };
  const page = await keysetPage<T, Position>({
    args,
    positionOf: (each) => [each[field].getTime(), each._id],
    fetch: async ({ direction, after, before, limit }) => {
      const beyond = direction === 'forward' ? after : before;
      if (beyond !== undefined && !isPosition(beyond))
        throw new AppError('BAD_INPUT', 'The cursor does not belong to this list', { field: ['after'] });
      const newestFirst = direction === 'forward';
      const found: T[] = [];
      const read = async (filter: mongo.Filter<D>): Promise<number> => {
        args.signal?.throwIfAborted();
        const some = await find(filter, newestFirst ? -1 : 1, limit - found.length);
        found.push(...some);
        return some.length;
      };
      let left: TimeRange | undefined = all;
      if (beyond) {
        const [at, next] = [new Date(beyond[0]), new Date(beyond[0] + 1)];
        const sameTime = of(both(all, { from: at, to: next }));
        const otherIds = { _id: { [newestFirst ? '$lt' : '$gt']: beyond[1] } } as mongo.Filter<D>;
        await read(byIndex(sameTime, otherIds));
        left = both(all, newestFirst ? { to: at } : { from: next });
      }
      // The server may ignore a query's limit and read everything that it has to sort. So this reads one time range
      // after another, each longer according to the number of missing documents, until the page is full.
      for (let ms = areFew ? Infinity : firstMs; left && found.length < limit;) {
        const [time, rest] = split(left, ms, newestFirst, now);
        const came = await read(of(time));
        const wider = came === 0 ? mostWider : (2 * (limit - found.length)) / came;
        ms *= Math.min(Math.max(wider, 2), mostWider);
        left = rest;
      }
      return found;
    },
  });
  return { ...page, totalCount: () => count(of(all)) };
};
