import type { Context } from '../context';
import { invoiceFor } from '../domain/invoice';
import type { Subscription } from '../domain/subscription';
import { invoiceIssued } from '../report';

/**
 * Puts a subscription's charges on invoices. The charge was decided in the subscription's own document, so a crash
 * before, between or after these steps is made good by whoever comes next, and nothing is issued twice.
 */
export const issueInvoices = async (ctx: Context, { id, boxOfficeId, uninvoiced }: Subscription): Promise<void> => {
  for (const charge of uninvoiced) {
    const invoice = await ctx.invoices.issue(invoiceFor(boxOfficeId, charge), ctx.clock());
    await ctx.subscriptions.invoiced(id, charge.month);
    if (invoice) invoiceIssued(ctx, invoice);
  }
};
