import { repeatedly } from '@boxlist/event-bus';
import type { Context } from '../../context';

/** Keeps the counters up to date until closed. */
export const startDeliveryCounts = (ctx: Context) =>
  repeatedly(ctx, { everyMs: 1_000, delayed: 'delivery-counts.delayed' }, ctx.deliveryCounts.foldAll);
