import type { Context } from '../../context';
import { repeatedly } from '../../repeatedly';

/** Keeps the tallies fresh until closed. */
export const startTallies = (ctx: Context) =>
  repeatedly(ctx, { everyMs: 1_000, delayed: 'tallies.delayed' }, ctx.tallies.foldAll);
