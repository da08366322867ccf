import type { Context } from '../context';
import { invoiceFor } from '../domain/invoice';
import type { Subscription } from '../domain/subscription';
import { invoiceIssued } from '../report';

/**
 * Puts a subscription's charges on invoices. The subscription's own document holds each charge until it is on an
 * invoice. So after a crash at any step the next run continues, and nothing is issued twice.
 */
export const issueInvoices = async (ctx: Context, { id, boxOfficeId, uninvoiced }: Subscription): Promise<void> => {
  for (const charge of uninvoiced) {
    const invoice = await ctx.invoices.issue(invoiceFor(boxOfficeId, charge), ctx.clock());
    await ctx.subscriptions.invoiced(id, charge.month);
    if (invoice) invoiceIssued(ctx, invoice);
  }
};
