import type { Context } from '../../context';
import { AppError } from '@boxlist/contracts';
import { fetchedOrder } from '../../domain/fetched-order';
import { mergeOrders, type StoredOrder } from '../../domain/order';
import type { Backfill } from '../../store/backfills';
import { forgetErased, withoutErased } from '../privacy/forget-buyer';

interface FetchedPage {
  readonly orders: readonly StoredOrder[];
  readonly unreadable: number;
  readonly next: string | null;
}

/**
 * Reads a page of orders at Ticket Tailor. The orders of erased buyers come without the buyer. Writes nothing. Throws
 * the errors of the key's source and of the API.
 */
export const readOrders = async (
  ctx: Context,
  { boxOfficeId, from, to }: Pick<Backfill, 'boxOfficeId' | 'from' | 'to'>,
  after: string,
): Promise<FetchedPage> => {
  const apiKey = await ctx.ticketTailorKey(boxOfficeId);
  const page = await ctx.ticketTailor.ordersPage(apiKey, {
    ...(after === '' ? {} : { startingAfter: after }),
    ...(from ? { createdFrom: from } : {}),
    // The range excludes `to`.
    createdTo: new Date(to.getTime() - 1),
  });
  const read = page.orders.map((each) => fetchedOrder(boxOfficeId, each));
  const once = [...new Map(read.map((order) => [order.key, order])).values()];
  return { orders: await withoutErased(ctx, once), unreadable: page.unreadable, next: page.next ?? null };
};

/**
 * Stores orders that were read at Ticket Tailor, merged with what sync knows of them, and returns them as stored. A new
 * order counts as received when it was created, so that a workflow which became active later does not treat it as a
 * live order.
 */
export const keepFetched = async (ctx: Context, fetched: readonly StoredOrder[]): Promise<StoredOrder[]> => {
  if (fetched.length === 0) return [];
  const now = ctx.clock();
  const kept = await ctx.orders.keep(fetched, ({ eventTime }) => new Date(Math.min(eventTime, now.getTime())), now);
  const orders = kept.map(({ order }) => order);
  await forgetErased(ctx, [...fetched, ...orders]);
  // A buyer may have been erased in the meantime.
  return withoutErased(ctx, orders);
};

const previewPages = 50;
/** Short enough that the caller still waits for the answer. */
const previewMs = 4_000;

/**
 * Passes orders at Ticket Tailor to `show` page by page, newest first, merged with what sync knows of them. Writes
 * nothing. `isPartial`: there are more orders than were shown, because pages and time are limited, or because a page
 * after the first could not be read. Throws when the first page cannot be read.
 */
export const previewFetched = async (
  ctx: Context,
  range: Pick<Backfill, 'boxOfficeId' | 'from' | 'to'>,
  show: (orders: readonly StoredOrder[]) => Promise<void>,
): Promise<{ isPartial: boolean }> => {
  const until = ctx.clock().getTime() + previewMs;
  let place = '';
  for (let count = 0; count < previewPages && (count === 0 || ctx.clock().getTime() < until); count += 1) {
    let page: FetchedPage;
    try {
      page = await readOrders(ctx, range, place);
    } catch (error) {
      if (count === 0 || !(error instanceof AppError)) throw error;
      return { isPartial: true };
    }
    const known = new Map((await ctx.orders.byKeys(page.orders.map(({ key }) => key))).map((each) => [each.key, each]));
    await show(
      page.orders.map((order) => {
        const before = known.get(order.key);
        return before ? mergeOrders(before, order) : order;
      }),
    );
    if (page.next === null) return { isPartial: false };
    place = page.next;
  }
  return { isPartial: true };
};
