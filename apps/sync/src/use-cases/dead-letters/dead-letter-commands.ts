import { AppError, isId, type AuditAction } from '@boxlist/contracts';
import {
  auditEntry,
  requireRole,
  type Actor,
  type CountedPage,
  type Identity,
  type PageArgs,
} from '@boxlist/service-kit';
import type { Context } from '../../context';
import type { DeadLetter, DeadLetterStatus, LetterChoice } from '../../store/dead-letters';

/** Which letters: those with these ids, or all open ones. */
export interface LettersInput {
  readonly ids?: readonly string[] | null;
  readonly all?: boolean | null;
}

const unfinished: readonly DeadLetterStatus[] = ['OPEN', 'REPLAYED'];
const mostIds = 1_000;

export type DeadLetterPage = CountedPage<DeadLetter>;

/** A page of the box office's dead letters, newest first. */
export const deadLetterPage = (
  ctx: Context,
  { boxOfficeId }: Identity,
  {
    first,
    after,
    signal,
    statuses,
  }: Pick<PageArgs, 'first' | 'after' | 'signal'> & { readonly statuses?: readonly DeadLetterStatus[] | null },
): Promise<DeadLetterPage> =>
  ctx.deadLetters.page(boxOfficeId, statuses?.length ? statuses : unfinished, { first, after, signal }, ctx.clock());

const chosen = (identity: Identity, { ids, all }: LettersInput): LetterChoice => {
  requireRole(identity, 'manager');
  if ((all === true) === (ids != null))
    throw new AppError('BAD_INPUT', 'Pass either ids or all: true', { field: ['input', 'ids'] });
  if (ids && ids.length > mostIds)
    throw new AppError('BAD_INPUT', 'ids can hold at most 1,000 ids. Pass all: true for more.', {
      field: ['input', 'ids'],
    });
  return ids ?? null;
};

const mostIdsInAudit = 50;

/** The entry names the chosen letters, as far as they are few. */
const auditOf = (actor: Actor, action: AuditAction, choice: LetterChoice, now: Date) =>
  auditEntry(
    'sync',
    actor,
    {
      action,
      object: { type: 'DEAD_LETTERS', id: actor.boxOfficeId },
      details:
        choice === null
          ? { letters: 'all' }
          : {
              letters: choice
                .filter((id) => isId('deadLetter', id))
                .slice(0, mostIdsInAudit)
                .join(', '),
            },
    },
    now,
  );

/**
 * Marks open letters for replay, each once. `accepted` counts them, without letters of other box offices and letters
 * that are no longer open. Throws FORBIDDEN and BAD_INPUT.
 */
export const replayDeadLetters = async (ctx: Context, actor: Actor, input: LettersInput) => {
  const [choice, now] = [chosen(actor, input), ctx.clock()];
  const audit = auditOf(actor, 'DEAD_LETTERS_REPLAYED', choice, now);
  const accepted = await ctx.deadLetters.replay(actor.boxOfficeId, choice, now, audit);
  ctx.notifyAudit();
  return { accepted };
};

/** Discards open letters for good. `discarded` counts them. Throws FORBIDDEN and BAD_INPUT. */
export const discardDeadLetters = async (ctx: Context, actor: Actor, input: LettersInput) => {
  const [choice, now] = [chosen(actor, input), ctx.clock()];
  const audit = auditOf(actor, 'DEAD_LETTERS_DISCARDED', choice, now);
  const discarded = await ctx.deadLetters.discard(actor.boxOfficeId, choice, now, audit);
  ctx.notifyAudit();
  return { discarded };
};
