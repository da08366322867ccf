import type { Context } from '../context';
import { expiryOf, type Entry } from '../domain/entry';
import { entryStored } from '../report';

/** Stores an entry of the log, once for each event. An entry whose time is over is not stored. */
export const recordEntry = async (ctx: Context, entry: Entry): Promise<void> => {
  const expiresAt = expiryOf(entry, ctx.retentionDays);
  if (expiresAt <= ctx.clock()) return;
  if (await ctx.entries.append(entry, expiresAt)) entryStored(ctx, entry);
};
