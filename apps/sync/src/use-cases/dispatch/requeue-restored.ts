import type { Context } from '../../context';
import { decideOrder } from '../../domain/decide-order';
import type { Delivery, EndedDelivery } from '../../domain/delivery';
import { keptSince } from '../history/retry-deliveries';

/**
 * Requeues deliveries that were skipped because the buyer's contact was deleted, because that contact is about to be
 * restored. Deliveries of orders from before the deletion are included: they find the contact restored, as they would
 * if they came now. Call it before the call that restores, while this process works on the buyer. After a crash the
 * deliveries are ready all the same, and none is processed before that call has been answered. If the call fails, they
 * are skipped again.
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
  const wanted: EndedDelivery[] = [];
  for (const delivery of skipped) {
    const order = orders.get(delivery.orderKey);
    const workflow = await ctx.workflows.byId(delivery.workflowId);
    if (!order || !workflow) continue;
    // The mode of a backfill is applied when the delivery is processed.
    if (delivery.backfillId !== null || decideOrder(order, workflow, true).kind === 'go') wanted.push(delivery);
  }
  if (wanted.length === 0) return;
  await ctx.deliveryRetries.requeueSkipped(wanted, since, ctx.clock());
  // The caller may have lost the lease without knowing. Then no other process would look for these deliveries.
  await ctx.connectionLeases.makeReady([of.connectionId], ctx.clock());
};
