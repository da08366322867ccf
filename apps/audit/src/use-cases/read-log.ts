import { AppError } from '@boxlist/contracts';
import { keysetPage, requireRole, type Identity, type Page, type PageArgs } from '@boxlist/service-kit';
import type { Context } from '../context';
import { jsonLineOf, type Entry } from '../domain/entry';
import type { EntryFilter, EntryPosition } from '../store/entries';

type Args = Pick<PageArgs, 'first' | 'after'>;

export type EntryPage = Page<Entry>;

const mostOnAPage = 100;
const mostInAPart = 500;

const isPosition = (value: unknown): value is EntryPosition =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === 'number' &&
  Number.isFinite(new Date(value[0]).getTime()) &&
  typeof value[1] === 'string';

const read = (
  ctx: Context,
  { boxOfficeId }: Identity,
  filter: EntryFilter,
  args: Args,
  size: { readonly defaultSize?: number; readonly maxSize: number },
): Promise<EntryPage> =>
  keysetPage<Entry, EntryPosition>({
    args,
    ...size,
    positionOf: ({ at, id }) => [at.getTime(), id],
    fetch: async ({ after, limit }) => {
      if (after !== undefined && !isPosition(after))
        throw new AppError('BAD_INPUT', 'The cursor in after does not belong to this list', { field: ['after'] });
      return ctx.entries.page(boxOfficeId, filter, { ...(after ? { after } : {}), limit, now: ctx.clock() });
    },
  });

/** A page of the caller's audit log, newest first. Throws FORBIDDEN and BAD_INPUT. */
export const logPage = async (
  ctx: Context,
  identity: Identity,
  filter: EntryFilter,
  args: Args,
): Promise<EntryPage> => {
  requireRole(identity, 'owner');
  return read(ctx, identity, filter, args, { maxSize: mostOnAPage });
};

/** A part of the caller's audit log as JSON lines, and the cursor of the next part. Throws FORBIDDEN and BAD_INPUT. */
export const exportLog = async (ctx: Context, identity: Identity, filter: EntryFilter, args: Args) => {
  requireRole(identity, 'owner');
  const { nodes, pageInfo } = await read(ctx, identity, filter, args, {
    defaultSize: mostInAPart,
    maxSize: mostInAPart,
  });
  return { lines: nodes.map(jsonLineOf).join(''), next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
};
