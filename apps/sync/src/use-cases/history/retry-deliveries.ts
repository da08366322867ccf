import { AppError } from '@boxlist/contracts';
import { requireRole, type Identity } from '@boxlist/service-kit';
import type { Context } from '../../context';
import type { DeliveryStatus } from '../../domain/reasons';
import type { Retry } from '../../store/retries';
import { countsFor } from './count-deliveries';
import { choiceOf, type DeliveryFilter } from './list-deliveries';

/** What is synchronised stays so, and what is being worked on needs no retry. */
const retryable: readonly DeliveryStatus[] = ['FAILED', 'SKIPPED', 'WAITING'];
const mostAtOnce = 100_000;

/** What ended before is about to expire, and is left alone: whoever removes it may have looked at it already. */
export const keptSince = (ctx: Context): Date => new Date(ctx.clock().getTime() - ctx.retention.historyMs);

/** How many there are, where the tallies can tell. */
const numberOf = (count: number | undefined): string =>
  count !== undefined && count > mostAtOnce ? count.toLocaleString('en') : 'More than 100,000';

/**
 * Puts deliveries that were skipped, have failed or wait back to work. It goes on by itself in any process, and after a
 * crash where it stood.
 */
export const retryDeliveries = async (ctx: Context, identity: Identity, filter: DeliveryFilter): Promise<Retry> => {
  requireRole(identity, 'manager');
  if ((filter.ids?.length ?? 0) > 1_000)
    throw new AppError('BAD_INPUT', 'ids can hold at most 1,000 ids. Use the other filters for more.', {
      field: ['input', 'filter', 'ids'],
    });
  const { boxOfficeId } = identity;
  const choice = choiceOf(ctx, identity, filter);
  const wanted = { ...choice, statuses: retryable.filter((status) => choice.statuses?.includes(status) ?? true) };
  const matched = await ctx.deliveryRetries.countToRetry(boxOfficeId, wanted, keptSince(ctx), mostAtOnce + 1);
  if (matched > mostAtOnce)
    throw new AppError(
      'TOO_MANY_TO_RETRY',
      `${numberOf(await countsFor(ctx, boxOfficeId, wanted))} deliveries match, but one retry takes at most 100,000. Narrow the filter by workflow, reason or time.`,
      { field: ['input', 'filter'] },
    );
  const retry = await ctx.retries.start({ boxOfficeId, wanted, matched }, ctx.clock());
  return (await withoutErased(ctx, retry)) ? retry : ((await ctx.retries.byId(retry._id)) ?? retry);
};

/**
 * False for a retry that is over because its buyer was erased. Asked after it was written, and before it takes more:
 * one of the two sees the other.
 */
export const withoutErased = async (ctx: Context, { boxOfficeId, wanted: { emailHash } }: Retry): Promise<boolean> => {
  if (!emailHash || !(await ctx.erasures.among([emailHash])).has(emailHash)) return true;
  await ctx.retries.forgetBuyer(boxOfficeId, emailHash);
  return false;
};

/** Ends a retry; what it has put back stays so. Said again it changes nothing. */
export const cancelRetry = async (ctx: Context, identity: Identity, id: string): Promise<Retry> => {
  requireRole(identity, 'manager');
  for (;;) {
    const retry = await ctx.retries.byId(id);
    if (retry?.boxOfficeId !== identity.boxOfficeId)
      throw new AppError('RETRY_NOT_FOUND', 'There is no such retry', { field: ['input', 'retryId'] });
    if (retry.status === 'DONE')
      throw new AppError('RETRY_ENDED', 'This retry has already ended', { field: ['input', 'retryId'] });
    const cancelled = retry.status === 'CANCELLED' ? retry : await ctx.retries.cancel(retry);
    if (cancelled) return cancelled;
  }
};
