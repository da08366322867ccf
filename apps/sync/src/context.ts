import type { ConstantContact } from '@boxlist/constant-contact';
import type { Consumer, EventBus, Rest } from '@boxlist/event-bus';
import type { Actor, Log } from '@boxlist/service-kit';
import type { TicketTailor } from '@boxlist/ticket-tailor';
import type { RetryPolicy } from './domain/retry-policy';
import type { LedgerStore } from './store/ledger';
import type { Stores } from './stores';

/**
 * Returns the access token of a box office's connection. A connection of another box office counts as missing. Pass a
 * token that got a 401 as `rejected` to get another one.
 */
export type TokenSource = (
  of: { readonly connectionId: string; readonly boxOfficeId: string },
  rejected?: string,
) => Promise<string>;

/**
 * Returns a box office's API key for Ticket Tailor. It asks auth-connection each time, because sync stores no key.
 * Throws TICKET_TAILOR_KEY_MISSING and SERVICE_UNAVAILABLE.
 */
export type TicketTailorKeySource = (boxOfficeId: string) => Promise<string>;

/** All that a use case may use: stores, clients, settings, clock and log. */
export interface Context extends Stores {
  readonly ledger: LedgerStore;
  /** Whether the copy of entitlements has caught up with its topic: asked before a "no" that rests on it. */
  readonly entitlementsCaughtUp: Consumer['caughtUp'];
  readonly bus: EventBus;
  readonly constantContact: ConstantContact;
  /** Whether the sign-up form is known to keep an unsubscribed contact unsubscribed. */
  readonly signUpKeepsOptOuts: boolean;
  readonly tokens: TokenSource;
  readonly ticketTailor: TicketTailor;
  readonly ticketTailorKey: TicketTailorKeySource;
  readonly hashEmail: (boxOfficeId: string, email: string) => string;
  /** Key of the keyed hashes (marks) by which sync recognises details and phones that a contact already has. */
  readonly markKey: string;
  readonly retry: RetryPolicy;
  /** How long settled history and dead letters are kept. */
  /** How many a box office may have under way. */
  readonly limits: { readonly backfills: number; readonly retries: number };
  readonly retention: { readonly historyMs: number; readonly deadLettersMs: number };
  readonly leaseMs: number;
  /** Publishes the audit entries that wait. Does not wait for Kafka. */
  readonly notifyAudit: () => void;
  /** Notifies the dispatcher of this process that there is work. */
  readonly notify: () => void;
  /** Slows the polls of an idle process down. Without it, background jobs always poll at their full pace. */
  readonly rest?: Rest;
  readonly clock: () => Date;
  readonly random: () => number;
  readonly log: Log;
}

/** What a resolver gets: the context of use cases, the caller's identity, and how long it waits. */
export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Actor;
  /** Aborts when the caller left or the deadline passed. */
  readonly signal: AbortSignal;
}
