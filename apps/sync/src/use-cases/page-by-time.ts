import { AppError } from '@boxlist/contracts';
import { keysetPage, type CountedPage, type PageArgs } from '@boxlist/service-kit';

type Position = [time: number, id: string];
const isPosition = (value: unknown): value is Position =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';

/** Finds by a filter, in the order of the time and then the id: 1 oldest first, -1 newest first. */
interface Found<T> {
  readonly find: (filter: object, sort: 1 | -1, limit: number) => Promise<T[]>;
  readonly count: (filter: object) => Promise<number>;
}

/** A page of what stands in the order of one of its times, newest first; stable while others are written. Throws BAD_INPUT. */
export const pageByTime = async <F extends string, T extends { readonly _id: string } & Readonly<Record<F, Date>>>(
  { find, count }: Found<T>,
  field: F,
  wanted: object,
  args: PageArgs,
): Promise<CountedPage<T>> => {
  const page = await keysetPage<T, Position>({
    args,
    positionOf: (each) => [each[field].getTime(), each._id],
    fetch: ({ direction, after, before, limit }) => {
      const beyond = direction === 'forward' ? after : before;
      if (beyond !== undefined && !isPosition(beyond))
        throw new AppError('BAD_INPUT', 'That is not a cursor of this list', { field: ['after'] });
      const compare = direction === 'forward' ? '$lt' : '$gt';
      const position = beyond
        ? {
            $or: [
              { [field]: { [compare]: new Date(beyond[0]) } },
              { [field]: new Date(beyond[0]), _id: { [compare]: beyond[1] } },
            ],
          }
        : {};
      return find({ $and: [wanted, position] }, direction === 'forward' ? -1 : 1, limit);
    },
  });
  return { ...page, totalCount: () => count(wanted) };
};
