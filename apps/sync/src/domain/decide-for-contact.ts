import { type ContactDecision, decideContact } from './decide-contact';
import type { DesiredState } from './desired-state';
import type { KnownContact } from './known-contact';

/**
 * How many characters of an address the sign-up form and the import take; all other calls take 80. Counted as
 * JavaScript does, in UTF-16 code units of the normal form: never fewer than the vendor may count.
 */
const longestFormEmail = 50;

export const fitsForm = (email: string): boolean => email.length <= longestFormEmail;

export interface Decided {
  readonly desired: DesiredState;
  readonly decision: ContactDecision;
}

/** What is decided for all wishes of one contact. */
export interface ContactDecisions {
  readonly decided: readonly Decided[];
  /** The contact as the wishes find it. */
  readonly contact: KnownContact | undefined;
  /** It was deleted, and the writes bring it back. */
  readonly isRestored: boolean;
}

const writes = ({ decision }: Decided): boolean => decision.kind === 'write';

/**
 * Decides for all wishes of one contact by the decision table. A deleted contact that one of them restores is there
 * for the others too: they are decided as for the contact that it becomes. Undefined: that takes all of the contact,
 * by a look of its own.
 */
export const decideForContact = (
  contact: KnownContact | undefined,
  email: string,
  desiredStates: readonly DesiredState[],
): ContactDecisions | undefined => {
  const decided = desiredStates.map((desired) => ({ desired, decision: decideContact(contact, desired) }));
  if (contact?.state !== 'deleted' || !decided.some(writes)) return { decided, contact, isRestored: false };
  const { whole } = contact;
  if (!whole) return undefined;
  // With the contact its lists were left, and nobody says that its tags were not: what it becomes has none.
  const present = { ...contact, whole: { ...whole, list_memberships: [], taggings: [] } };
  const asIf = (state: KnownContact['state'], desired: DesiredState): Decided => ({
    desired,
    decision: decideContact({ ...present, state, deleted: false }, desired),
  });
  // The sign-up form gives permission, a write of the account leaves it as it was. Only those that restore the contact
  // choose between the two: the others end as they would had they been worked on afterwards.
  const hasList = decided.some((each) => writes(each) && each.desired.listIds.length > 0);
  if (hasList && fitsForm(email))
    return {
      decided: decided.map((each) => (writes(each) ? each : asIf('explicit', each.desired))),
      contact: present,
      isRestored: true,
    };
  const state = whole.email_address.permission_to_send;
  const found = desiredStates.map((desired) => asIf(state, desired));
  // Whom a write of the account must not bring back is as deleted as before for those that restore nobody.
  if (!found.some(writes))
    return {
      decided: decided.map((each) => (writes(each) ? asIf(state, each.desired) : each)),
      contact,
      isRestored: false,
    };
  return { decided: found, contact: { ...present, state }, isRestored: true };
};
