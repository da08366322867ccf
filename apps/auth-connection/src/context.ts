import type { ConstantContact, ConstantContactOAuth } from '@boxlist/constant-contact';
import type { BoxOfficeId } from '@boxlist/contracts';
import type { OutboxRelay } from '@boxlist/event-bus';
import type { Actor, Log, SecretBox } from '@boxlist/service-kit';
import type { InFlight } from './in-flight';
import type { AccountResourceStore } from './store/account-resources';
import type { ConnectionStore } from './store/connections';
import type { SignInStore } from './store/sign-ins';
import type { TicketTailorKeyStore } from './store/ticket-tailor-keys';

/** Takes a permit for one call to Constant Contact for a box office, and waits as long as the ledger says. */
export type TakePermit = (boxOfficeId: BoxOfficeId) => Promise<void>;

/** The dependencies of use cases. */
export interface Context {
  readonly connections: ConnectionStore;
  readonly signIns: SignInStore;
  readonly ticketTailorKeys: TicketTailorKeyStore;
  readonly constantContact: ConstantContact;
  readonly oauth: ConstantContactOAuth;
  readonly secrets: SecretBox;
  readonly outbox: OutboxRelay;
  /** Publishes the audit entries of API keys that wait. Does not wait for Kafka. */
  readonly notifyAudit: () => void;
  /** The account's lists, tags and custom fields as they were read last. All processes share them. */
  readonly resources: AccountResourceStore;
  /** Throws ENTITLEMENT_REQUIRED unless the box office may use the add-on. */
  readonly demandEntitlement: (boxOfficeId: BoxOfficeId) => Promise<void>;
  /** Demands the entitlement first, so that no call is made for a box office without the add-on. */
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
