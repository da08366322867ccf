import { counter } from '@boxlist/service-kit';
import type { Context } from './context';
import type { Subscription } from './domain/subscription';

const changes = counter('boxlist_subscription_changes_total', 'Changes of subscriptions by new status');
const invoices = counter('boxlist_invoices_total', 'Invoices issued');

export const subscriptionChanged = ({ log }: Context, { id, boxOfficeId, appId, announced }: Subscription): void => {
  changes({ status: announced });
  log.info({ subscriptionId: id, boxOfficeId, appId, status: announced }, 'subscription.changed');
};

export const invoiceIssued = ({ log }: Context, boxOfficeId: string, periodStart: Date): void => {
  invoices();
  log.info({ boxOfficeId, periodStart }, 'invoice.issued');
};
