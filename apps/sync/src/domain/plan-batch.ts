import { importLimits, type CcImportRow, type CcNewContact, type CcSignUp } from '@boxlist/constant-contact';
import { changedDetails, importRow, newContact, putBody, signUp, type MergedWish } from './contact-bodies';
import { decideContact, type ContactDecision, type Wish } from './decide-contact';
import type { KnownContact } from './known-contact';
import { detailNames } from './map-buyer';
import type { ReasonCode } from './reasons';

/** One contact, and what the ready deliveries would like to be true of it. */
export interface Party {
  readonly email: string;
  readonly wishes: readonly Wish[];
  /** Something may have been done for it already: the truth is read before anything is repeated. */
  readonly isUncertain: boolean;
  /** Its details and lists have come by import already: only what an import cannot do is left. */
  readonly isImported: boolean;
  /** Keyed hash of the details and fields that the wishes carry together. */
  readonly detailsMark: string;
}

/** What was read in time for this plan: a contact, or that there is none. Absent: not known. */
export type Knowledge = ReadonlyMap<string, KnownContact | 'none'>;

/** How a connection's contacts may be created at present. */
export interface Means {
  readonly optInRoute: 'DIRECT' | 'CONFIRM';
  /** Calls are scarce, and the organiser would rather have new buyers imported now than wait. */
  readonly importsNew: boolean;
}

interface ForOne {
  readonly email: string;
  readonly deliveryIds: readonly string[];
}
export interface ImportLine extends ForOne {
  readonly row: CcImportRow;
  /** Custom fields, whose columns need their names. */
  readonly fields: Wish['fields'];
  /** What an import cannot do is left, and Constant Contact may not know the contact yet: it is looked at again afterwards. */
  readonly needsMore: boolean;
  readonly detailsMark: string;
}
export interface TagMember extends ForOne {
  /** Absent when the call that creates it comes first in this plan. */
  readonly contactId?: string;
}

/** One call to Constant Contact, with the deliveries that it serves. */
export type PlannedCall =
  | ({ readonly kind: 'create'; readonly contact: CcNewContact; readonly detailsMark: string } & ForOne)
  | ({ readonly kind: 'sign-up'; readonly contact: CcSignUp; readonly detailsMark: string } & ForOne)
  | ({
      readonly kind: 'put';
      readonly contactId: string;
      readonly contact: Readonly<Record<string, unknown>>;
      readonly detailsMark: string;
    } & ForOne)
  | ({ readonly kind: 'resubscribe'; readonly contactId: string; readonly listIds: readonly string[] } & ForOne)
  | {
      readonly kind: 'import';
      readonly lines: readonly ImportLine[];
      readonly listIds: readonly string[];
      /** Rows in numbers go as a file, which packs closer; they have the same columns then. */
      readonly asFile: boolean;
    }
  | { readonly kind: 'tag'; readonly members: readonly TagMember[]; readonly tagIds: readonly string[] };

/** What is to be done now for a batch of contacts. */
export interface Plan {
  readonly calls: readonly PlannedCall[];
  readonly skips: readonly { readonly deliveryId: string; readonly reason: ReasonCode; readonly contactId?: string }[];
  /** Already as wished. */
  readonly done: readonly { readonly deliveryId: string; readonly contactId: string }[];
  /** What had to be left out, told with the outcome. */
  readonly notes: readonly { readonly deliveryIds: readonly string[]; readonly note: string }[];
  /** Contacts about which more must be known: `whole` by a look-up of their own. */
  readonly unknown: readonly { readonly email: string; readonly whole: boolean }[];
}

/** The vendor's limits. */
const mostTaggedAtOnce = 500;
const mostTagsAtOnce = 50;
const mostLists = 50;
const mostTags = 50;
const longestImportEmail = 50;
/** More rows than this go as a file. */
const mostRowsAsJson = 500;
/** Header, lists and the form around a file. */
const fileOverhead = 10_000;

interface Write {
  readonly wish: Wish;
  readonly decision: Extract<ContactDecision, { kind: 'write' }>;
}

const merge = (writes: readonly Write[]): MergedWish => {
  const oldestFirst = [...writes].sort((a, b) => a.wish.orderTime - b.wish.orderTime);
  const permissions = writes.map(({ decision }) => decision.permission);
  return {
    permission: permissions.includes('explicit') ? 'explicit' : permissions.includes('not_set') ? 'not_set' : 'keep',
    listIds: [...new Set(writes.flatMap(({ wish, decision }) => (decision.lists ? wish.listIds : [])))],
    tagIds: [...new Set(writes.flatMap(({ wish }) => wish.tagIds))],
    fields: mergedFields(oldestFirst.map(({ wish }) => wish)),
    details: mergedDetails(writes.map(({ wish }) => wish)),
  };
};

const mergedFields = (oldestFirst: readonly Wish[]): Wish['fields'] => [
  ...new Map(
    oldestFirst.flatMap(({ fields }) => fields.map((field) => [field.customFieldId, field] as const)),
  ).values(),
];

/** Of each detail the value that was told last. */
const mergedDetails = (wishes: readonly Wish[]): Wish['details'] =>
  Object.fromEntries(
    detailNames.flatMap((name) => {
      const told = ({ toldAt, orderTime }: Wish): number => toldAt[name] ?? orderTime;
      const newest = wishes
        .filter(({ details }) => details[name] !== undefined)
        .reduce<Wish | undefined>((best, each) => (best && told(best) > told(each) ? best : each), undefined);
      return newest ? [[name, newest.details[name]] as const] : [];
    }),
  );

/** The details and fields that wishes carry together, as one text: what a details mark is made of. */
export const detailsText = (wishes: readonly Wish[]): string => {
  const oldestFirst = [...wishes].sort((a, b) => a.orderTime - b.orderTime);
  const { firstName, lastName, phone, street, postalCode } = mergedDetails(wishes);
  const fields = mergedFields(oldestFirst).map(({ customFieldId, value }) => [customFieldId, value]);
  return JSON.stringify([firstName, lastName, phone, street, postalCode, fields.sort()]);
};

/** What one contact asks for, before calls are shared. */
interface Part {
  readonly single: PlannedCall[];
  readonly line?: { readonly line: ImportLine; readonly listIds: readonly string[] };
  readonly tags?: { readonly member: TagMember; readonly tagIds: readonly string[] };
  readonly unknown?: { readonly whole: boolean };
  readonly skips: Plan['skips'];
  readonly done: Plan['done'];
  readonly notes: Plan['notes'];
}

const nothing: Part = { single: [], skips: [], done: [], notes: [] };

/**
 * The fewest safe calls that make the wishes of many contacts true. Several workflows touching one contact are one write; a new contact is created with its lists and tags in
 * one call, which refuses one that exists and so needs no look-up; those who exist share imports and tag batches. An existing contact that may be mailed is never written by the
 * sign-up route, and lists are only given by calls that re-subscribe nobody.
 */
export const planBatch = (parties: readonly Party[], knowledge: Knowledge, means: Means): Plan => {
  const parts = parties.map((party) => ({ party, part: planParty(party, knowledge.get(party.email), means) }));
  return {
    calls: [
      ...parts.flatMap(({ part }) => part.single),
      ...sharedImports(parts.flatMap(({ part }) => part.line ?? [])),
      ...sharedTags(parts.flatMap(({ part }) => part.tags ?? [])),
    ],
    skips: parts.flatMap(({ part }) => part.skips),
    done: parts.flatMap(({ part }) => part.done),
    notes: parts.flatMap(({ part }) => part.notes),
    unknown: parts.flatMap(({ party, part }) => (part.unknown ? [{ email: party.email, ...part.unknown }] : [])),
  };
};

const planParty = (party: Party, known: KnownContact | 'none' | undefined, means: Means): Part => {
  if (known === undefined) return planUnknown(party, means);
  const contact = known === 'none' ? undefined : known;
  const decided = party.wishes.map((wish) => ({ wish, decision: decideContact(contact, wish) }));
  const skips = decided.flatMap(({ wish, decision }) =>
    decision.kind === 'skip'
      ? [{ deliveryId: wish.deliveryId, reason: decision.reason, ...(contact ? { contactId: contact.contactId } : {}) }]
      : [],
  );
  const writes = decided.flatMap(({ wish, decision }) => (decision.kind === 'write' ? [{ wish, decision }] : []));
  const part = contact ? planExisting(party, contact, writes) : planNew(party, writes, means);
  if (part.unknown) return part;
  const asking = decided.filter(({ decision }) => decision.kind === 'resubscribe').map(({ wish }) => wish);
  const resubscribe: PlannedCall[] =
    contact && asking.length > 0
      ? [
          {
            kind: 'resubscribe',
            email: party.email,
            deliveryIds: asking.map(({ deliveryId }) => deliveryId),
            contactId: contact.contactId,
            listIds: [...new Set(asking.flatMap(({ listIds }) => listIds))].slice(0, mostLists),
          },
        ]
      : [];
  return { ...part, single: [...part.single, ...resubscribe], skips: [...skips, ...part.skips] };
};

/** Nothing is known: one who may be created as if new is, for that call refuses whoever exists; all others are looked for. */
const planUnknown = (party: Party, means: Means): Part => {
  const decided = party.wishes.map((wish) => ({ wish, decision: decideContact(undefined, wish) }));
  const writes = decided.flatMap(({ wish, decision }) => (decision.kind === 'write' ? [{ wish, decision }] : []));
  const isSafe = !party.isUncertain && !party.isImported && writes.length === decided.length;
  const route = isSafe ? routeOfNew(party, merge(writes), means) : undefined;
  return route === 'create' || route === 'import'
    ? planNew(party, writes, means)
    : { ...nothing, unknown: { whole: false } };
};

/** Only the sign-up form asks for a confirmation, and only for lists; only an import is cheaper than a call each. */
const routeOfNew = (
  { email, isImported }: Party,
  merged: MergedWish,
  means: Means,
): 'create' | 'sign-up' | 'import' => {
  if (merged.permission !== 'explicit' || merged.listIds.length === 0) return 'create';
  if (means.importsNew && !isImported && email.length <= longestImportEmail) return 'import';
  return means.optInRoute === 'CONFIRM' && email.length <= longestImportEmail ? 'sign-up' : 'create';
};

const planNew = (party: Party, writes: readonly Write[], means: Means): Part => {
  if (writes.length === 0) return nothing;
  const { email, detailsMark } = party;
  const deliveryIds = writes.map(({ wish }) => wish.deliveryId);
  const { merged, notes } = withinCeilings(merge(writes), deliveryIds, { listIds: [], tagIds: [] });
  const one = { email, deliveryIds, detailsMark };
  switch (routeOfNew(party, merged, means)) {
    case 'import':
      return {
        ...nothing,
        notes,
        line: { line: lineOf(party, merged, deliveryIds, merged.tagIds.length > 0), listIds: merged.listIds },
      };
    case 'sign-up':
      return {
        ...nothing,
        notes,
        single: [{ kind: 'sign-up', ...one, contact: signUp(email, merged) }],
        ...tagsFor({ email, deliveryIds }, merged.tagIds),
      };
    case 'create': {
      // Where confirmation is wanted nobody becomes mailable without the form.
      const permission = means.optInRoute === 'CONFIRM' ? 'not_set' : merged.permission;
      return {
        ...nothing,
        notes,
        single: [{ kind: 'create', ...one, contact: newContact(email, { ...merged, permission }) }],
      };
    }
  }
};

/** A contact takes 50 lists and 50 tags; what is over is left out and told. */
const withinCeilings = (
  merged: MergedWish,
  deliveryIds: readonly string[],
  has: { readonly listIds: readonly string[]; readonly tagIds: readonly string[] },
): { merged: MergedWish; notes: Plan['notes'] } => {
  const listIds = merged.listIds.slice(0, Math.max(0, mostLists - has.listIds.length));
  const tagIds = merged.tagIds.slice(0, Math.max(0, mostTags - has.tagIds.length));
  const note = (kind: string, most: number, count: number): Plan['notes'] =>
    count > 0 ? [{ deliveryIds, note: `left out ${count} ${kind}(s): a contact takes at most ${most}` }] : [];
  return {
    merged: { ...merged, listIds, tagIds },
    notes: [
      ...note('list', mostLists, merged.listIds.length - listIds.length),
      ...note('tag', mostTags, merged.tagIds.length - tagIds.length),
    ],
  };
};

/** What is wished and not so yet; with a contact that was not read as a whole, all of it. */
const missingOf = (merged: MergedWish, { whole }: KnownContact): MergedWish =>
  whole
    ? {
        ...merged,
        listIds: merged.listIds.filter((id) => !whole.list_memberships.includes(id)),
        tagIds: merged.tagIds.filter((id) => !whole.taggings.includes(id)),
        details: changedDetails(whole, merged.details),
        fields: merged.fields.filter(
          ({ customFieldId, value }) =>
            !whole.custom_fields.some((each) => each.custom_field_id === customFieldId && each.value === value),
        ),
      }
    : merged;

const planExisting = (party: Party, contact: KnownContact, writes: readonly Write[]): Part => {
  if (writes.length === 0) return nothing;
  const { email, detailsMark } = party;
  const { contactId, whole, state } = contact;
  const deliveryIds = writes.map(({ wish }) => wish.deliveryId);
  const one = { email, deliveryIds, detailsMark };
  const { merged, notes } = withinCeilings(missingOf(merge(writes), contact), deliveryIds, {
    listIds: whole?.list_memberships ?? [],
    tagIds: whole?.taggings ?? [],
  });
  const tags = tagsFor({ email, deliveryIds, contactId }, merged.tagIds);
  const rest: Part = { ...nothing, notes, ...tags };
  const look: Part = { ...nothing, unknown: { whole: true } };
  const mustSubscribe = (state === 'not_set' || state === 'deleted') && merged.permission === 'explicit';
  if (mustSubscribe && merge(writes).listIds.length > 0) {
    // The form makes mailable whoever it meets: only right after a look of its own.
    if (!whole) return look;
    const wished = { ...merged, listIds: merge(writes).listIds.slice(0, mostLists) };
    return { ...rest, single: [{ kind: 'sign-up', ...one, contact: signUp(email, wished) }] };
  }
  const listIds = party.isImported ? [] : merged.listIds;
  if (listIds.length > 0 && email.length <= longestImportEmail)
    return { ...rest, line: { line: lineOf(party, merged, deliveryIds, false), listIds } };
  const changesDetails = Object.keys(merged.details).length > 0 || merged.fields.length > 0;
  const isMarked = party.isImported || contact.detailsMark === detailsMark;
  if (listIds.length > 0 || (changesDetails && !isMarked)) {
    // Written as a whole, and so read as a whole before.
    if (!whole) return look;
    const body = putBody(whole, merged.details, merged.fields, listIds);
    return { ...rest, single: [{ kind: 'put', ...one, contactId, contact: body }] };
  }
  return tags.tags ? rest : { ...rest, done: deliveryIds.map((deliveryId) => ({ deliveryId, contactId })) };
};

const lineOf = (party: Party, merged: MergedWish, deliveryIds: readonly string[], needsMore: boolean): ImportLine => ({
  email: party.email,
  deliveryIds,
  row: importRow(party.email, merged.details),
  fields: merged.fields,
  needsMore,
  detailsMark: party.detailsMark,
});

const tagsFor = (member: TagMember, tagIds: readonly string[]): Pick<Part, 'tags'> =>
  tagIds.length > 0 ? { tags: { member, tagIds } } : {};

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** An import gives all of its rows the same lists. Many rows go as files within the vendor's limits. */
const sharedImports = (wanted: readonly NonNullable<Part['line']>[]): PlannedCall[] => {
  const groups = new Map<string, { lines: ImportLine[]; listIds: readonly string[] }>();
  for (const { line, listIds } of wanted) {
    const key = [...listIds].sort().join();
    const group = groups.get(key) ?? { lines: [], listIds: listIds.slice(0, mostLists) };
    group.lines.push(line);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ lines, listIds }): PlannedCall[] =>
    lines.length <= mostRowsAsJson
      ? [{ kind: 'import', lines, listIds, asFile: false }]
      : filesOf(lines).map((some) => ({ kind: 'import', lines: some, listIds, asFile: true })),
  );
};

/** Lines with the same columns, in chunks that a file takes. */
const filesOf = (lines: readonly ImportLine[]): ImportLine[][] => {
  const byColumns = new Map<string, ImportLine[]>();
  for (const line of lines) {
    const columns = [...Object.keys(line.row), ...line.fields.map(({ customFieldId }) => customFieldId)].sort().join();
    const group = byColumns.get(columns) ?? [];
    group.push(line);
    byColumns.set(columns, group);
  }
  return [...byColumns.values()].flatMap((group) => {
    const files: ImportLine[][] = [];
    let bytes = Infinity;
    for (const line of group) {
      const size = bytesOf(line);
      const last = files.at(-1);
      if (!last || last.length >= importLimits.csvContacts || bytes + size > importLimits.bytes - fileOverhead) {
        files.push([line]);
        bytes = size;
      } else {
        last.push(line);
        bytes += size;
      }
    }
    return files;
  });
};

/** At most what a line takes in a file: its values, each with quotes, their own quotes doubled, and a comma. */
const bytesOf = ({ row, fields }: ImportLine): number =>
  [...Object.values(row), ...fields.map(({ value }) => value)].reduce(
    (sum, value) => sum + Buffer.byteLength(value) + (value.match(/"/g)?.length ?? 0) + 3,
    2,
  );

/** A tag batch gives all of its contacts the same tags. */
const sharedTags = (wanted: readonly NonNullable<Part['tags']>[]): PlannedCall[] => {
  const groups = new Map<string, { members: TagMember[]; tagIds: readonly string[] }>();
  for (const { member, tagIds } of wanted)
    for (const some of chunks(tagIds, mostTagsAtOnce)) {
      const key = [...some].sort().join();
      const group = groups.get(key) ?? { members: [], tagIds: some };
      group.members.push(member);
      groups.set(key, group);
    }
  return [...groups.values()].flatMap(({ members, tagIds }) =>
    chunks(members, mostTaggedAtOnce).map((some) => ({ kind: 'tag' as const, members: some, tagIds })),
  );
};
