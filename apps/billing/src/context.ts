import type { OutboxRelay } from '@boxlist/event-bus';
import type { Actor, Log } from '@boxlist/service-kit';
import type { Catalogue } from './domain/catalogue';
import type { InvoiceStore } from './store/invoices';
import type { SubscriptionStore } from './store/subscriptions';

/** The dependencies of use cases. */
export interface Context {
  readonly catalogue: Catalogue;
  readonly subscriptions: SubscriptionStore;
  readonly invoices: InvoiceStore;
  readonly outbox: OutboxRelay;
  readonly clock: () => Date;
  readonly log: Log;
}

/** The context of a resolver: the dependencies and the caller. */
export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Actor;
}
