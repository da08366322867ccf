import type { CcContact } from '@boxlist/constant-contact';
import { changedDetails, phonesWith, putBody } from './contact-bodies';
import { decideContact } from './decide-contact';
import type { DesiredState } from './desired-state';
import type { KnownContact } from './known-contact';
import type { Details } from './map-buyer';
import type { PhoneLine } from './planned-calls';

/** Keyed hashes of phones, by phone: the same for all formats of a number. */
export type PhoneMarks = ReadonlyMap<string, string>;

/** Told with an outcome as long as it is so. */
export const phoneFollows = 'the phone follows when calls are left: an import takes North American numbers only';
/** Told instead once it has come, or will not. */
export const phoneAdded = 'added the phone';
export const phoneFull = 'left out the phone: the contact already has three phone numbers';
export const phoneRefused = 'left out the phone: Constant Contact refused it';
export const phoneLeft =
  'left out the phone: the order, the workflow or the contact changed before Boxlist could add it';

/** Whether the contact is known to have the phone, in whatever format. */
export const isMarkedPhone = (
  phone: string | undefined,
  marks: PhoneMarks = new Map(),
  has: readonly string[] | null = null,
): boolean => {
  const mark = phone === undefined ? undefined : marks.get(phone);
  return mark !== undefined && has?.includes(mark) === true;
};

/** The wishes whose orders told that number, in whatever format. */
const telling = (desiredStates: readonly DesiredState[], phone: string, marks: PhoneMarks): DesiredState[] =>
  desiredStates.filter(({ details: { phone: told } }) =>
    told === undefined ? false : told === phone || (marks.has(phone) && marks.get(told) === marks.get(phone)),
  );

/**
 * Details without a phone for which the contact has no room, whichever call would bring it, and what is told of that.
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
  const deliveryIds = telling(desiredStates, phone, marks).map(({ deliveryId }) => deliveryId);
  return { details: others, notes: [{ deliveryIds, note: phoneFull }] };
};

/** The calls that bring a phone, for those whose orders told that number in whatever format, and what is told of it. */
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
  const told = telling(desiredStates, phone, marks);
  // The newest stands for all: should it wait, an older order may be cancelled as the one that was made by mistake.
  const desired = told.reduce<DesiredState | undefined>(
    (best, each) => (best && best.orderTime > each.orderTime ? best : each),
    undefined,
  );
  if (!desired) return { notes: [] };
  const deliveryIds = told.map(({ deliveryId }) => deliveryId);
  const line: PhoneLine = { ...rest, deliveryIds, phone, desired, details };
  return { line, notes: line.isLater ? [{ deliveryIds, note: phoneFollows }] : [] };
};

/** What is to be done with a contact, as it is now, so that it has a phone. */
export type PhoneDecision =
  | { readonly kind: 'put'; readonly contactId: string; readonly contact: Readonly<Record<string, unknown>> }
  | { readonly kind: 'there' }
  | { readonly kind: 'full' }
  /** There is no such contact yet: an import may be about to make it, or Constant Contact does not show it yet. */
  | { readonly kind: 'absent' }
  /** Whoever unsubscribed, is on hold or was deleted is left as they are. */
  | { readonly kind: 'leave' };

/**
 * Decides by a look at the contact, right before the call that relies on it: the permission is never written, and
 * nobody is restored.
 */
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
