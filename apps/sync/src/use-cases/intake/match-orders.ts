import type { WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { workflowInMode } from '../../domain/backfill';
import { type Delivery, mayHaveBegun } from '../../domain/delivery';
import { deliveryOf, type NewDelivery, toUndo, withOwnConnection } from '../../domain/new-delivery';
import { revisionOf, type StoredOrder } from '../../domain/order';
import type { Backfill } from '../../store/backfills';
import type { ReceivedOrder } from '../../store/order-document';
import { releaseForWorkflow } from '../dispatch/release-waiting';
import { ownersOf } from './own-connection';

/**
 * Writes a delivery for each order × workflow that has none, and reopens deliveries whose order has changed. An order
 * received before the workflow became active is left to backfills, even when it arrives again. Expired orders get no
 * delivery. Returns the number of deliveries of live orders, new or existing.
 */
export const matchOrders = async (
  ctx: Context,
  orders: readonly ReceivedOrder[],
  workflows: readonly WorkflowFact[],
): Promise<number> => {
  const now = ctx.clock();
  const earlier = new Set<string>();
  const ownerOf = await ownersOf(ctx, workflows);
  const matched = orders.flatMap(({ order, receivedAt }) => {
    if (order.expired) return [];
    const own = workflows.filter(
      ({ boxOfficeId, status }) => boxOfficeId === order.boxOfficeId && status !== 'DELETED',
    );
    if (own.length === 0) return [];
    const marks = marksOf(ctx, order);
    return own.map((workflow) => {
      const delivery = withOwnConnection(deliveryOf(order, marks, workflow, now), ownerOf);
      if (receivedAt < new Date(workflow.activeSince)) earlier.add(delivery._id);
      return delivery;
    });
  });
  if (matched.length === 0) return 0;
  const wanted = matched.filter(({ _id }) => !earlier.has(_id));
  const known = new Set(await ctx.deliveries.insert(wanted));
  const existing = [
    ...(await reopenChanged(
      ctx,
      matched.filter(({ _id }) => earlier.has(_id) || known.has(_id)),
      workflows,
    )),
    ...(await reopenOutrun(
      ctx,
      wanted.filter(({ _id }) => !known.has(_id)),
      workflows,
    )),
  ];
  for (const [boxOfficeId, count] of newBuyers(wanted, known)) ctx.ledger.arrived(boxOfficeId, count);
  const busy = [...existing, ...wanted].flatMap(({ readyAt, connectionId }) => (readyAt === null ? [] : connectionId));
  await ctx.connectionLeases.makeReady(busy, now);
  if (busy.length > 0) ctx.notify();
  // Reopened deliveries may only now have begun to wait.
  const waiting = [...matched, ...existing].filter(({ status }) => status === 'WAITING');
  await releaseForWorkflow(
    ctx,
    waiting.map(({ workflowId }) => workflowId),
  );
  return wanted.length;
};

/** The number of orders of each box office that newly need calls. */
const newBuyers = (wanted: readonly NewDelivery[], known: ReadonlySet<string>): Map<string, number> => {
  const orders = new Map<string, Set<string>>();
  for (const { _id, boxOfficeId, orderKey, readyAt, status } of wanted)
    if (readyAt && status === 'PENDING' && !known.has(_id))
      orders.set(boxOfficeId, (orders.get(boxOfficeId) ?? new Set()).add(orderKey));
  return new Map([...orders].map(([boxOfficeId, keys]) => [boxOfficeId, keys.size]));
};

/** The fields of an existing delivery that matching needs. */
type ExistingDelivery = Pick<Delivery, 'connectionId' | 'workflowId' | 'status' | 'readyAt'>;

/**
 * Reopens deliveries whose order has changed, from the order as it is now: the state that was matched may be stale.
 * Tries again for deliveries that the dispatcher changed in the meantime. Returns all deliveries as they were found,
 * and the reopened ones also as they are now.
 */
const reopenChanged = async (
  ctx: Context,
  matched: readonly NewDelivery[],
  workflows: readonly WorkflowFact[],
): Promise<readonly ExistingDelivery[]> => {
  const existing: ExistingDelivery[] = [];
  const ownerOf = await ownersOf(ctx, workflows);
  const revisions = new Map(matched.map(({ _id, orderRevision }) => [_id, orderRevision]));
  for (let left = [...revisions.keys()]; left.length > 0;) {
    const known = await ctx.deliveries.byIds(left);
    const changed = known.filter(({ _id, orderRevision }) => orderRevision !== revisions.get(_id));
    // A process may have reopened them before and died before it scheduled the connection.
    existing.push(...known);
    left = [];
    if (changed.length === 0) break;
    // Read after the deliveries, so that no delivery was made from a newer state.
    const current = await ctx.orders.byKeys(changed.map(({ orderKey }) => orderKey));
    const orders = new Map(current.map((order) => [order.key, order]));
    const backfills = await backfillsOf(ctx, changed);
    for (const before of changed) {
      const order = orders.get(before.orderKey);
      const present = workflows.find(({ workflowId }) => workflowId === before.workflowId);
      const backfill = backfills.get(before.backfillId);
      const workflow = present && workflowInMode(present, backfill?.mode ?? null);
      const fresh =
        order && workflow && withOwnConnection(deliveryOf(order, marksOf(ctx, order), workflow, ctx.clock()), ownerOf);
      if (!fresh || before.orderRevision === fresh.orderRevision) continue;
      const next = reopened(before, fresh, workflow, backfill?.status === 'CANCELLED');
      const isDone = await (next
        ? ctx.deliveries.reopen(before, next)
        : ctx.deliveries.recordRevision(before, fresh.orderRevision));
      if (!isDone) left.push(before._id);
      else if (next) existing.push(next);
    }
  }
  return existing;
};

/**
 * Reopens new deliveries that were written from an older state of their order, by a workflow that has changed since it
 * was read. Another process stored the newer state before these deliveries existed. It wrote none itself, because the
 * order was received before the workflow was resumed. As long as no workflow has changed, that process writes the
 * delivery.
 */
const reopenOutrun = async (
  ctx: Context,
  written: readonly NewDelivery[],
  workflows: readonly WorkflowFact[],
): Promise<readonly ExistingDelivery[]> => {
  if (written.length === 0) return [];
  const present = await ctx.workflows.ofBoxOffices([...new Set(written.map(({ boxOfficeId }) => boxOfficeId))]);
  const versions = new Map(present.map(({ workflowId, version }) => [workflowId, version]));
  const read = new Map(workflows.map(({ workflowId, version }) => [workflowId, version]));
  const outrun = written.filter(({ workflowId }) => read.get(workflowId) !== versions.get(workflowId));
  if (outrun.length === 0) return [];
  const orders = await ctx.orders.byKeys(outrun.map(({ orderKey }) => orderKey));
  const revisions = new Map(orders.map((order) => [order.key, revisionOf(order)]));
  return reopenChanged(
    ctx,
    outrun.map((each) => ({ ...each, orderRevision: revisions.get(each.orderKey) ?? each.orderRevision })),
    present,
  );
};

const backfillsOf = async (ctx: Context, deliveries: readonly Delivery[]): Promise<Map<string | null, Backfill>> => {
  const found = new Map<string | null, Backfill>();
  for (const id of new Set(deliveries.flatMap(({ backfillId }) => backfillId ?? []))) {
    const backfill = await ctx.backfills.byId(id);
    if (backfill) found.set(id, backfill);
  }
  return found;
};

/**
 * Returns a delivery as it should be after its order has changed; undefined when it stays as it is. A synchronised
 * delivery stays when its order is cancelled or its workflow has stopped: an order unsubscribes nobody. The exception
 * is a workflow that undoes cancelled orders. A settled delivery of a cancelled backfill also stays.
 */
const reopened = (
  before: Delivery,
  fresh: NewDelivery,
  workflow: WorkflowFact,
  isCancelled: boolean,
): NewDelivery | undefined => {
  if ((fresh.reason === 'BUYER_ERASED' || fresh.reason === 'ORDER_EXPIRED') && before.settledAt !== null)
    return undefined;
  const began = before.status === 'SYNCED' || before.added !== null || before.claimed || before.failedTries !== null;
  if (began && fresh.reason === 'ORDER_CANCELLED' && workflow.onCancelledOrder !== 'KEEP') return toUndo(fresh);
  if (before.status === 'SYNCED' && fresh.status === 'SKIPPED') return undefined;
  if (isCancelled && before.settledAt !== null) return undefined;
  // A delivery that never began has written no values, so its values must not make those of other orders stale.
  return { ...fresh, uncertain: mayHaveBegun(before) };
};

/** The marks by which a delivery recognises its order's revision and buyer. */
export const marksOf = (ctx: Context, order: StoredOrder): Pick<Delivery, 'orderRevision' | 'emailHash'> => ({
  orderRevision: revisionOf(order),
  emailHash: order.email ? ctx.hashEmail(order.boxOfficeId, order.email) : null,
});
