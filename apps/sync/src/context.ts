import type { ConstantContact } from '@boxlist/constant-contact';
import type { Consumer, EventBus, Rest } from '@boxlist/event-bus';
import type { Identity, Log } from '@boxlist/service-kit';
import type { TicketTailor } from '@boxlist/ticket-tailor';
import type { RetryPolicy } from './domain/retry';
import type { LedgerStore } from './store/ledger';
import type { Stores } from './stores';

/** Access tokens of connections; `rejected` says which one got a 401. */
export type TokenSource = (connectionId: string, rejected?: string) => Promise<string>;

/**
 * The API key of a box office at Ticket Tailor, asked for anew each time: it is kept nowhere. Throws
 * TICKET_TAILOR_KEY_MISSING.
 */
export type TicketTailorKeySource = (boxOfficeId: string) => Promise<string>;

type Caught = Pick<Consumer, 'caughtUp'>;

/** What use cases may touch. */
export interface Context extends Stores {
  readonly ledger: LedgerStore;
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
