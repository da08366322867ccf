import type { Context } from '../../context';
import { decideOrder } from '../../domain/decide-order';
import type { Delivery } from '../../domain/delivery';
import { keptSince } from '../history/retry-deliveries';

/**
 * Requeues what was skipped because a buyer's contact was deleted, for that contact is being restored: also for orders
 * of before the deletion, which find it restored as they would if they came now. Called before the call that restores
 * it, while this process works on the buyer: after a crash they are ready all the same, and nobody works on them before
 * that call has been answered. Should it fail, they are skipped once more.
 */
export const requeueForRestored = async (
  ctx: Context,
  of: Pick<Delivery, 'boxOfficeId' | 'connectionId'>,
  emailHash: string,
  contactId: string,
): Promise<void> => {
  const since = keptSince(ctx);
  const skipped = await ctx.buyerDeliveries.skippedForDeleted(of, { emailHash, contactId }, since);
  if (skipped.length === 0) return;
  const orders = new Map(
    (await ctx.orders.byKeys(skipped.map(({ orderKey }) => orderKey))).map((each) => [each.key, each]),
  );
  const wanted: Delivery[] = [];
  for (const delivery of skipped) {
    const order = orders.get(delivery.orderKey);
    const workflow = await ctx.workflows.byId(delivery.workflowId);
    if (!order || !workflow) continue;
    // By the mode of its backfill is decided when it is worked on.
    if (delivery.backfillId !== null || decideOrder(order, workflow, true).kind === 'go') wanted.push(delivery);
  }
  if (wanted.length === 0) return;
  await ctx.deliveryRetries.requeueSkipped(wanted, since, ctx.clock());
  // A holder that has lost the lane without knowing may come this far: then nobody else looks for them.
  await ctx.connectionLeases.wake([of.connectionId], ctx.clock());
};
