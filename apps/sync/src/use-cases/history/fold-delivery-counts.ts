import { repeatedly } from '@boxlist/event-bus';
import type { Context } from '../../context';

/** Keeps the tallies fresh until closed. */
export const startDeliveryCounts = (ctx: Context) =>
  repeatedly(ctx, { everyMs: 1_000, delayed: 'delivery-counts.delayed' }, ctx.deliveryCounts.foldAll);
