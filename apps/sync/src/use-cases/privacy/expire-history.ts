import { repeatedly } from '@boxlist/event-bus';
import type { Context } from '../../context';
import { type Delivery, deliveryId, mayHaveWritten } from '../../domain/delivery';
import { agesInstead, nextLook, strayMs } from '../../domain/expiry';
import { valuesOf } from '../../domain/stale-values';
import { historyExpired } from '../../report';
import type { AgedOrder } from '../../store/order-expiry';

const ordersAtOnce = 200;
/**
 * Clocks of processes differ. This margin keeps one process from removing a delivery that another may still requeue.
 */
const overlapMs = 10 * 60_000;

/**
 * Lets history expire until closed. An old order becomes a tombstone when none of its deliveries is open, and then its
 * deliveries are removed. Any number of processes may do this at once. After a crash any of them continues, because a
 * tombstone is found again until nothing of it is left.
 */
export const startExpiry = (ctx: Context) =>
  repeatedly(ctx, { everyMs: 1_000, delayed: 'expiry.delayed' }, async (goesOn) => {
    while (goesOn()) {
      const before = new Date(ctx.clock().getTime() - ctx.retention.historyMs - overlapMs);
      const aged = await ctx.orders.aged(before, ordersAtOnce);
      if (aged.length === 0) return;
      const deliveries = await deliveriesOf(ctx, aged);
      const isTombstone = ({ expiredAt }: AgedOrder): boolean => expiredAt !== null;
      await expire(
        ctx,
        aged.filter((each) => !isTombstone(each)),
        deliveries,
        before,
      );
      await clear(ctx, aged.filter(isTombstone), deliveries, before);
    }
  });

type DeliveriesOf = (aged: AgedOrder) => readonly Delivery[];

/** Finds the deliveries of orders by their ids, which follow from the box office's workflows, deleted ones included. */
const deliveriesOf = async (ctx: Context, aged: readonly AgedOrder[]): Promise<DeliveriesOf> => {
  const workflows = await ctx.workflows.ofBoxOffices([...new Set(aged.map(({ order }) => order.boxOfficeId))]);
  const found = await ctx.deliveries.byIds(
    aged.flatMap(({ order }) =>
      workflows
        .filter(({ boxOfficeId }) => boxOfficeId === order.boxOfficeId)
        .map(({ workflowId }) => deliveryId(workflowId, order.key)),
    ),
  );
  const byOrder = new Map<string, Delivery[]>();
  for (const each of found) byOrder.set(each.orderKey, [...(byOrder.get(each.orderKey) ?? []), each]);
  return ({ order }) => byOrder.get(order.key) ?? [];
};

/** Makes tombstones of orders whose deliveries all settled long ago. The others age on from a later time. */
const expire = async (
  ctx: Context,
  aged: readonly AgedOrder[],
  deliveriesOf: DeliveriesOf,
  before: Date,
): Promise<void> => {
  const now = ctx.clock();
  const instead = new Map(
    aged.map((each) => [each, each.agesFrom === null ? now : agesInstead(deliveriesOf(each), before)]),
  );
  await ctx.orders.ageInstead(
    aged.filter((each) => instead.get(each) !== undefined),
    (each) => instead.get(each) ?? before,
  );
  const over = aged.filter((each) => instead.get(each) === undefined);
  if (over.length === 0) return;
  // Recorded before the orders become blank, so that written values are found in at least one of the two places.
  await recordWritten(ctx, over, deliveriesOf);
  historyExpired(ctx, { orders: await ctx.orders.expire(over, now), deliveries: 0 });
};

const recordWritten = async (ctx: Context, over: readonly AgedOrder[], deliveriesOf: DeliveriesOf): Promise<void> => {
  const workflows = new Map(
    (await ctx.workflows.ofBoxOffices([...new Set(over.map(({ order }) => order.boxOfficeId))])).map((each) => [
      each.workflowId,
      each,
    ]),
  );
  await ctx.expiredWrites.recordWritten(
    over.flatMap((each) =>
      deliveriesOf(each)
        .filter(mayHaveWritten)
        .flatMap(({ connectionId, workflowId, emailHash }) =>
          emailHash === null
            ? []
            : [
                {
                  connectionId,
                  emailHash,
                  workflowId,
                  written: valuesOf(each.order, workflows.get(workflowId)?.fieldMapping ?? []),
                },
              ],
        ),
    ),
  );
};

/** Removes the deliveries of tombstones. */
const clear = async (
  ctx: Context,
  expiredWrites: readonly AgedOrder[],
  deliveriesOf: DeliveriesOf,
  before: Date,
): Promise<void> => {
  if (expiredWrites.length === 0) return;
  const left = expiredWrites.flatMap((each) => [...deliveriesOf(each)]);
  await ctx.expiredWrites.recordAdded(
    left.flatMap(({ connectionId, emailHash, added }) =>
      emailHash !== null && added !== null ? [{ connectionId, emailHash, added }] : [],
    ),
  );
  await ctx.deliveryCounts.recordExpired([...new Set(left.map(({ workflowId }) => workflowId))]);
  const removed = await ctx.deliveries.removeFinal(left.map(({ _id }) => _id));
  if (removed > 0) historyExpired(ctx, { orders: 0, deliveries: removed });
  const quietSince = ctx.clock().getTime() - strayMs;
  const isDone = (each: AgedOrder): boolean =>
    deliveriesOf(each).length === 0 && (each.expiredAt?.getTime() ?? 0) <= quietSince;
  await ctx.orders.doneWith(expiredWrites.filter(isDone));
  await ctx.orders.ageInstead(
    expiredWrites.filter((each) => !isDone(each)),
    () => nextLook(before),
  );
};
