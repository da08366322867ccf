import type { CcSignUp } from '@boxlist/constant-contact';
import type { KnownContact } from './known-contact';

/**
 * The call that makes an imported contact's permission explicit, for a buyer who opted in; undefined for whoever is to
 * be left as they are. Only a contact that is mailable already and never opted out is signed up, for a list that it is
 * on, with no details: nothing but the permission changes.
 */
export const decideUpgrade = (email: string, contact: KnownContact | undefined): CcSignUp | undefined => {
  if (contact === undefined) return undefined;
  const [listId] = contact.whole?.list_memberships ?? [];
  if (contact.state !== 'implicit' || contact.optedOutAt !== null || listId === undefined) return undefined;
  return { email_address: email, list_memberships: [listId] };
};
