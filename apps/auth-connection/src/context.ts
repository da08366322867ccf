import type { ConstantContact, ConstantContactOAuth } from '@boxlist/constant-contact';
import type { OutboxRelay } from '@boxlist/event-bus';
import type { Actor, Log, SecretBox } from '@boxlist/service-kit';
import type { InFlight } from './in-flight';
import type { ConnectionStore } from './store/connections';
import type { SignInStore } from './store/sign-ins';
import type { TicketTailorKeyStore } from './store/ticket-tailor-keys';

/** Takes a permit for one call to Constant Contact, and waits as long as the ledger says. */
export type TakePermit = () => Promise<void>;

/** The dependencies of use cases. */
export interface Context {
  readonly connections: ConnectionStore;
  readonly signIns: SignInStore;
  readonly ticketTailorKeys: TicketTailorKeyStore;
  readonly constantContact: ConstantContact;
  readonly oauth: ConstantContactOAuth;
  readonly secrets: SecretBox;
  readonly outbox: OutboxRelay;
  readonly takePermit: TakePermit;
  readonly inFlight: InFlight;
  /** Whether organisers may choose that imported contacts later get explicit permission. */
  readonly offersUpgrades: boolean;
  readonly allowedReturnUrls: readonly string[];
  readonly clock: () => Date;
  readonly log: Log;
}

/** The context of a resolver: the dependencies and the caller. */
export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Actor;
}
