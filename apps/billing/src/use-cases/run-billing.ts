import type { Context } from '../context';
import { lineFor, type InvoiceLine } from '../domain/invoice';
import { monthOf, nextMonth, statusAt, type Subscription } from '../domain/subscription';
import { invoiceIssued, subscriptionChanged } from '../report';

/** What a box office owes for a month. A subscription that began anew within it counts with its present dates. */
const linesFor = (ctx: Context, subscription: Subscription, month: Date): InvoiceLine[] => {
  const app = ctx.catalogue.find(({ id }) => id === subscription.appId);
  const line = app && lineFor(subscription, month, app.monthlyMinor, app.name);
  return line ? [line] : [];
};

/** The invoice that the present month will end in. */
export const upcomingInvoice = async (ctx: Context, boxOfficeId: Subscription['boxOfficeId']) => {
  const now = ctx.clock();
  const lines: InvoiceLine[] = [];
  for (const app of ctx.catalogue) {
    const subscription = await ctx.subscriptions.of(boxOfficeId, app.id);
    if (subscription) lines.push(...linesFor(ctx, subscription, now));
  }
  return { periodStart: monthOf(now), periodEnd: nextMonth(now), lines };
};

/**
 * Issues the invoices of the months that have ended, and announces what time has changed (a trial's end, a cancellation's end). Idempotent:
 * any number of processes may run it at any time; a month has one invoice.
 */
export const runBilling = async (ctx: Context): Promise<void> => {
  const now = ctx.clock();
  for await (const subscription of ctx.subscriptions.all()) {
    for (let month = monthOf(subscription.activatedAt); nextMonth(month) <= now; month = nextMonth(month)) {
      const lines = linesFor(ctx, subscription, month);
      if (lines.length === 0) continue;
      const { boxOfficeId } = subscription;
      const currency = ctx.catalogue.find(({ id }) => id === subscription.appId)?.currency ?? '';
      const issued = await ctx.invoices.issue({
        boxOfficeId,
        periodStart: month,
        periodEnd: nextMonth(month),
        currency,
        lines,
        issuedAt: now,
      });
      if (issued) invoiceIssued(ctx, boxOfficeId, month);
    }
    const status = statusAt(subscription, now);
    if (status === subscription.announced) continue;
    const changed = await ctx.subscriptions.change(subscription, { announced: status });
    if (changed) subscriptionChanged(ctx, changed);
  }
  await ctx.outbox.nudge();
};
