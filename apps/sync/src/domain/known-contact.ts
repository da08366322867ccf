import type { CcContact } from '@boxlist/constant-contact';

/** The state of a contact. A deleted contact with an opt-out counts as unsubscribed. */
export type ContactState =
  'none' | 'explicit' | 'implicit' | 'not_set' | 'pending_confirmation' | 'temp_hold' | 'unsubscribed' | 'deleted';

/** A snapshot of an existing contact, as far as sync knows it. */
export interface KnownContact {
  readonly contactId: string;
  readonly state: Exclude<ContactState, 'none'>;
  /** When the contact opted out, in ms; null when it never did. */
  readonly optedOutAt: number | null;
  readonly deleted: boolean;
  /** Keyed hash of the details and fields, without the phone, as last read or written; null when not known. */
  readonly detailsMark: string | null;
  /** Keyed hashes of the contact's phones at the last reading; null when not known. */
  readonly phoneMarks?: readonly string[] | null;
  /** The whole contact, when it was just looked up. */
  readonly whole?: CcContact;
}

const dayMs = 86_400_000;

/**
 * The latest time at which a deleted contact was deleted, in ms; null for a contact that is not deleted. Constant
 * Contact states only the day. A deletion counts as a change, so a last change on that day, in any time zone, is a more
 * exact time.
 */
export const deletedBy = ({ deleted_at: deletedAt, updated_at: updatedAt }: CcContact): number | null => {
  if (deletedAt == null) return null;
  const deleted = Date.parse(deletedAt);
  const updated = Date.parse(updatedAt ?? '');
  if (Number.isNaN(deleted)) return Number.isNaN(updated) ? Infinity : updated;
  if (deletedAt.length > 'YYYY-MM-DD'.length) return deleted;
  const isOnThatDay = updated >= deleted - 14 * 3_600_000 && updated < deleted + dayMs + 12 * 3_600_000;
  return isOnThatDay ? updated : deleted + dayMs;
};

/** The snapshot of a contact that was read. */
export const knownFrom = (contact: CcContact): KnownContact => {
  const { permission_to_send: permission, opt_out_date: optedOut } = contact.email_address;
  const deleted = contact.deleted_at != null;
  const optedOutAt = optedOut ? Date.parse(optedOut) : null;
  return {
    contactId: contact.contact_id,
    state: deleted ? (optedOut || permission === 'unsubscribed' ? 'unsubscribed' : 'deleted') : permission,
    optedOutAt: optedOutAt === null || Number.isNaN(optedOutAt) ? null : optedOutAt,
    deleted,
    detailsMark: null,
    whole: contact,
  };
};
