import { AppError } from '@boxlist/contracts';

/** The arguments of a Relay connection field. */
export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  /** Ends the page early: `keysetPage` throws its reason, and `fetch` may look at it between two reads. */
  readonly signal?: AbortSignal;
}

/** What a store must fetch: at most `limit` items strictly beyond the position, in the given direction. */
export interface PageRange<P> {
  readonly direction: 'forward' | 'backward';
  /** Items after this position. */
  readonly after: P | undefined;
  /** Items before this position. */
  readonly before: P | undefined;
  readonly limit: number;
}

interface PageOptions<T, P> {
  readonly args: PageArgs;
  /** Fetches items in the requested direction. For `backward`, the items nearest to the end come first. */
  readonly fetch: (range: PageRange<P>) => Promise<T[]>;
  /** The position of an item. It may contain only JSON values. */
  readonly positionOf: (item: T) => P;
  readonly defaultSize?: number;
  readonly maxSize?: number;
}

export interface Page<T> {
  readonly edges: { cursor: string; node: T }[];
  readonly nodes: T[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

/** A page that can count all items of the list. It counts only when `totalCount` is called. */
export interface CountedPage<T> extends Page<T> {
  readonly totalCount: () => Promise<number>;
}

const encode = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

const decode = (field: string, cursor: string | null | undefined): unknown => {
  if (cursor == null) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
  } catch {
    throw new AppError('BAD_INPUT', `The cursor in ${field} does not belong to this list`, { field: [field] });
  }
};

const sizeOf = (field: string, value: number | null | undefined, max: number): number | undefined => {
  if (value == null) return undefined;
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new AppError('BAD_INPUT', `${field} must be between 0 and ${max}`, { field: [field] });
  }
  return value;
};

/**
 * A Relay page by keyset: stable under writes, without offsets. It asks the store for one item more than the page, to
 * learn whether more items follow. Throws BAD_INPUT for invalid sizes, for `first` with `last`, and for a string that
 * is not a cursor. `fetch` must check the shape of a position.
 */
export const keysetPage = async <T, P>(options: PageOptions<T, P>): Promise<Page<T>> => {
  const { args, fetch, positionOf, defaultSize = 25, maxSize = 100 } = options;
  const first = sizeOf('first', args.first, maxSize);
  const last = sizeOf('last', args.last, maxSize);
  if (first !== undefined && last !== undefined) {
    throw new AppError('BAD_INPUT', 'Pass first or last, not both', { field: ['last'] });
  }
  args.signal?.throwIfAborted();
  const backward = last !== undefined;
  const size = last ?? first ?? Math.min(defaultSize, maxSize);
  const found = await fetch({
    direction: backward ? 'backward' : 'forward',
    after: decode('after', args.after) as P | undefined,
    before: decode('before', args.before) as P | undefined,
    limit: size + 1,
  });
  const more = found.length > size;
  const nodes = found.slice(0, size);
  if (backward) nodes.reverse();
  const edges = nodes.map((node) => ({ node, cursor: encode(positionOf(node)) }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: backward ? args.before != null : more,
      hasPreviousPage: backward ? more : args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
};
