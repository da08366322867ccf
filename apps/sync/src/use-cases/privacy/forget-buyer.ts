import { AppError } from '@boxlist/contracts';
import type { Context } from '../../context';
import type { Delivery } from '../../domain/delivery';
import { withoutBuyer, type StoredOrder } from '../../domain/order';
import { phoneFollows, phoneLeft } from '../../domain/plan-phone';
import { deliverySettled } from '../../report';

const ordersAtOnce = 200;
/** Clocks of processes differ, and a batch takes time. Erasures from this long before the batch count too. */
const overlapMs = 10 * 60_000;

/**
 * Removes a buyer from everything that sync keeps. Repeating it removes the rest. This is one half of the erasure
 * guard: code that writes something of a buyer checks for an erasure before and after the write, so that one of the two
 * sees the other in any sequence.
 */
export const forgetBuyer = async (ctx: Context, boxOfficeId: string, emailHash: string): Promise<void> => {
  await ctx.retries.forgetBuyer(boxOfficeId, emailHash);
  for (;;) {
    const kept = await ctx.orders.ofBuyer(boxOfficeId, emailHash, ordersAtOnce);
    const orderIds = kept.map(({ order }) => order.orderId);
    // Before the orders become blank, because afterwards their ids cannot be found again. And after, because a letter
    // may have arrived in between.
    await ctx.deadLetters.forget(boxOfficeId, emailHash, orderIds);
    if (kept.length === 0) break;
    await ctx.orders.blank(kept);
    await ctx.deadLetters.forget(boxOfficeId, emailHash, orderIds);
  }
  await ctx.deliveryHistory.replaceNote({ boxOfficeId, emailHash }, phoneFollows, phoneLeft);
  const now = ctx.clock();
  for (const delivery of await ctx.deliveryErasure.eraseBuyer(boxOfficeId, emailHash, now))
    deliverySettled(ctx, delivery, { reason: 'BUYER_ERASED' }, now);
  const connections = await ctx.connections.ofBoxOffices([boxOfficeId]);
  const connectionIds = connections.map(({ connectionId }) => connectionId);
  await ctx.contacts.forgetBuyer(connectionIds, emailHash);
  await ctx.expiredWrites.forgetBuyer(connectionIds, emailHash);
  await ctx.upgrades.forgetBuyer(connectionIds, emailHash);
  await ctx.latePhones.forgetBuyer(connectionIds, emailHash);
};

const hashOf = (ctx: Context, { boxOfficeId, email }: StoredOrder): string =>
  email === null ? '' : ctx.hashEmail(boxOfficeId, email);

const erasedAmong = (ctx: Context, orders: readonly StoredOrder[]): Promise<ReadonlySet<string>> =>
  ctx.erasures.among(orders.map((order) => hashOf(ctx, order)).filter((hash) => hash !== ''));

/** Returns the orders, with the buyer removed from orders of erased buyers. */
export const withoutErased = async (ctx: Context, orders: readonly StoredOrder[]): Promise<StoredOrder[]> => {
  const erased = await erasedAmong(ctx, orders);
  return orders.map((order) => (erased.has(hashOf(ctx, order)) ? withoutBuyer(order) : order));
};

/** The check after a write of orders or their deliveries: forgets buyers again who were erased in the meantime. */
export const forgetErased = async (ctx: Context, orders: readonly StoredOrder[]): Promise<void> => {
  const erased = await erasedAmong(ctx, orders);
  if (erased.size === 0) return;
  const theirs = new Map(orders.map((order) => [hashOf(ctx, order), order.boxOfficeId]));
  for (const [hash, boxOfficeId] of theirs) if (erased.has(hash)) await forgetBuyer(ctx, boxOfficeId, hash);
};

/**
 * The erasure guard of a batch. Before each call it checks for buyers who were erased after their orders were read. It
 * then forgets them and throws LEASE_LOST, so that the rest of the batch is planned again without them.
 */
export const guardErased = (
  ctx: Context,
  boxOfficeId: string,
  deliveries: readonly Pick<Delivery, '_id' | 'emailHash'>[],
) => {
  const hashes = new Map(deliveries.map(({ _id, emailHash }) => [_id, emailHash]));
  const since = new Date(ctx.clock().getTime() - overlapMs);
  return async (serves: readonly string[]): Promise<void> => {
    const erased = await ctx.erasures.since(boxOfficeId, since);
    if (erased.length === 0) return;
    const served = new Set(serves.map((id) => hashes.get(id)));
    const met = erased.filter((hash) => served.has(hash));
    for (const hash of met) await forgetBuyer(ctx, boxOfficeId, hash);
    if (met.length > 0) throw new AppError('LEASE_LOST', 'A buyer of this batch was erased');
  };
};
