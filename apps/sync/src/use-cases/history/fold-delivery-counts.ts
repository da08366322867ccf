import type { Context } from '../../context';
import { repeatedly } from '../../repeatedly';

/** Keeps the tallies fresh until closed. */
export const startDeliveryCounts = (ctx: Context) =>
  repeatedly(ctx, { everyMs: 1_000, delayed: 'delivery-counts.delayed' }, ctx.deliveryCounts.foldAll);
