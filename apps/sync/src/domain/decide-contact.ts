import type { DesiredState } from './desired-state';
import { type ContactState, deletedBy, type KnownContact } from './known-contact';
import type { ReasonCode } from './reasons';

/** What may be done for one wish. */
export type ContactDecision =
  | { readonly kind: 'skip'; readonly reason: ReasonCode }
  /** Ask by e-mail whether they want to subscribe again. */
  | { readonly kind: 'resubscribe' }
  | {
      readonly kind: 'write';
      /**
       * `explicit`: a definite opt-in makes or keeps the contact mailable. `not_set`: created without permission.
       * `keep`: left alone.
       */
      readonly permission: 'explicit' | 'not_set' | 'keep';
      readonly lists: boolean;
    };

const skip = (reason: ReasonCode): ContactDecision => ({ kind: 'skip', reason });

/**
 * The decision table: what may be done for a wish, by the contact's present state. Nobody is made mailable or put on a
 * list without a definite opt-in, an unsubscribed contact stays so unless the organiser chose to ask and the buyer
 * opted in after the opt-out, and a deleted one unless the buyer opted in after the deletion.
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

/** Ticket Tailor's times are whole seconds: an order of the same second may be the later. */
const secondMs = 1_000;

/** Whether an order was placed after its contact was deleted; supposed, as long as not all of the contact is known. */
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
