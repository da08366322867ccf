import { detailsOfNew, importRow, mostPhones, newContact, putBody, signUp, type MergedState } from './contact-bodies';
import { decideContact } from './decide-contact';
import { decideForContact, fitsForm } from './decide-for-contact';
import type { EndReasonOf } from './delivery-states';
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
import { dependsOnName } from './whole-name';

/** One contact, with the desired states of its ready deliveries. */
export interface ContactPlanInput {
  readonly email: string;
  readonly desiredStates: readonly DesiredState[];
  /** Something may have been done already, so the contact is read before anything is repeated. */
  readonly isUncertain: boolean;
  /** An import has brought its details and lists already, so only work that imports cannot do is left. */
  readonly isImported: boolean;
  /** Keyed hash of the merged details and fields of the desired states, without the phone. */
  readonly detailsMark: string;
  /** Keyed hashes of the phones in the desired states, by phone. */
  readonly phoneMarks?: PhoneMarks;
}

/**
 * The contacts that were read for this plan: a contact, or `none` when it does not exist. An absent entry is unknown.
 */
export type ContactSnapshots = ReadonlyMap<string, KnownContact | 'none'>;

/** How a connection's contacts may be created at present. */
export interface PlanOptions {
  readonly optInRoute: 'DIRECT' | 'CONFIRM';
  /** Calls are scarce, and the organiser prefers to import new buyers now rather than wait. */
  readonly importsNew: boolean;
  /** Imported contacts get an explicit permission later. */
  readonly upgradesImported?: boolean;
  /** The country of the connection's account; null when it is not known. */
  readonly country?: string | null;
  /** Phones that imports do not accept wait for calls that other work leaves over. */
  readonly phonesWait?: boolean;
}

/** The plan for a batch of contacts. */
export interface Plan {
  readonly calls: readonly PlannedCall[];
  readonly skips: readonly {
    readonly deliveryId: string;
    readonly reason: EndReasonOf<'SKIPPED'>;
    readonly contactId?: string;
  }[];
  /** Deliveries whose contact is already as desired. */
  readonly done: readonly { readonly deliveryId: string; readonly contactId: string }[];
  readonly notes: readonly Note[];
  /** Deliveries with an opt-in whose contact gets no permission from this plan. */
  readonly withoutPermission: readonly string[];
  /** Contacts that must be read first: with `whole`, by a look-up of that contact. */
  readonly unknown: readonly { readonly email: string; readonly whole: boolean }[];
}

/** The plan of one contact, before calls are shared. */
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
 * Plans the fewest safe calls for the desired states of many contacts. Several workflows of one contact share one
 * write. A new contact is created with its lists and tags in one call. That call refuses an existing contact, so it
 * needs no look-up. Existing contacts share imports and tag batches. The sign-up form never writes an existing contact
 * that may be mailed, and lists are added only by calls that re-subscribe nobody.
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
 * Plans a contact that sync does not know. A contact that may be created as new is created without a look-up, because
 * that call refuses an existing one. All others are looked up.
 */
const planUnknown = (planInput: ContactPlanInput, planOptions: PlanOptions): Part => {
  const decided = planInput.desiredStates.map((desired) => ({ desired, decision: decideContact(undefined, desired) }));
  const writes = decided.flatMap(({ desired, decision }) => (decision.kind === 'write' ? [{ desired, decision }] : []));
  const isSafe = !planInput.isUncertain && !planInput.isImported && writes.length === decided.length;
  const merged = merge(writes);
  const route = isSafe ? routeOfNew(planInput, merged, planOptions) : undefined;
  // An import also writes existing contacts. A whole name or a last name could then be next to a name that does not fit
  // it.
  return route === 'create' || (route === 'import' && !dependsOnName(merged.details))
    ? planNew(planInput, writes, planOptions)
    : { ...nothing, unknown: { whole: false } };
};

/** Only the sign-up form asks for a confirmation, and it needs a list. Only an import is cheaper than one call each. */
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
        // The contact does not exist yet, so no call could add the phone to it.
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
      // Where the organiser wants a confirmation, nobody becomes mailable without the form.
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

/**
 * The deliveries with an opt-in that need the sign-up form for a permission, and a note with the reason why it cannot
 * be used.
 */
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
    // The form makes any contact mailable, so it is used only right after a look-up.
    if (!whole) return look;
    const capped = { ...merged, listIds: lists.slice(0, mostLists) };
    const call = { kind: 'sign-up' as const, ...one, contact: signUp(email, capped), ...restores };
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
  // A whole name or a last name may be written only with the contact's present name known. After an import that may
  // have failed, the mark is of a name that may not be there.
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
  // The PUT replaces the whole contact, so the whole contact must be read before it.
  if (!whole) return look;
  const body = putBody(whole, merged.details, merged.fields, listIds);
  return { ...rest, single: [{ kind: 'put', ...one, contactId, contact: body }] };
};

/**
 * Adds a line of an import for the lists. A phone that imports do not accept needs calls of its own. So does a phone
 * for a contact that has three, because only a look-up shows which of them it may replace.
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

/** Adds the calls for a phone, now or later. */
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
