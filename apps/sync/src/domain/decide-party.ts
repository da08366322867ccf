import { decideContact, type ContactDecision, type Wish } from './decide-contact';
import { deletedBy, type KnownContact } from './known-contact';
import type { DeletedContact } from './planned-calls';

/**
 * How many characters of an address the sign-up form and the import take; all other calls take 80. Counted as
 * JavaScript does, in UTF-16 code units of the normal form: never fewer than the vendor may count.
 */
const longestFormEmail = 50;

export const fitsForm = (email: string): boolean => email.length <= longestFormEmail;

export interface Decided {
  readonly wish: Wish;
  readonly decision: ContactDecision;
}

/**
 * How a deleted contact comes back: by the sign-up form, which gives permission, or by a write of the account, which
 * leaves the permission as it was.
 */
export interface Restoring extends DeletedContact {
  readonly by: 'form' | 'account';
}

/** What is decided for all wishes of one contact. */
export interface PartyDecision {
  readonly decided: readonly Decided[];
  /** The contact as the wishes find it. */
  readonly contact: KnownContact | undefined;
  readonly restoring?: Restoring;
}

const writes = ({ decision }: Decided): boolean => decision.kind === 'write';

/**
 * Decides for all wishes of one contact by the decision table. A deleted contact that one of them restores is there
 * for the others too: they are decided as for the contact that it becomes. Undefined: that takes all of the contact,
 * by a look of its own.
 */
export const decideParty = (
  contact: KnownContact | undefined,
  email: string,
  wishes: readonly Wish[],
): PartyDecision | undefined => {
  const decided = wishes.map((wish) => ({ wish, decision: decideContact(contact, wish) }));
  if (contact?.state !== 'deleted' || !decided.some(writes)) return { decided, contact };
  const { whole } = contact;
  if (!whole) return undefined;
  // With the contact its lists were left; what it becomes has none.
  const present = { ...contact, whole: { ...whole, list_memberships: [] } };
  const asIf = (state: KnownContact['state'], wish: Wish): Decided => ({
    wish,
    decision: decideContact({ ...present, state, deleted: false }, wish),
  });
  const hasList = wishes.some(
    ({ optIn, createsContacts, listIds }) => optIn === 'OPTED_IN' && createsContacts && listIds.length > 0,
  );
  const restoring: Restoring = {
    by: hasList && fitsForm(email) ? 'form' : 'account',
    contactId: contact.contactId,
    deletedBy: deletedBy(whole) ?? Infinity,
  };
  if (restoring.by === 'form')
    return {
      decided: decided.map((each) => (writes(each) ? each : asIf('explicit', each.wish))),
      contact: present,
      restoring,
    };
  const state = whole.email_address.permission_to_send;
  return {
    decided: wishes.map((wish) => asIf(state, wish)),
    contact: { ...present, state },
    restoring,
  };
};
