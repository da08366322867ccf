import { detailsOfNew, importRow, mostPhones, newContact, putBody, signUp, type MergedState } from './contact-bodies';
import { decideContact } from './decide-contact';
import { decideForContact, fitsForm } from './decide-for-contact';
import type { DesiredState } from './desired-state';
import type { KnownContact } from './known-contact';
import { merge, missingOf, mostLists, withinCeilings, type Note, type Write } from './merge-desired-states';
import { planPhone, type PhoneMarks } from './plan-phone';
import {
  sharedImports,
  sharedTags,
  type ImportLine,
  type Listed,
  type PhoneLine,
  type PlannedCall,
  type Tagged,
} from './planned-calls';
import type { ReasonCode } from './reasons';
import { dependsOnName } from './whole-name';

/** One contact, and what the ready deliveries would like to be true of it. */
export interface ContactPlanInput {
  readonly email: string;
  readonly desiredStates: readonly DesiredState[];
  /** Something may have been done for it already: the truth is read before anything is repeated. */
  readonly isUncertain: boolean;
  /** Its details and lists have come by import already: only what an import cannot do is left. */
  readonly isImported: boolean;
  /** Keyed hash of the details, without the phone, and fields that the wishes carry together. */
  readonly detailsMark: string;
  /** Keyed hashes of the phones that the wishes carry, by phone. */
  readonly phoneMarks?: PhoneMarks;
}

/** What was read in time for this plan: a contact, or that there is none. Absent: not known. */
export type ContactSnapshots = ReadonlyMap<string, KnownContact | 'none'>;

/** How a connection's contacts may be created at present. */
export interface PlanOptions {
  readonly optInRoute: 'DIRECT' | 'CONFIRM';
  /** Calls are scarce, and the organiser would rather have new buyers imported now than wait. */
  readonly importsNew: boolean;
  /** Those who are imported so are given explicit permission later. */
  readonly upgradesImported?: boolean;
  /** The country of the connection's account; null when it is not known. */
  readonly country?: string | null;
  /** Phones that no import takes are left for calls that others leave over. */
  readonly phonesWait?: boolean;
}

/** What is to be done now for a batch of contacts. */
export interface Plan {
  readonly calls: readonly PlannedCall[];
  readonly skips: readonly { readonly deliveryId: string; readonly reason: ReasonCode; readonly contactId?: string }[];
  /** Already as wished. */
  readonly done: readonly { readonly deliveryId: string; readonly contactId: string }[];
  readonly notes: readonly Note[];
  /** Deliveries that opted in and whose contact gets no permission from this plan. */
  readonly withoutPermission: readonly string[];
  /** Contacts about which more must be known: `whole` by a look-up of their own. */
  readonly unknown: readonly { readonly email: string; readonly whole: boolean }[];
}

/** What one contact asks for, before calls are shared. */
interface Part {
  readonly single: PlannedCall[];
  readonly line?: Listed;
  readonly tags?: Tagged;
  readonly phone?: PhoneLine;
  readonly unknown?: { readonly whole: boolean };
  readonly skips: Plan['skips'];
  readonly done: Plan['done'];
  readonly notes: Plan['notes'];
  readonly withoutPermission: Plan['withoutPermission'];
}

const nothing: Part = { single: [], skips: [], done: [], notes: [], withoutPermission: [] };

/**
 * The fewest safe calls that make the wishes of many contacts true. Several workflows touching one contact are one
 * write; a new contact is created with its lists and tags in one call, which refuses one that exists and so needs no
 * look-up; those who exist share imports and tag batches. An existing contact that may be mailed is never written by
 * the sign-up route, and lists are only given by calls that re-subscribe nobody.
 */
export const planBatch = (
  planInputs: readonly ContactPlanInput[],
  snapshots: ContactSnapshots,
  planOptions: PlanOptions,
): Plan => {
  const parts = planInputs.map((planInput) => ({
    planInput,
    part: planContact(planInput, snapshots.get(planInput.email), planOptions),
  }));
  return {
    calls: [
      ...parts.flatMap(({ part }) => part.single),
      ...sharedImports(parts.flatMap(({ part }) => part.line ?? [])),
      ...sharedTags(parts.flatMap(({ part }) => part.tags ?? [])),
      ...parts.flatMap(({ part }) => (part.phone ? [{ kind: 'phone' as const, ...part.phone }] : [])),
    ],
    skips: parts.flatMap(({ part }) => part.skips),
    done: parts.flatMap(({ part }) => part.done),
    notes: parts.flatMap(({ part }) => part.notes),
    withoutPermission: parts.flatMap(({ part }) => part.withoutPermission),
    unknown: parts.flatMap(({ planInput, part }) =>
      part.unknown ? [{ email: planInput.email, ...part.unknown }] : [],
    ),
  };
};

const planContact = (
  planInput: ContactPlanInput,
  known: KnownContact | 'none' | undefined,
  planOptions: PlanOptions,
): Part => {
  if (known === undefined) return planUnknown(planInput, planOptions);
  const decision = decideForContact(known === 'none' ? undefined : known, planInput.email, planInput.desiredStates);
  if (!decision) return { ...nothing, unknown: { whole: true } };
  const { decided, contact, isRestored } = decision;
  const skips = decided.flatMap(({ desired, decision }) =>
    decision.kind === 'skip'
      ? [
          {
            deliveryId: desired.deliveryId,
            reason: decision.reason,
            ...(contact ? { contactId: contact.contactId } : {}),
          },
        ]
      : [],
  );
  const writes = decided.flatMap(({ desired, decision }) => (decision.kind === 'write' ? [{ desired, decision }] : []));
  const part = contact
    ? planExisting(planInput, contact, writes, planOptions, isRestored)
    : planNew(planInput, writes, planOptions);
  if (part.unknown) return part;
  const asking = decided.filter(({ decision }) => decision.kind === 'resubscribe').map(({ desired }) => desired);
  const resubscribe: PlannedCall[] =
    contact && asking.length > 0
      ? [
          {
            kind: 'resubscribe',
            email: planInput.email,
            deliveryIds: asking.map(({ deliveryId }) => deliveryId),
            contactId: contact.contactId,
            listIds: [...new Set(asking.flatMap(({ listIds }) => listIds))].slice(0, mostLists),
          },
        ]
      : [];
  return { ...part, single: [...part.single, ...resubscribe], skips: [...skips, ...part.skips] };
};

/**
 * Nothing is known: one who may be created as if new is, for that call refuses whoever exists; all others are looked
 * for.
 */
const planUnknown = (planInput: ContactPlanInput, planOptions: PlanOptions): Part => {
  const decided = planInput.desiredStates.map((desired) => ({ desired, decision: decideContact(undefined, desired) }));
  const writes = decided.flatMap(({ desired, decision }) => (decision.kind === 'write' ? [{ desired, decision }] : []));
  const isSafe = !planInput.isUncertain && !planInput.isImported && writes.length === decided.length;
  const merged = merge(writes);
  const route = isSafe ? routeOfNew(planInput, merged, planOptions) : undefined;
  // An import writes also whoever exists, and beside the name that is there a whole or a last name may stand wrongly.
  return route === 'create' || (route === 'import' && !dependsOnName(merged.details))
    ? planNew(planInput, writes, planOptions)
    : { ...nothing, unknown: { whole: false } };
};

/** Only the sign-up form asks for a confirmation, and only for lists; only an import is cheaper than a call each. */
const routeOfNew = (
  { email, isImported }: ContactPlanInput,
  merged: MergedState,
  planOptions: PlanOptions,
): 'create' | 'sign-up' | 'import' => {
  if (merged.permission !== 'explicit' || merged.listIds.length === 0) return 'create';
  if (planOptions.importsNew && !isImported && fitsForm(email)) return 'import';
  return planOptions.optInRoute === 'CONFIRM' && fitsForm(email) ? 'sign-up' : 'create';
};

const planNew = (planInput: ContactPlanInput, writes: readonly Write[], planOptions: PlanOptions): Part => {
  if (writes.length === 0) return nothing;
  const { email, detailsMark } = planInput;
  const deliveryIds = writes.map(({ desired }) => desired.deliveryId);
  const within = withinCeilings(merge(writes), writes, { listIds: [], tagIds: [] });
  const { notes } = within;
  const merged = { ...within.merged, details: detailsOfNew(within.merged.details) };
  const one = { email, deliveryIds, detailsMark };
  switch (routeOfNew(planInput, merged, planOptions)) {
    case 'import':
      return withLine(
        { ...nothing, notes },
        planInput,
        merged,
        writes,
        { needsMore: merged.tagIds.length > 0, upgrades: planOptions.upgradesImported === true },
        // There is nobody yet to whom a call could bring it.
        { ...planOptions, phonesWait: true },
      );
    case 'sign-up':
      return {
        ...nothing,
        notes,
        single: [{ kind: 'sign-up', ...one, contact: signUp(email, merged) }],
        ...tagsFor({ email, deliveryIds }, merged.tagIds),
      };
    case 'create': {
      // Where confirmation is wanted nobody becomes mailable without the form.
      const permission = planOptions.optInRoute === 'CONFIRM' ? 'not_set' : merged.permission;
      const left = permission === merged.permission ? {} : withoutPermission(email, writes);
      return {
        ...nothing,
        ...left,
        notes: [...notes, ...(left.notes ?? [])],
        single: [{ kind: 'create', ...one, contact: newContact(email, { ...merged, permission }) }],
      };
    }
  }
};

/** The deliveries of those who opted in where only the sign-up form could give the permission, and why it cannot. */
const withoutPermission = (
  email: string,
  writes: readonly Write[],
): Partial<Pick<Part, 'withoutPermission' | 'notes'>> => {
  const deliveryIds = writes.flatMap(({ desired, decision }) =>
    decision.permission === 'explicit' ? [desired.deliveryId] : [],
  );
  const why = fitsForm(email)
    ? 'the sign-up form needs a list, and the workflow has none'
    : 'the address is longer than the 50 characters that the sign-up form accepts';
  return { withoutPermission: deliveryIds, notes: [{ deliveryIds, note: `left the permission unset: ${why}` }] };
};

const planExisting = (
  planInput: ContactPlanInput,
  contact: KnownContact,
  writes: readonly Write[],
  planOptions: PlanOptions,
  isRestored: boolean,
): Part => {
  if (writes.length === 0) return nothing;
  const { email, detailsMark } = planInput;
  const { contactId, whole, state } = contact;
  const deliveryIds = writes.map(({ desired }) => desired.deliveryId);
  const one = { email, deliveryIds, detailsMark };
  const restores = isRestored ? { restores: contactId } : {};
  const { merged, notes } = withinCeilings(
    missingOf(merge(writes), contact, planInput, planOptions.country ?? null),
    writes,
    { listIds: whole?.list_memberships ?? [], tagIds: whole?.taggings ?? [], whole },
    planInput.phoneMarks,
  );
  const tags = tagsFor({ email, deliveryIds, contactId }, merged.tagIds);
  const look: Part = { ...nothing, unknown: { whole: true } };
  const mustSubscribe = (state === 'not_set' || state === 'deleted') && merged.permission === 'explicit';
  const lists = merge(writes).listIds;
  if (mustSubscribe && lists.length > 0 && fitsForm(email)) {
    // The form makes mailable whoever it meets: only right after a look of its own.
    if (!whole) return look;
    const wished = { ...merged, listIds: lists.slice(0, mostLists) };
    const call = { kind: 'sign-up' as const, ...one, contact: signUp(email, wished), ...restores };
    return { ...nothing, notes, ...tags, single: [call] };
  }
  const left = mustSubscribe ? withoutPermission(email, writes) : {};
  const rest: Part = { ...nothing, ...left, notes: [...notes, ...(left.notes ?? [])], ...tags };
  const { phone, ...others } = merged.details;
  if (isRestored && whole) {
    const body = putBody(whole, merged.details, merged.fields, merged.listIds, 'Account');
    return { ...rest, single: [{ kind: 'put', ...one, contactId, contact: body, ...restores }] };
  }
  const listIds = planInput.isImported ? [] : merged.listIds;
  // Whether a whole or a last name may be written takes a look at the name that is there. What was begun may have
  // failed: then the mark tells of a name that never came.
  const isNamed = !dependsOnName(merged.details) || (!planInput.isUncertain && contact.detailsMark === detailsMark);
  if (listIds.length > 0 && !whole && !isNamed) return look;
  if (listIds.length > 0 && fitsForm(email))
    return withLine(rest, planInput, merged, writes, { needsMore: false, upgrades: false }, planOptions, contact);
  const changesDetails = Object.keys(others).length > 0 || merged.fields.length > 0;
  const isMarked = planInput.isImported || contact.detailsMark === detailsMark;
  const isPut = listIds.length > 0 || (changesDetails && !isMarked);
  const withDone = (part: Part): Part =>
    tags.tags ? part : { ...part, done: deliveryIds.map((deliveryId) => ({ deliveryId, contactId })) };
  if (phone !== undefined && !isPut && planOptions.phonesWait)
    return withDone(withPhone(rest, planInput, merged.details, writes, true));
  if (!isPut && phone === undefined) return withDone(rest);
  // Written as a whole, and so read as a whole before.
  if (!whole) return look;
  const body = putBody(whole, merged.details, merged.fields, listIds);
  return { ...rest, single: [{ kind: 'put', ...one, contactId, contact: body }] };
};

/**
 * With a line of an import for the lists of a wish. A phone that an import does not take comes by calls of its own, and
 * so does one for a contact that has three: which of them it may replace takes a look.
 */
const withLine = (
  part: Part,
  planInput: ContactPlanInput,
  { listIds, details, fields }: MergedState,
  writes: readonly Write[],
  is: Pick<ImportLine, 'needsMore' | 'upgrades'>,
  { country = null, phonesWait = false }: PlanOptions,
  contact?: KnownContact,
): Part => {
  const { email, detailsMark } = planInput;
  const { phone, ...others } = details;
  const isCrowded = !contact?.whole && (contact?.phoneMarks?.length ?? 0) >= mostPhones;
  const row = importRow(email, isCrowded ? others : details, country);
  const deliveryIds = writes.map(({ desired }) => desired.deliveryId);
  const lined: Part = { ...part, line: { line: { email, deliveryIds, row, fields, ...is, detailsMark }, listIds } };
  return phone !== undefined && row.phone === undefined
    ? withPhone(lined, planInput, details, writes, phonesWait)
    : lined;
};

/** With the calls that bring a phone, at once or later. */
const withPhone = (
  part: Part,
  { email, phoneMarks }: ContactPlanInput,
  details: MergedState['details'],
  writes: readonly Write[],
  isLater: boolean,
): Part => {
  const desiredStates = writes.map(({ desired }) => desired);
  const { line, notes } = planPhone({ email, desiredStates, details, isLater }, phoneMarks);
  return { ...part, notes: [...part.notes, ...notes], phone: line };
};

const tagsFor = (member: Tagged['member'], tagIds: readonly string[]): Pick<Part, 'tags'> =>
  tagIds.length > 0 ? { tags: { member, tagIds } } : {};
