import type { Context } from '../context';
import { settled } from '../domain/subscription';
import { settlingFailed, subscriptionChanged } from '../report';
import { issueInvoices } from './issue-invoices';

const batch = 100;

/**
 * Applies everything that is due: ends trials and cancelled subscriptions, charges new months, issues their invoices
 * and publishes the facts. Idempotent; any number of processes may run it at once. The failure of one subscription
 * does not delay the others.
 */
export const runBilling = async (ctx: Context): Promise<void> => {
  for (let after = ''; ;) {
    const ids = await ctx.subscriptions.due(ctx.clock(), after, batch);
    for (const id of ids) {
      await settleSubscription(ctx, id).catch((error: unknown) => settlingFailed(ctx, id, error));
    }
    const last = ids.at(-1);
    if (last === undefined || ids.length < batch) break;
    after = last;
  }
  await ctx.outbox.notify();
};

const settleSubscription = async (ctx: Context, id: string): Promise<void> => {
  const now = ctx.clock();
  const current = await ctx.subscriptions.byId(id);
  if (!current) return;
  const next = settled(current, now);
  const saved = next === current ? current : await ctx.subscriptions.replace(current, next, now);
  // The process that was faster does the rest, or the next run does.
  if (!saved) return;
  if (saved !== current) subscriptionChanged(ctx, 'settled', saved);
  await issueInvoices(ctx, saved);
};
