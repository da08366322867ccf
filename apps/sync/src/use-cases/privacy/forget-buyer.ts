import { AppError } from '@boxlist/contracts';
import type { Context } from '../../context';
import type { Delivery } from '../../domain/delivery';
import { withoutBuyer, type StoredOrder } from '../../domain/order';
import { phoneFollows, phoneLeft } from '../../domain/plan-phone';
import { deliverySettled } from '../../report';

const ordersAtOnce = 200;
/** Clocks of processes differ, and a batch takes time: erasures of so long before it are looked at too. */
const overlapMs = 10 * 60_000;

/**
 * Takes a buyer out of all that sync keeps. Said again it does what is left. Whoever writes something of a buyer asks
 * before whether they are erased, and once more after it is written: one of the two sees the other, whichever came
 * first.
 */
export const forgetBuyer = async (ctx: Context, boxOfficeId: string, emailHash: string): Promise<void> => {
  await ctx.retries.forgetBuyer(boxOfficeId, emailHash);
  for (;;) {
    const kept = await ctx.orders.ofBuyer(boxOfficeId, emailHash, ordersAtOnce);
    const orderIds = kept.map(({ order }) => order.orderId);
    // Before the orders are blank, so that after a crash it is known which they were; and after, for a letter that came
    // in between.
    await ctx.deadLetters.forget(boxOfficeId, emailHash, orderIds);
    if (kept.length === 0) break;
    await ctx.orders.blank(kept);
    await ctx.deadLetters.forget(boxOfficeId, emailHash, orderIds);
  }
  await ctx.deliveryHistory.tellInstead({ boxOfficeId, emailHash }, phoneFollows, phoneLeft);
  const now = ctx.clock();
  for (const delivery of await ctx.deliveryErasure.eraseBuyer(boxOfficeId, emailHash, now))
    deliverySettled(ctx, delivery, { status: 'SKIPPED', reason: 'BUYER_ERASED' }, now);
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

/** The orders, those of erased buyers without anything of the buyer. */
export const withoutErased = async (ctx: Context, orders: readonly StoredOrder[]): Promise<StoredOrder[]> => {
  const erased = await erasedAmong(ctx, orders);
  return orders.map((order) => (erased.has(hashOf(ctx, order)) ? withoutBuyer(order) : order));
};

/**
 * For orders that were just written, or made deliveries: forgets those buyers again who were erased in the meantime.
 */
export const forgetErased = async (ctx: Context, orders: readonly StoredOrder[]): Promise<void> => {
  const erased = await erasedAmong(ctx, orders);
  if (erased.size === 0) return;
  const theirs = new Map(orders.map((order) => [hashOf(ctx, order), order.boxOfficeId]));
  for (const [hash, boxOfficeId] of theirs) if (erased.has(hash)) await forgetBuyer(ctx, boxOfficeId, hash);
};

/**
 * For a batch that is worked on: lets no call be made for a buyer who was erased after their order was read. The rest
 * of the batch is planned anew without them.
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
