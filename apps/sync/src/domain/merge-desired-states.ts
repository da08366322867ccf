import { changedDetails, type MergedState } from './contact-bodies';
import type { ContactDecision } from './decide-contact';
import type { DesiredState } from './desired-state';
import type { KnownContact } from './known-contact';
import { detailNames } from './map-buyer';
import { isMarkedPhone, withRoomForPhone, type PhoneMarks } from './plan-phone';
import { asOneName } from './whole-name';

/** Constant Contact's limits. */
export const mostLists = 50;
const mostTags = 50;

/** A note about a value that was left out, shown with the outcome. */
export interface Note {
  readonly deliveryIds: readonly string[];
  readonly note: string;
}

/** A desired state with the decision to write it. */
export interface Write {
  readonly desired: DesiredState;
  readonly decision: Extract<ContactDecision, { kind: 'write' }>;
}

/** Merges the desired states of one contact. */
export const merge = (writes: readonly Write[]): MergedState => {
  const oldestFirst = [...writes].sort((a, b) => a.desired.orderTime - b.desired.orderTime);
  const permissions = writes.map(({ decision }) => decision.permission);
  return {
    permission: permissions.includes('explicit') ? 'explicit' : permissions.includes('not_set') ? 'not_set' : 'keep',
    listIds: [...new Set(writes.flatMap(({ desired, decision }) => (decision.lists ? desired.listIds : [])))],
    tagIds: [...new Set(writes.flatMap(({ desired }) => desired.tagIds))],
    fields: mergedFields(oldestFirst.map(({ desired }) => desired)),
    details: mergedDetails(writes.map(({ desired }) => desired)),
  };
};

const mergedFields = (oldestFirst: readonly DesiredState[]): DesiredState['fields'] => [
  ...new Map(
    oldestFirst.flatMap(({ fields }) => fields.map((field) => [field.customFieldId, field] as const)),
  ).values(),
];

/** The newest value of each detail. */
const mergedDetails = (desiredStates: readonly DesiredState[]): DesiredState['details'] =>
  asOneName(
    Object.fromEntries(
      detailNames.flatMap((name) => {
        const writtenAt = ({ valueTimestamps, orderTime }: DesiredState): number => valueTimestamps[name] ?? orderTime;
        const newest = desiredStates
          .filter(({ details }) => details[name] !== undefined)
          .reduce<DesiredState | undefined>(
            (best, each) => (best && writtenAt(best) > writtenAt(each) ? best : each),
            undefined,
          );
        return newest ? [[name, newest.details[name]] as const] : [];
      }),
    ),
  );

/** The merged details and fields, without the phone, as one text. A details mark is its keyed hash. */
export const detailsText = (desiredStates: readonly DesiredState[]): string => {
  const oldestFirst = [...desiredStates].sort((a, b) => a.orderTime - b.orderTime);
  const { firstName, lastName, wholeName, street, postalCode } = mergedDetails(desiredStates);
  const fields = mergedFields(oldestFirst).map(({ customFieldId, value }) => [customFieldId, value]);
  // Added only where there is one, so that other marks stay the same.
  const whole = wholeName ? [wholeName] : [];
  return JSON.stringify([firstName, lastName, street, postalCode, fields.sort(), ...whole]);
};

/**
 * Applies the limits of a contact: 50 lists, 50 tags and three phones. The notes list everything that this leaves out,
 * and the values of the orders that do not reach the contact in full.
 */
export const withinCeilings = (
  merged: MergedState,
  writes: readonly Write[],
  has: {
    readonly listIds: readonly string[];
    readonly tagIds: readonly string[];
    readonly whole?: KnownContact['whole'];
  },
  phoneMarks?: PhoneMarks,
): { merged: MergedState; notes: readonly Note[] } => {
  const listIds = merged.listIds.slice(0, Math.max(0, mostLists - has.listIds.length));
  const tagIds = merged.tagIds.slice(0, Math.max(0, mostTags - has.tagIds.length));
  const deliveryIds = writes.map(({ desired }) => desired.deliveryId);
  const desiredStates = writes.map(({ desired }) => desired);
  const { details, notes } = withRoomForPhone({ details: merged.details, desiredStates, whole: has.whole }, phoneMarks);
  const note = (kind: string, most: number, count: number): readonly Note[] =>
    count > 0 ? [{ deliveryIds, note: `left out ${count} ${kind}(s): a contact can have at most ${most}` }] : [];
  return {
    merged: { ...merged, listIds, tagIds, details },
    notes: [
      ...notes,
      ...writes.flatMap(({ desired: { deliveryId, shortenings = [] } }) =>
        shortenings.map((each) => ({ deliveryIds: [deliveryId], note: each })),
      ),
      ...note('list', mostLists, merged.listIds.length - listIds.length),
      ...note('tag', mostTags, merged.tagIds.length - tagIds.length),
    ],
  };
};

/**
 * The part of the merged state that the contact does not have yet. Without the whole contact, all of it except a phone
 * that the contact is known to have.
 */
export const missingOf = (
  merged: MergedState,
  { whole, phoneMarks }: KnownContact,
  wanted: { readonly phoneMarks?: PhoneMarks },
  country: string | null,
): MergedState => {
  if (!whole) {
    const { phone, ...others } = merged.details;
    return isMarkedPhone(phone, wanted.phoneMarks, phoneMarks) ? { ...merged, details: others } : merged;
  }
  return {
    ...merged,
    listIds: merged.listIds.filter((id) => !whole.list_memberships.includes(id)),
    tagIds: merged.tagIds.filter((id) => !whole.taggings.includes(id)),
    details: changedDetails(whole, merged.details, country),
    fields: merged.fields.filter(
      ({ customFieldId, value }) =>
        !whole.custom_fields.some((each) => each.custom_field_id === customFieldId && each.value === value),
    ),
  };
};
