import type { CcContact } from '@boxlist/constant-contact';
import { changedDetails, phonesWith, putBody } from './contact-bodies';
import { decideContact } from './decide-contact';
import type { DesiredState } from './desired-state';
import type { KnownContact } from './known-contact';
import type { Details } from './map-buyer';
import type { PhoneLine } from './planned-calls';

/** Keyed hashes of phones, by phone: the same for all formats of a number. */
export type PhoneMarks = ReadonlyMap<string, string>;

/** A note that stays with the delivery until the phone is written or dropped. */
export const phoneFollows = 'the phone follows when calls are left: an import takes North American numbers only';
/** The sentences that replace it once the phone is written or dropped. */
export const phoneAdded = 'added the phone';
export const phoneFull = 'left out the phone: the contact already has three phone numbers';
export const phoneRefused = 'left out the phone: Constant Contact refused it';
export const phoneLeft =
  'left out the phone: the order, the workflow or the contact changed before Boxlist could add it';

/** Whether the contact is known to have the phone, in any format. */
export const isMarkedPhone = (
  phone: string | undefined,
  marks: PhoneMarks = new Map(),
  has: readonly string[] | null = null,
): boolean => {
  const mark = phone === undefined ? undefined : marks.get(phone);
  return mark !== undefined && has?.includes(mark) === true;
};

/** The desired states whose orders have that number, in any format. */
const withNumber = (desiredStates: readonly DesiredState[], phone: string, marks: PhoneMarks): DesiredState[] =>
  desiredStates.filter(({ details: { phone: other } }) =>
    other === undefined ? false : other === phone || (marks.has(phone) && marks.get(other) === marks.get(phone)),
  );

/**
 * The details without a phone for which the contact has no room, whichever call would write it, and the note about it.
 */
export const withRoomForPhone = (
  {
    details,
    desiredStates,
    whole,
  }: { details: Details; desiredStates: readonly DesiredState[]; whole: CcContact | undefined },
  marks: PhoneMarks = new Map(),
): { readonly details: Details; readonly notes: readonly { deliveryIds: readonly string[]; note: string }[] } => {
  const { phone, ...others } = details;
  if (phone === undefined || !whole || phonesWith(whole, phone) !== undefined) return { details, notes: [] };
  const deliveryIds = withNumber(desiredStates, phone, marks).map(({ deliveryId }) => deliveryId);
  return { details: others, notes: [{ deliveryIds, note: phoneFull }] };
};

/**
 * The calls that write a phone, for the deliveries whose orders have that number in any format, and the note about it.
 */
export const planPhone = (
  {
    desiredStates,
    details,
    ...rest
  }: Pick<PhoneLine, 'email' | 'details' | 'isLater'> & {
    readonly desiredStates: readonly DesiredState[];
  },
  marks: PhoneMarks = new Map(),
): { readonly line?: PhoneLine; readonly notes: readonly { deliveryIds: readonly string[]; note: string }[] } => {
  const { phone } = details;
  if (phone === undefined) return { notes: [] };
  const sharing = withNumber(desiredStates, phone, marks);
  // The newest one represents all. Otherwise, if the phone waits, the cancellation of an older order made by mistake
  // would drop it.
  const desired = sharing.reduce<DesiredState | undefined>(
    (best, each) => (best && best.orderTime > each.orderTime ? best : each),
    undefined,
  );
  if (!desired) return { notes: [] };
  const deliveryIds = sharing.map(({ deliveryId }) => deliveryId);
  const line: PhoneLine = { ...rest, deliveryIds, phone, desired, details };
  return { line, notes: line.isLater ? [{ deliveryIds, note: phoneFollows }] : [] };
};

/** The decision how a contact, as it is now, gets a phone. */
export type PhoneDecision =
  | { readonly kind: 'put'; readonly contactId: string; readonly contact: Readonly<Record<string, unknown>> }
  | { readonly kind: 'there' }
  | { readonly kind: 'full' }
  /** The contact does not exist yet: an import may be about to create it, or Constant Contact does not show it yet. */
  | { readonly kind: 'absent' }
  /** A contact that is unsubscribed, on hold or deleted stays as it is. */
  | { readonly kind: 'leave' };

/** Decides from a look-up right before the call. It never writes the permission, and restores nobody. */
export const decidePhone = (
  contact: KnownContact | 'none' | undefined,
  desired: DesiredState,
  details: Details,
  country: string | null,
): PhoneDecision => {
  const { phone } = details;
  if (phone === undefined) return { kind: 'leave' };
  if (contact === undefined || contact === 'none') return { kind: 'absent' };
  const { whole, contactId, deleted } = contact;
  if (!whole || deleted) return { kind: 'leave' };
  if (decideContact(contact, desired).kind !== 'write') return { kind: 'leave' };
  const changed = changedDetails(whole, details, country);
  if (changed.phone === undefined) return { kind: 'there' };
  if (phonesWith(whole, phone) === undefined) return { kind: 'full' };
  return { kind: 'put', contactId, contact: putBody(whole, changed, [], []) };
};
