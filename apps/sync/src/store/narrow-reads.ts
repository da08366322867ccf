import { AppError } from '@boxlist/contracts';
import { keysetPage, type CountedPage, type PageArgs } from '@boxlist/service-kit';
import { chunk } from 'es-toolkit';
import type { Collection, mongo } from 'mongoose';

// All of this exists because the server that takes MongoDB's place on a developer's machine uses an index only for a
// filter that names nothing but its keys, and reads every match before it applies a limit. To MongoDB itself each
// question here is the same as its plain form.

/** `from` is included, `to` is not. */
export interface TimeRange {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** A time as a condition on one field; none where it has no end. */
export const ofTime = <F extends string>(field: F, { from, to }: TimeRange) =>
  (from || to ? { [field]: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } } : {}) as Partial<
    Record<F, { $gte?: Date; $lt?: Date }>
  >;

/**
 * A filter in two parts: the keys of one index, equalities first and then one range, and the conditions on what that
 * index finds.
 */
export const byIndex = <D>(keys: mongo.Filter<D>, rest: mongo.Filter<D>): mongo.Filter<D> =>
  // The types of the driver do not see that two filters joined by $and are one.
  Object.keys(rest).length === 0 ? keys : ({ $and: [keys, { $and: [rest] }] } as mongo.Filter<D>);

/**
 * Reads the matches of a filter in two parts, `size` at a time. The index is asked once for their ids; each part is
 * read when its turn comes, without the documents that no longer match by then.
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

/** Finds by a filter, sorted by the time and then the id: 1 oldest first, -1 newest first. */
interface Source<D, T> {
  readonly find: (filter: mongo.Filter<D>, sort: 1 | -1, limit: number) => Promise<T[]>;
  readonly count: (filter: mongo.Filter<D>) => Promise<number>;
}

/** What a page is taken from. */
interface Selection<D> extends TimeRange {
  /** The filter for those of a time. */
  readonly of: (time: TimeRange) => mongo.Filter<D>;
  /** There are so few that all of them may be read. */
  readonly areFew?: boolean;
}

/** The first stretch of time that is asked for holds a page of a busy box office. */
const firstMs = 60_000;
const mostWider = 16;
/** Nothing is gained by stretches longer than this: what is left is asked for as a whole. */
const longestMs = 50 * 86_400_000;

const earlier = (a: Date | undefined, b: Date | undefined) => (a && b ? (a < b ? a : b) : (a ?? b));
const later = (a: Date | undefined, b: Date | undefined) => (a && b ? (a > b ? a : b) : (a ?? b));
const both = (a: TimeRange, b: TimeRange): TimeRange => ({ from: later(a.from, b.from), to: earlier(a.to, b.to) });

/**
 * The first part of a time, and what is left of it: from its end for what is newest first. One part where there is no
 * more, or nothing tells where to begin.
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
 * A page of what stands in the order of one of its times, newest first; stable while others are written. Throws
 * BAD_INPUT.
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
      // A server need not stop at the limit of a query: it may read all that is to be sorted. So it is asked for
      // stretches of time, each longer by what is missing, until the page is full.
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
