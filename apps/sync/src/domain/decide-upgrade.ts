import type { CcSignUp } from '@boxlist/constant-contact';
import type { KnownContact } from './known-contact';

/**
 * The call that makes the permission of an imported contact explicit, for a buyer who opted in; undefined for a contact
 * that must stay as it is. Only a contact that is mailable already and never opted out is signed up. The call has a
 * list that the contact is on and no details, so only the permission changes.
 */
export const decideUpgrade = (email: string, contact: KnownContact | undefined): CcSignUp | undefined => {
  if (contact === undefined) return undefined;
  const [listId] = contact.whole?.list_memberships ?? [];
  if (contact.state !== 'implicit' || contact.optedOutAt !== null || listId === undefined) return undefined;
  return { email_address: email, list_memberships: [listId] };
};
