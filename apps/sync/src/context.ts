import type { ConstantContact } from '@boxlist/constant-contact';
import type { ConnectionFact, EntitlementFact, WorkflowFact } from '@boxlist/contracts';
import type { Consumer, EventBus, Rest } from '@boxlist/event-bus';
import type { FactCopy, Identity, Log } from '@boxlist/service-kit';
import type { TicketTailor } from '@boxlist/ticket-tailor';
import type { RetryPolicy } from './domain/retry';
import type { ActivityStore } from './store/activities';
import type { BackfillStore } from './store/backfills';
import type { ContactStore } from './store/contacts';
import type { DeadLetterStore } from './store/dead-letters';
import type { DeliveryStore } from './store/deliveries';
import type { ErasureStore } from './store/erasures';
import type { JoinStore } from './store/joins';
import type { ConnectionLeaseStore } from './store/connection-leases';
import type { LedgerStore } from './store/ledger';
import type { NoticeStore } from './store/notices';
import type { OrderStore } from './store/orders';
import type { ResourceStore } from './store/resources';
import type { RetryStore } from './store/retries';
import type { StandstillStore } from './store/standstills';
import type { DeliveryCountStore } from './store/delivery-counts';
import type { ExpiredWritesStore } from './store/expired-writes';
import type { DeferredWorkStore } from './store/deferred-work';

/** Access tokens of connections; `rejected` says which one got a 401. */
export type TokenSource = (connectionId: string, rejected?: string) => Promise<string>;

/**
 * The API key of a box office at Ticket Tailor, asked for anew each time: it is kept nowhere. Throws
 * TICKET_TAILOR_KEY_MISSING.
 */
export type TicketTailorKeySource = (boxOfficeId: string) => Promise<string>;

type Caught = Pick<Consumer, 'caughtUp'>;

/** What use cases may touch. */
export interface Context {
  readonly orders: OrderStore;
  readonly deliveries: DeliveryStore;
  readonly connectionLeases: ConnectionLeaseStore;
  readonly contacts: ContactStore;
  readonly activities: ActivityStore;
  readonly deliveryCounts: DeliveryCountStore;
  readonly expiredWrites: ExpiredWritesStore;
  readonly upgrades: DeferredWorkStore;
  readonly latePhones: DeferredWorkStore;
  readonly joins: JoinStore;
  readonly backfills: BackfillStore;
  readonly retries: RetryStore;
  readonly deadLetters: DeadLetterStore;
  readonly standstills: StandstillStore;
  readonly erasures: ErasureStore;
  readonly notices: NoticeStore;
  readonly ledger: LedgerStore;
  readonly resources: ResourceStore;
  readonly entitlements: FactCopy<EntitlementFact>;
  readonly connections: FactCopy<ConnectionFact>;
  readonly workflows: FactCopy<WorkflowFact>;
  /** Followers of facts: to be caught up before a "no" that rests on them. */
  readonly followers: { readonly entitlements: Caught; readonly connections: Caught };
  readonly bus: EventBus;
  readonly constantContact: ConstantContact;
  /** Whether the sign-up form is known to leave a contact unsubscribed who has unsubscribed. */
  readonly signUpKeepsOptOuts: boolean;
  readonly tokens: TokenSource;
  readonly ticketTailor: TicketTailor;
  readonly ticketTailorKey: TicketTailorKeySource;
  readonly hashEmail: (boxOfficeId: string, email: string) => string;
  /** Key of the hash that tells whether details were written already. */
  readonly markKey: string;
  readonly retry: RetryPolicy;
  /** For how long what is over is kept. */
  readonly retention: { readonly historyMs: number; readonly deadLettersMs: number };
  readonly leaseMs: number;
  /** Says to the dispatcher of this process that there is work. */
  readonly notify: () => void;
  /** Whether this process has something to do; absent where chores are to look for it each time. */
  readonly rest?: Rest;
  readonly clock: () => Date;
  readonly random: () => number;
  readonly log: Log;
}

/** What a resolver gets: the same, and who is calling. */
export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Identity;
}
