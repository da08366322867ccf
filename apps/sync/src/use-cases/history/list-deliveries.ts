import type { CountedPage, Identity, PageArgs } from '@boxlist/service-kit';
import type { Context } from '../../context';
import type { Delivery } from '../../domain/delivery';
import type { DeliveryChoice } from '../../domain/delivery-choice';
import { normalEmail } from '../../domain/email-address';
import type { DeliveryStatus } from '../../domain/reasons';
import { countBacklog, countDeliveries, countWaiting, mostCounted } from './count-deliveries';

export interface DeliveryFilter {
  readonly ids?: readonly string[] | null;
  readonly statuses?: readonly DeliveryStatus[] | null;
  readonly reasons?: readonly string[] | null;
  readonly workflowId?: string | null;
  readonly eventId?: string | null;
  readonly orderId?: string | null;
  readonly email?: string | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

/** Turns a filter of the graph into a choice of the store. */
export const choiceOf = (ctx: Context, { boxOfficeId }: Identity, filter: DeliveryFilter): DeliveryChoice => {
  const { ids, statuses, reasons, workflowId, eventId, orderId, email, from, to } = filter;
  // A text that is no address belongs to no buyer.
  const address = email == null ? null : (normalEmail(email) ?? '');
  return {
    ...(ids ? { ids } : {}),
    ...(statuses?.length ? { statuses } : {}),
    ...(reasons?.length ? { reasons } : {}),
    ...(workflowId ? { workflowId } : {}),
    ...(eventId ? { eventId } : {}),
    ...(orderId ? { orderId } : {}),
    ...(address === null ? {} : { emailHash: ctx.hashEmail(boxOfficeId, address) }),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
};

/** A page that also says whether its total count is exact, or the counting stopped early. */
export type DeliveryPage = CountedPage<Delivery> & { readonly totalCountIsExact: () => Promise<boolean> };

/** A page of deliveries, newest first. It stays stable while other deliveries are written. */
export const deliveryPage = async (
  ctx: Context,
  identity: Identity,
  filter: DeliveryFilter,
  args: PageArgs,
): Promise<DeliveryPage> => {
  const { boxOfficeId } = identity;
  const choice = choiceOf(ctx, identity, filter);
  const page = await ctx.deliveryHistory.page(boxOfficeId, choice, args, ctx.clock());
  let counting: ReturnType<typeof countDeliveries> | undefined;
  const counted = () => {
    args.signal?.throwIfAborted();
    return (counting ??= countDeliveries(ctx, boxOfficeId, choice));
  };
  return {
    ...page,
    totalCount: async () => (await counted()).count,
    totalCountIsExact: async () => (await counted()).isExact,
  };
};

/**
 * The number of a workflow's deliveries by status; the parts add up to the total. All zero for a workflow of another
 * box office.
 */
export const workflowStats = async (ctx: Context, { boxOfficeId }: Identity, workflowId: string) => {
  const isOwn = (await ctx.workflows.byId(workflowId))?.boxOfficeId === boxOfficeId;
  const rows = isOwn ? await ctx.deliveryCounts.of(workflowId) : [];
  const sum = (...statuses: (typeof rows)[number]['status'][]): number =>
    rows.filter(({ status }) => statuses.includes(status)).reduce((total, { count }) => total + count, 0);
  return {
    total: sum('SYNCED', 'SKIPPED', 'FAILED', 'OPEN'),
    synced: sum('SYNCED'),
    skipped: sum('SKIPPED'),
    failed: sum('FAILED'),
    pending: sum('OPEN'),
    skippedByReason: rows
      .filter(({ status }) => status === 'SKIPPED')
      .map(({ reason, count }) => ({ code: reason, count })),
  };
};

/** The backlog, quota and troubled connections of a box office, and the state of the intake for all box offices. */
export const syncHealth = async (ctx: Context, { boxOfficeId }: Identity) => {
  const [{ pending, waiting, isExact }, waitingFor, oldestPendingAt, quota, connections, standingStill, unreadable] =
    await Promise.all([
      countBacklog(ctx, boxOfficeId),
      countWaiting(ctx, boxOfficeId),
      ctx.deliveryHistory.oldestOpen(boxOfficeId),
      ctx.ledger.usage(boxOfficeId),
      ctx.connections.ofBoxOffices([boxOfficeId]),
      ctx.standstills.present(ctx.clock()),
      ctx.deadLetters.countUnreadable(ctx.clock()),
    ]);
  return {
    pending,
    waiting,
    countsAreExact: isExact,
    waitingFor,
    upgradesWaiting: await ctx.upgrades.count(
      connections.map(({ connectionId }) => connectionId),
      mostCounted,
    ),
    oldestPendingAt,
    quota,
    intake: { standingStill, unreadable },
    connectionsNeedingReconnect: connections
      .filter(({ status }) => status === 'NEEDS_RECONNECT')
      .slice(0, 20)
      .map(({ connectionId }) => ({ __typename: 'Connection', id: connectionId })),
  };
};
