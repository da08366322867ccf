import type { Context } from '../../context';
import type { DeliveryChoice } from '../../domain/delivery-choice';
import { waitingFor, type WaitingFor } from '../../domain/reasons';
import { backlogOf, rowsChosen, type Counted } from '../../domain/delivery-counts';

/** Deliveries are counted one by one up to this number. */
export const mostCounted = 10_000;

/**
 * Returns the number of deliveries that match, from the counters, at the same cost for any number. Undefined when the
 * counters do not have the answer.
 */
export const countsFor = async (
  ctx: Context,
  boxOfficeId: string,
  choice: DeliveryChoice,
): Promise<number | undefined> => {
  const isChosen = rowsChosen(choice);
  if (!isChosen) return undefined;
  const own = (await ctx.workflows.ofBoxOffices([boxOfficeId])).map(({ workflowId }) => workflowId);
  const { workflowId } = choice;
  const { rows, haveExpired } = await ctx.deliveryCounts.ofAll(
    workflowId ? own.filter((id) => id === workflowId) : own,
  );
  // Open deliveries never expire.
  if (haveExpired && rows.some((row) => row.status !== 'OPEN' && isChosen(row))) return undefined;
  return rows.filter(isChosen).reduce((sum, { count }) => sum + count, 0);
};

const countSome = async (ctx: Context, boxOfficeId: string, choice: DeliveryChoice): Promise<Counted> => {
  const count = await ctx.deliveryHistory.count(boxOfficeId, choice, mostCounted + 1);
  return { count: Math.min(count, mostCounted), isExact: count <= mostCounted };
};

/**
 * Returns the number of deliveries that match: from the counters if they have the answer, else counted up to 10,000.
 */
export const countDeliveries = async (ctx: Context, boxOfficeId: string, choice: DeliveryChoice): Promise<Counted> => {
  const count = await countsFor(ctx, boxOfficeId, choice);
  return count === undefined ? countSome(ctx, boxOfficeId, choice) : { count, isExact: true };
};

/** How many deliveries of a box office are pending and how many wait. */
export const countBacklog = async (ctx: Context, boxOfficeId: string) => {
  const [pending, waiting] = await Promise.all([
    countSome(ctx, boxOfficeId, { statuses: ['PENDING'] }),
    countSome(ctx, boxOfficeId, { statuses: ['WAITING'] }),
  ]);
  const isClear = pending.isExact && waiting.isExact;
  const open = isClear ? 0 : ((await countsFor(ctx, boxOfficeId, { statuses: ['PENDING', 'WAITING'] })) ?? 0);
  return backlogOf(pending, waiting, open);
};

/** Deliveries that wait for one thing: their number, and when the first of them goes on at the latest. */
export interface Waiting {
  readonly reason: WaitingFor;
  readonly count: number;
  readonly nextAttemptAt: Date;
}

/** The reasons for which deliveries of a box office wait, the most frequent first. */
export const countWaiting = async (ctx: Context, boxOfficeId: string): Promise<Waiting[]> => {
  const found = await Promise.all(
    waitingFor.map(async (reason) => {
      const nextAttemptAt = await ctx.deliveryHistory.nextWaiting(boxOfficeId, reason);
      if (nextAttemptAt === null) return [];
      const { count } = await countSome(ctx, boxOfficeId, { statuses: ['WAITING'], reasons: [reason] });
      return [{ reason, count, nextAttemptAt }];
    }),
  );
  return found.flat().sort((a, b) => b.count - a.count);
};
