import { type ContactDecision, decideContact } from './decide-contact';
import type { DesiredState } from './desired-state';
import type { KnownContact } from './known-contact';

/**
 * The longest address that the sign-up form and the import accept; all other calls accept 80. It counts UTF-16 code
 * units of the normal form, as JavaScript does. Constant Contact never counts more.
 */
const longestFormEmail = 50;

export const fitsForm = (email: string): boolean => email.length <= longestFormEmail;

export interface Decided {
  readonly desired: DesiredState;
  readonly decision: ContactDecision;
}

/** The decisions for all desired states of one contact. */
export interface ContactDecisions {
  readonly decided: readonly Decided[];
  /** The contact that the desired states are compared with. */
  readonly contact: KnownContact | undefined;
  /** Whether the contact was deleted and the writes restore it. */
  readonly isRestored: boolean;
}

const writes = ({ decision }: Decided): boolean => decision.kind === 'write';

/**
 * Decides for all desired states of one contact. When one of them restores a deleted contact, the others are decided
 * for the restored contact. Returns undefined when that needs the whole contact, which the caller must look up.
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
  // A deleted contact has lost its lists and may have lost its tags, so the restored one counts as having none.
  const present = { ...contact, whole: { ...whole, list_memberships: [], taggings: [] } };
  const asIf = (state: KnownContact['state'], desired: DesiredState): Decided => ({
    desired,
    decision: decideContact({ ...present, state, deleted: false }, desired),
  });
  // The sign-up form sets an explicit permission; a write by the account leaves the permission as it was. Only the
  // desired states that restore the contact choose between the two. The others get the same decision as if they were
  // processed afterwards.
  const hasList = decided.some((each) => writes(each) && each.desired.listIds.length > 0);
  if (hasList && fitsForm(email))
    return {
      decided: decided.map((each) => (writes(each) ? each : asIf('explicit', each.desired))),
      contact: present,
      isRestored: true,
    };
  const state = whole.email_address.permission_to_send;
  const found = desiredStates.map((desired) => asIf(state, desired));
  // When a write by the account must not restore the contact, it stays deleted for the desired states that do not
  // restore it.
  if (!found.some(writes))
    return {
      decided: decided.map((each) => (writes(each) ? asIf(state, each.desired) : each)),
      contact,
      isRestored: false,
    };
  return { decided: found, contact: { ...present, state }, isRestored: true };
};
