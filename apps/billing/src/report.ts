import { counter } from '@boxlist/service-kit';
import type { Context } from './context';
import type { Invoice } from './domain/invoice';
import type { Subscription } from './domain/subscription';

const changes = counter('boxlist_subscription_changes_total', 'Subscription changes by kind and status');
const invoices = counter('boxlist_invoices_issued_total', 'Invoices issued');
const failures = counter('boxlist_billing_failures_total', 'Subscriptions that a billing run failed to process');

export const subscriptionChanged = (
  { log }: Context,
  kind: 'activated' | 'deactivated' | 'settled',
  { id, boxOfficeId, status, version }: Subscription,
): void => {
  changes({ kind, status });
  log.info({ kind, subscriptionId: id, boxOfficeId, status, version }, 'subscription.changed');
};

export const invoiceIssued = ({ log }: Context, { id, boxOfficeId, month, number, total }: Invoice): void => {
  invoices();
  log.info({ invoiceId: id, boxOfficeId, month, number, ...total }, 'invoice.issued');
};

export const settlingFailed = ({ log }: Context, subscriptionId: string, error: unknown): void => {
  failures();
  log.error({ err: error, subscriptionId }, 'subscription.not-settled');
};
