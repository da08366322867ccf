import { AppError } from '@boxlist/contracts';
import { keysetPage, type CountedPage, type Identity, type PageArgs } from '@boxlist/service-kit';
import type { Context } from '../context';
import { normalEmail } from '../domain/order';
import type { DeliveryStatus } from '../domain/reasons';
import type { Delivery } from '../store/deliveries';

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

type Position = [createdAt: number, id: string];
const isPosition = (value: unknown): value is Position =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';

/** A filter of the graph as a filter of the store, within one box office. */
export const storeFilter = (ctx: Context, { boxOfficeId }: Identity, filter: DeliveryFilter): object => {
  const email = normalEmail(filter.email);
  const range = { ...(filter.from ? { $gte: filter.from } : {}), ...(filter.to ? { $lt: filter.to } : {}) };
  return {
    boxOfficeId,
    ...(filter.ids ? { _id: { $in: filter.ids } } : {}),
    ...(filter.statuses?.length ? { status: { $in: filter.statuses } } : {}),
    ...(filter.reasons?.length ? { reason: { $in: filter.reasons } } : {}),
    ...(filter.workflowId ? { workflowId: filter.workflowId } : {}),
    ...(filter.eventId ? { eventId: filter.eventId } : {}),
    ...(filter.orderId ? { orderId: filter.orderId } : {}),
    ...(email ? { emailHash: ctx.hashEmail(boxOfficeId, email) } : {}),
    ...(Object.keys(range).length > 0 ? { createdAt: range } : {}),
  };
};

export type DeliveryPage = CountedPage<Delivery>;

/** A page of deliveries, newest first; stable while others are written. */
export const deliveryPage = async (
  ctx: Context,
  identity: Identity,
  filter: DeliveryFilter,
  args: PageArgs,
): Promise<DeliveryPage> => {
  const wanted = storeFilter(ctx, identity, filter);
  const page = await keysetPage<Delivery, Position>({
    args,
    positionOf: ({ createdAt, _id }) => [createdAt.getTime(), _id],
    fetch: ({ direction, after, before, limit }) => {
      const beyond = direction === 'forward' ? after : before;
      if (beyond !== undefined && !isPosition(beyond))
        throw new AppError('BAD_INPUT', 'That is not a cursor of this list', { field: ['after'] });
      const compare = direction === 'forward' ? '$lt' : '$gt';
      const position = beyond
        ? {
            $or: [
              { createdAt: { [compare]: new Date(beyond[0]) } },
              { createdAt: new Date(beyond[0]), _id: { [compare]: beyond[1] } },
            ],
          }
        : {};
      return ctx.deliveries.find({ $and: [wanted, position] }, direction === 'forward' ? -1 : 1, limit);
    },
  });
  return { ...page, totalCount: () => ctx.deliveries.count(wanted) };
};

/** How the deliveries of a workflow stand; the parts add up to the total. Nothing of a workflow of another box office. */
export const workflowStats = async (ctx: Context, { boxOfficeId }: Identity, workflowId: string) => {
  const isOwn = (await ctx.workflows.byId(workflowId))?.boxOfficeId === boxOfficeId;
  const rows = isOwn ? await ctx.tallies.of(workflowId) : [];
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

/** Backlog, quota and troubled connections of a box office. */
export const syncHealth = async (ctx: Context, { boxOfficeId }: Identity) => {
  const [pending, waiting, oldestPendingAt, quota, connections] = await Promise.all([
    ctx.deliveries.count({ boxOfficeId, status: 'PENDING' }),
    ctx.deliveries.count({ boxOfficeId, status: 'WAITING' }),
    ctx.deliveries.oldestOpen(boxOfficeId),
    ctx.ledger.usage(),
    ctx.connections.ofBoxOffices([boxOfficeId]),
  ]);
  return {
    pending,
    waiting,
    oldestPendingAt,
    quota,
    connectionsNeedingReconnect: connections
      .filter(({ status }) => status === 'NEEDS_RECONNECT')
      .map(({ connectionId }) => ({ __typename: 'Connection', id: connectionId })),
  };
};
