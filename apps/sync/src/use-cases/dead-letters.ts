import { AppError } from '@boxlist/contracts';
import { keysetPage, requireRole, type CountedPage, type Identity, type PageArgs } from '@boxlist/service-kit';
import type { Context } from '../context';
import type { DeadLetter, DeadLetterStatus, LetterChoice } from '../store/dead-letters';

/** Which letters: these, or all that are open. */
export interface LettersInput {
  readonly ids?: readonly string[] | null;
  readonly all?: boolean | null;
}

type Position = [receivedAt: number, id: string];
const isPosition = (value: unknown): value is Position =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';

const unfinished: readonly DeadLetterStatus[] = ['OPEN', 'REPLAYED'];
const mostIds = 1_000;

export type DeadLetterPage = CountedPage<DeadLetter>;

/** A page of the box office's dead letters, newest first. */
export const deadLetterPage = async (
  ctx: Context,
  { boxOfficeId }: Identity,
  { first, after, statuses }: Pick<PageArgs, 'first' | 'after'> & { statuses?: readonly DeadLetterStatus[] | null },
): Promise<DeadLetterPage> => {
  const wanted = {
    boxOfficeId,
    status: { $in: statuses?.length ? statuses : unfinished },
    expiresAt: { $gt: ctx.clock() },
  };
  const page = await keysetPage<DeadLetter, Position>({
    args: { first, after },
    positionOf: ({ receivedAt, _id }) => [receivedAt.getTime(), _id],
    fetch: ({ after: beyond, limit }) => {
      if (beyond === undefined) return ctx.deadLetters.find(wanted, limit);
      if (!isPosition(beyond))
        throw new AppError('BAD_INPUT', 'That is not a cursor of this list', { field: ['after'] });
      const at = new Date(beyond[0]);
      const older = { $or: [{ receivedAt: { $lt: at } }, { receivedAt: at, _id: { $lt: beyond[1] } }] };
      return ctx.deadLetters.find({ $and: [wanted, older] }, limit);
    },
  });
  return { ...page, totalCount: () => ctx.deadLetters.count(wanted) };
};

const chosen = (identity: Identity, { ids, all }: LettersInput): LetterChoice => {
  requireRole(identity, 'manager');
  if ((all === true) === (ids != null))
    throw new AppError('BAD_INPUT', 'Give ids, or all: true', { field: ['input', 'ids'] });
  if (ids && ids.length > mostIds)
    throw new AppError('BAD_INPUT', 'ids takes at most 1,000 ids; use all for more', { field: ['input', 'ids'] });
  return ids ?? null;
};

/** Puts open letters back on the orders' topic, each once; those of others, and those that are no longer open, are not counted. */
export const replayDeadLetters = async (ctx: Context, identity: Identity, input: LettersInput) => {
  const accepted = await ctx.deadLetters.replay(identity.boxOfficeId, chosen(identity, input), ctx.clock());
  return { accepted };
};

/** Lets go of open letters for good. */
export const discardDeadLetters = async (ctx: Context, identity: Identity, input: LettersInput) => {
  const discarded = await ctx.deadLetters.discard(identity.boxOfficeId, chosen(identity, input), ctx.clock());
  return { discarded };
};
