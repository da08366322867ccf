import type { CcContact } from '@boxlist/constant-contact';

/** How a contact stands; a deleted one with an opt-out counts as unsubscribed. */
export type ContactState =
  'none' | 'explicit' | 'implicit' | 'not_set' | 'pending_confirmation' | 'temp_hold' | 'unsubscribed' | 'deleted';

/** A contact that exists, as far as it is known. */
export interface KnownContact {
  readonly contactId: string;
  readonly state: Exclude<ContactState, 'none'>;
  /** Ms; null when they never opted out. */
  readonly optedOutAt: number | null;
  readonly deleted: boolean;
  /**
   * Keyed hash of the details, without the phone, and fields that were last seen or written as wished; null when not
   * known.
   */
  readonly detailsMark: string | null;
  /** Keyed hashes of the phones that it had when it was read last; null when not known. */
  readonly phoneMarks?: readonly string[] | null;
  /** All of it, when it was just read by itself. */
  readonly whole?: CcContact;
}

const dayMs = 86_400_000;

/**
 * By when a deleted contact was deleted at the latest, in ms; null for one that is not deleted. The vendor tells a
 * day. The contact's last change tells more where it was on that day, wherever the account is: deleting is a change.
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

/** What was read of a contact. */
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
