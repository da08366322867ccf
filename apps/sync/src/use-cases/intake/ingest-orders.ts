import { AppError, maxOrderEventBytes, orderEventSchema } from '@boxlist/contracts';
import { type BusMessage, type DeadLetterReason, parseCloudEvent, problemsOf } from '@boxlist/event-bus';
import type { Context } from '../../context';
import { replayHeader } from '../../domain/dead-letter';
import { mergeOrders, orderFrom, type StoredOrder } from '../../domain/order';
import { ordersTaken } from '../../report';
import { forgetErased, withoutErased } from '../privacy/forget-buyer';
import { matchOrders } from './match-orders';

type Read = { readonly order: StoredOrder; readonly replayOf?: string } | { readonly bad: DeadLetterReason };

/** Reads one message, or returns the reason why it cannot be used. */
const readOrder = (message: BusMessage): Read => {
  const bad = (code: string, reason: string): Read => ({ bad: { code, reason } });
  if ((message.value?.length ?? 0) > maxOrderEventBytes)
    return bad('EVENT_TOO_LARGE', `The value is larger than ${maxOrderEventBytes} bytes`);
  let raw: unknown;
  try {
    raw = parseCloudEvent(message);
  } catch (error) {
    return bad('BAD_EVENT', error instanceof AppError ? error.message : 'The value is not a readable CloudEvent');
  }
  const parsed = orderEventSchema.safeParse(raw);
  if (!parsed.success) return bad('BAD_EVENT', problemsOf(parsed.error));
  const tenant = /^(bo_[^:]*):/.exec(message.key ?? '')?.[1];
  if (tenant !== undefined && tenant !== parsed.data.boxofficeid)
    return bad('FOREIGN_TENANT', 'The key names another box office than the event');
  return { order: orderFrom(parsed.data), replayOf: message.headers[replayHeader] };
};

/**
 * Takes in a batch of order events. Bad events go to the dead-letter topic, the orders are merged, and each order ×
 * workflow becomes a delivery. Resolves when all of it is written, so that the offset may be committed. Never calls
 * Constant Contact.
 */
export const ingestOrders = async (ctx: Context, messages: readonly BusMessage[]): Promise<void> => {
  const taken: Exclude<Read, { readonly bad: unknown }>[] = [];
  let deadLettered = 0;
  for (const message of messages) {
    const read = readOrder(message);
    if ('bad' in read) {
      await ctx.bus.deadLetter(message, read.bad);
      deadLettered += 1;
      continue;
    }
    taken.push(read);
  }
  const fresh = new Map<string, StoredOrder>();
  for (const order of await withoutErased(
    ctx,
    taken.map((each) => each.order),
  )) {
    const known = fresh.get(order.key);
    fresh.set(order.key, known ? mergeOrders(known, order) : order);
  }
  let deliveries = 0;
  if (fresh.size > 0) {
    const orders = await ctx.orders.keep([...fresh.values()], ctx.clock(), ctx.clock());
    const tenants = [...new Set(orders.map(({ order }) => order.boxOfficeId))];
    deliveries = await matchOrders(ctx, orders, await ctx.workflows.ofBoxOffices(tenants));
    await forgetErased(ctx, [...fresh.values(), ...orders.map(({ order }) => order)]);
    await ctx.deadLetters.replayEnded(
      taken.flatMap(({ replayOf, order }) => (replayOf ? [{ id: replayOf, boxOfficeId: order.boxOfficeId }] : [])),
      'TAKEN',
    );
  }
  ordersTaken(ctx, fresh.size, deadLettered, deliveries);
};
