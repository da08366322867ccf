import { AppError, constantContactAppId, entitlementKey, type WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { workflowInMode, type BackfillMode } from '../../domain/backfill';
import { decideOrder, type OrderDecision } from '../../domain/decide-order';
import type { PendingDelivery, Result } from '../../domain/delivery';
import type { DesiredState } from '../../domain/desired-state';
import type { StoredOrder } from '../../domain/order';
import { valuesOf, withoutStaleValues } from '../../domain/stale-values';
import { eventLoopYielder } from '../../yield-to-event-loop';
import type { ConnectionCaller } from '../../call-constant-contact';
import type { BatchReport } from './batch';
import { releaseForWorkflow } from './release-waiting';
import { desiredStateOf } from './resolve-names';

/** A delivery whose order and workflow still ask for something, with its desired state. */
export interface DesiredDelivery {
  readonly delivery: PendingDelivery;
  readonly order: StoredOrder;
  readonly workflow: WorkflowFact;
  readonly desired: DesiredState;
}

/**
 * Returns the deliveries that still apply, with their desired states and without stale values. Reports the others with
 * their reason.
 */
export const desiredStatesOf = async (
  ctx: Context,
  caller: ConnectionCaller,
  deliveries: readonly PendingDelivery[],
  report: BatchReport,
  mode: BackfillMode | null,
): Promise<DesiredDelivery[]> => {
  const orders = new Map(
    (await ctx.orders.byKeys(deliveries.map(({ orderKey }) => orderKey))).map((order) => [order.key, order]),
  );
  const workflows = new Map<string, WorkflowFact | undefined>();
  for (const { workflowId } of deliveries)
    if (!workflows.has(workflowId)) workflows.set(workflowId, await ctx.workflows.byId(workflowId));
  let entitled = false;
  try {
    entitled = await isEntitled(ctx, deliveries[0]?.boxOfficeId ?? '');
  } catch (error) {
    await report.fail(deliveries, error);
    return [];
  }
  const wanted: DesiredDelivery[] = [];
  const decided: Pick<Result, 'delivery' | 'to'>[] = [];
  const yieldToEventLoop = eventLoopYielder();
  for (const delivery of deliveries) {
    await yieldToEventLoop();
    const order = orders.get(delivery.orderKey);
    const present = workflows.get(delivery.workflowId);
    const workflow = present && workflowInMode(present, mode);
    if (!order || !workflow) {
      await report.fail([delivery], new AppError('DEFECT', `Delivery ${delivery._id} has lost its order or workflow`));
      continue;
    }
    const decision = decideOrder(order, workflow, entitled);
    const emailHash = order.email === null ? null : ctx.hashEmail(order.boxOfficeId, order.email);
    // The order names another buyer than the delivery does. Contact snapshots and locks of one buyer say nothing about
    // the other, so the delivery starts again as the new buyer's.
    if (emailHash !== null && emailHash !== delivery.emailHash) {
      decided.push({
        delivery,
        to: { next: { waitingFor: null, readyAt: ctx.clock(), countsAsFailedTry: false, emailHash } },
      });
      continue;
    }
    // An undo applies even where the workflow would add nothing more.
    if (decision.kind === 'go' || delivery.undoesOrder) {
      try {
        wanted.push({
          delivery,
          order,
          workflow,
          desired: await desiredStateOf(ctx, caller, delivery._id, order, workflow),
        });
      } catch (error) {
        await report.fail([delivery], error);
      }
    } else decided.push({ delivery, to: resultOf(ctx, decision) });
  }
  await report.record(decided);
  await releaseForWorkflow(
    ctx,
    decided.flatMap(({ delivery, to }) => ('next' in to ? [delivery.workflowId] : [])),
  );
  return withoutStale(ctx, wanted);
};

/**
 * Leaves out stale values: details and fields that a newer order of the buyer has already written. So an older order
 * never overwrites a newer one, even if the newer one was processed first.
 */
const withoutStale = async (ctx: Context, wanted: readonly DesiredDelivery[]): Promise<DesiredDelivery[]> => {
  const [first] = wanted;
  if (!first) return [];
  // The batch merges its own deliveries anyway, except those that undo: they write no values here.
  const own = new Set(wanted.flatMap(({ delivery }) => (delivery.undoesOrder ? [] : delivery._id)));
  const hashes = new Set(wanted.flatMap(({ delivery }) => delivery.emailHash ?? []));
  const written = (await ctx.buyerDeliveries.writtenFor(first.delivery, [...hashes])).filter(
    ({ _id }) => !own.has(_id),
  );
  const orders = await ctx.orders.byKeys(written.map(({ orderKey }) => orderKey));
  const orderOf = new Map(orders.map((order) => [order.key, order]));
  const byBuyer = new Map<string | null, (typeof written)[number][]>();
  for (const each of written) byBuyer.set(each.emailHash, [...(byBuyer.get(each.emailHash) ?? []), each]);
  // Read after the orders: values of orders that have expired in the meantime are found here.
  const expired = await ctx.expiredWrites.of(first.delivery.connectionId, [...hashes]);
  return wanted.map((each) => {
    const { workflowId, fieldMapping } = each.workflow;
    const writtenByOthers = (byBuyer.get(each.delivery.emailHash) ?? []).flatMap((other) => {
      const order = orderOf.get(other.orderKey);
      return order ? [valuesOf(order, other.workflowId === workflowId ? fieldMapping : [])] : [];
    });
    const left = expired.get(each.delivery.emailHash ?? '');
    if (left) writtenByOthers.push({ details: left.details, fields: left.fields[workflowId] ?? {} });
    return writtenByOthers.length === 0
      ? each
      : { ...each, desired: withoutStaleValues(each.desired, each.order, writtenByOthers) };
  });
};

const resultOf = (ctx: Context, decision: Exclude<OrderDecision, { kind: 'go' }>): Result['to'] =>
  decision.kind === 'wait'
    ? {
        next: {
          waitingFor: decision.reason,
          readyAt: new Date(ctx.clock().getTime() + 3_600_000),
          countsAsFailedTry: false,
        },
      }
    : { outcome: { reason: decision.reason } };

/** Whether the box office may use the add-on, as far as its entitlement has arrived. No other add-on counts. */
export const isEntitledSoFar = async (ctx: Context, boxOfficeId: string): Promise<boolean> =>
  (await ctx.entitlements.byId(entitlementKey({ boxOfficeId, appId: constantContactAppId })))?.entitled ?? false;

/**
 * Whether the box office may use the add-on. A "no" counts only once all entitlement events have arrived. Throws
 * SERVICE_UNAVAILABLE when they have not arrived within 3 seconds.
 */
export const isEntitled = async (ctx: Context, boxOfficeId: string): Promise<boolean> => {
  if (await isEntitledSoFar(ctx, boxOfficeId)) return true;
  if (!(await ctx.entitlementsCaughtUp(3_000)))
    throw new AppError('SERVICE_UNAVAILABLE', 'The latest subscription events have not arrived yet');
  return isEntitledSoFar(ctx, boxOfficeId);
};
