import type { OutboxRelay } from '@boxlist/event-bus';
import type { Identity, Log } from '@boxlist/service-kit';
import type { Catalogue } from './domain/catalogue';
import type { InvoiceStore } from './store/invoices';
import type { SubscriptionStore } from './store/subscriptions';

/** What use cases may touch. */
export interface Context {
  readonly catalogue: Catalogue;
  readonly subscriptions: SubscriptionStore;
  readonly invoices: InvoiceStore;
  readonly outbox: OutboxRelay;
  readonly clock: () => Date;
  readonly log: Log;
}

/** What a resolver gets: the same, and who is calling. */
export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Identity;
}
