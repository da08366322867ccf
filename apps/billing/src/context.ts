import type { OutboxRelay } from '@boxlist/event-bus';
import type { Log } from '@boxlist/service-kit';
import type { InvoiceStore } from './store/invoices';
import type { SubscriptionStore } from './store/subscriptions';

/** An add-on that can be bought. */
export interface CatalogueEntry {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly monthlyMinor: number;
  readonly currency: string;
  readonly trialDays: number;
}

/** What use cases may touch. */
export interface Context {
  readonly catalogue: readonly CatalogueEntry[];
  readonly subscriptions: SubscriptionStore;
  readonly invoices: InvoiceStore;
  readonly outbox: OutboxRelay;
  readonly clock: () => Date;
  readonly log: Log;
}
