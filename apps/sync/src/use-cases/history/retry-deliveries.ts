import { AppError, type AuditAction } from '@boxlist/contracts';
import { auditEntry, requireRole, type Actor } from '@boxlist/service-kit';
import type { Context } from '../../context';
import type { DeliveryStatus } from '../../domain/reasons';
import type { Retry } from '../../store/retries';
import { countsFor } from './count-deliveries';
import { choiceOf, type DeliveryFilter } from './list-deliveries';

/** A synchronised delivery stays as it is, and a pending one needs no retry. */
const retryable: readonly DeliveryStatus[] = ['FAILED', 'SKIPPED', 'WAITING'];
const mostAtOnce = 100_000;

/**
 * Deliveries that settled before this time are about to expire. A retry leaves them alone, because the expiry job may
 * already have read them.
 */
export const keptSince = (ctx: Context): Date => new Date(ctx.clock().getTime() - ctx.retention.historyMs);

/** The number of matching deliveries as text, exact if the counters have it. */
const numberOf = (count: number | undefined): string =>
  count !== undefined && count > mostAtOnce ? count.toLocaleString('en') : 'More than 100,000';

/** The entry names the filters of a retry without their values, because a filter may be an e-mail address. */
const auditOf = (actor: Actor, action: AuditAction, { _id, wanted, matched }: Retry, now: Date) =>
  auditEntry(
    'sync',
    actor,
    {
      action,
      object: { type: 'RETRY', id: _id },
      details:
        action === 'RETRY_STARTED' ? { matched: String(matched), filters: Object.keys(wanted).sort().join(', ') } : {},
    },
    now,
  );

/**
 * Starts a retry of the skipped, failed and waiting deliveries that match the filter. Any process that dispatches
 * continues it, also after a crash. Throws FORBIDDEN, BAD_INPUT, TOO_MANY_TO_RETRY and LIMIT_REACHED.
 */
export const retryDeliveries = async (ctx: Context, actor: Actor, filter: DeliveryFilter): Promise<Retry> => {
  requireRole(actor, 'manager');
  if ((filter.ids?.length ?? 0) > 1_000)
    throw new AppError('BAD_INPUT', 'ids can hold at most 1,000 ids. Use the other filters for more.', {
      field: ['input', 'filter', 'ids'],
    });
  const { boxOfficeId } = actor;
  const choice = choiceOf(ctx, actor, filter);
  const wanted = { ...choice, statuses: retryable.filter((status) => choice.statuses?.includes(status) ?? true) };
  const matched = await ctx.deliveryRetries.countToRetry(boxOfficeId, wanted, keptSince(ctx), mostAtOnce + 1);
  if (matched > mostAtOnce)
    throw new AppError(
      'TOO_MANY_TO_RETRY',
      `${numberOf(await countsFor(ctx, boxOfficeId, wanted))} deliveries match, but one retry takes at most 100,000. ` +
        'Narrow the filter by workflow, reason or time.',
      { field: ['input', 'filter'] },
    );
  const now = ctx.clock();
  const retry = await ctx.retries.start({ boxOfficeId, wanted, matched }, ctx.limits.retries, now, (started) =>
    auditOf(actor, 'RETRY_STARTED', started, now),
  );
  if (!retry)
    throw new AppError(
      'LIMIT_REACHED',
      `This box office already has ${ctx.limits.retries} retries under way. Wait for one to end, or cancel one.`,
    );
  ctx.notifyAudit();
  return (await withoutErased(ctx, retry)) ? retry : ((await ctx.retries.byId(retry._id)) ?? retry);
};

/**
 * The erasure guard of a retry. Returns false when the retry's filter names the address of an erased buyer, and ends
 * that retry. It is called after the retry is written and before the retry requeues more, so that either the erasure or
 * the retry sees the other.
 */
export const withoutErased = async (ctx: Context, { boxOfficeId, wanted: { emailHash } }: Retry): Promise<boolean> => {
  if (!emailHash || !(await ctx.erasures.among([emailHash])).has(emailHash)) return true;
  await ctx.retries.forgetBuyer(boxOfficeId, emailHash);
  return false;
};

/**
 * Cancels a retry. Deliveries that it has requeued stay requeued. Repeating it changes nothing. Throws FORBIDDEN,
 * RETRY_NOT_FOUND and RETRY_ENDED.
 */
export const cancelRetry = async (ctx: Context, actor: Actor, id: string): Promise<Retry> => {
  requireRole(actor, 'manager');
  for (;;) {
    const retry = await ctx.retries.byId(id);
    if (retry?.boxOfficeId !== actor.boxOfficeId)
      throw new AppError('RETRY_NOT_FOUND', 'There is no such retry', { field: ['input', 'retryId'] });
    if (retry.status === 'DONE')
      throw new AppError('RETRY_ENDED', 'This retry has already ended', { field: ['input', 'retryId'] });
    if (retry.status === 'CANCELLED') return retry;
    const cancelled = await ctx.retries.cancel(retry, auditOf(actor, 'RETRY_CANCELLED', retry, ctx.clock()));
    if (!cancelled) continue;
    ctx.notifyAudit();
    return cancelled;
  }
};
