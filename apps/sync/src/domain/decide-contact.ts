import type { EndReasonOf } from './delivery-states';
import type { DesiredState } from './desired-state';
import { type ContactState, deletedBy, type KnownContact } from './known-contact';

/** The decision for one desired state. */
export type ContactDecision =
  | { readonly kind: 'skip'; readonly reason: EndReasonOf<'SKIPPED'> }
  /** Send an e-mail that asks whether they want to subscribe again. */
  | { readonly kind: 'resubscribe' }
  | {
      readonly kind: 'write';
      /**
       * `explicit`: after an opt-in, makes the contact mailable or keeps it so. `not_set`: creates it without
       * permission. `keep`: leaves the permission as it is.
       */
      readonly permission: 'explicit' | 'not_set' | 'keep';
      readonly lists: boolean;
    };

const skip = (reason: EndReasonOf<'SKIPPED'>): ContactDecision => ({ kind: 'skip', reason });

/**
 * The decision table: decides by the contact's present state. No contact becomes mailable or joins a list without an
 * opt-in. An unsubscribed contact stays unsubscribed, unless the organiser chose to ask and the buyer opted in after
 * the opt-out. A deleted contact stays deleted, unless the buyer opted in after the deletion.
 */
export const decideContact = (contact: KnownContact | undefined, desired: DesiredState): ContactDecision => {
  const state = contact?.state ?? 'none';
  return desired.optIn === 'OPTED_IN' ? forOptedIn(state, contact, desired) : forOthers(state, desired);
};

const forOptedIn = (state: ContactState, contact: KnownContact | undefined, desired: DesiredState): ContactDecision => {
  const lists = desired.createsContacts;
  switch (state) {
    case 'none':
      return desired.createsContacts ? { kind: 'write', permission: 'explicit', lists } : skip('NOT_A_CONTACT');
    case 'deleted':
      if (!desired.createsContacts) return skip('NOT_A_CONTACT');
      return isSinceDeleted(contact, desired)
        ? { kind: 'write', permission: 'explicit', lists }
        : skip('CONTACT_DELETED');
    case 'explicit':
    case 'implicit':
      return { kind: 'write', permission: 'keep', lists };
    case 'not_set':
      return { kind: 'write', permission: desired.createsContacts ? 'explicit' : 'keep', lists };
    case 'pending_confirmation':
      return { kind: 'write', permission: 'keep', lists: false };
    case 'temp_hold':
      return skip('ON_HOLD');
    case 'unsubscribed':
      return mayAskAgain(contact, desired) ? { kind: 'resubscribe' } : skip('UNSUBSCRIBED');
  }
};

/** Ticket Tailor's times are whole seconds, so an order in the same second may be the later one. */
const secondMs = 1_000;

/** Whether an order was placed after its contact was deleted. It assumes so until the whole contact is known. */
const isSinceDeleted = (contact: KnownContact | undefined, { placedAt }: DesiredState): boolean =>
  !contact?.whole || placedAt + secondMs > (deletedBy(contact.whole) ?? -Infinity);

const mayAskAgain = (contact: KnownContact | undefined, desired: DesiredState): boolean =>
  desired.whenUnsubscribed === 'SEND_RESUBSCRIBE_EMAIL' &&
  desired.createsContacts &&
  desired.listIds.length > 0 &&
  contact?.deleted === false &&
  contact.optedOutAt !== null &&
  desired.placedAt > contact.optedOutAt;

const forOthers = (state: ContactState, desired: DesiredState): ContactDecision => {
  const refused = desired.optIn === 'NOT_ASKED' ? 'NOT_ASKED' : 'NOT_OPTED_IN';
  if (desired.whenNotOptedIn === 'SKIP' && desired.createsContacts) return skip(refused);
  switch (state) {
    case 'none':
      if (!desired.createsContacts) return skip('NOT_A_CONTACT');
      return desired.whenNotOptedIn === 'ADD_WITHOUT_LIST'
        ? { kind: 'write', permission: 'not_set', lists: false }
        : skip(refused);
    case 'explicit':
    case 'implicit':
    case 'not_set':
    case 'pending_confirmation':
      return { kind: 'write', permission: 'keep', lists: false };
    case 'temp_hold':
      return skip('ON_HOLD');
    case 'unsubscribed':
      return skip('UNSUBSCRIBED');
    case 'deleted':
      return skip(desired.createsContacts ? refused : 'NOT_A_CONTACT');
  }
};
