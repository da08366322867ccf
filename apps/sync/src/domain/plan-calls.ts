import type { CcContact, CcImportRow, CcNewContact, CcSignUp } from '@boxlist/constant-contact';
import { stateOf, type ContactDecision, type Wish } from './decide-contact';
import type { Details } from './map-buyer';

/** One call to Constant Contact. */
export type PlannedCall =
  | { readonly kind: 'create'; readonly contact: CcNewContact }
  | { readonly kind: 'sign-up'; readonly contact: CcSignUp }
  /** `fields`: custom fields, whose import columns need their names. */
  | {
      readonly kind: 'import';
      readonly row: CcImportRow;
      readonly listIds: readonly string[];
      readonly fields: Wish['fields'];
    }
  | { readonly kind: 'put'; readonly contactId: string; readonly contact: Readonly<Record<string, unknown>> }
  | { readonly kind: 'tag'; readonly contactId: string; readonly tagIds: readonly string[] };

type Writable = readonly { readonly wish: Wish; readonly decision: Extract<ContactDecision, { kind: 'write' }> }[];

/** All that is to be true of one contact, merged from the wishes of several deliveries. */
interface Merged {
  readonly permission: 'explicit' | 'not_set' | 'keep';
  readonly listIds: string[];
  readonly tagIds: string[];
  readonly fields: Wish['fields'];
  readonly details: Details;
}

const merge = (writes: Writable): Merged => {
  const oldestFirst = [...writes].sort((a, b) => a.wish.orderTime - b.wish.orderTime);
  const permissions = writes.map(({ decision }) => decision.permission);
  return {
    permission: permissions.includes('explicit') ? 'explicit' : permissions.includes('not_set') ? 'not_set' : 'keep',
    listIds: [...new Set(writes.flatMap(({ wish, decision }) => (decision.lists ? wish.listIds : [])))],
    tagIds: [...new Set(writes.flatMap(({ wish }) => wish.tagIds))],
    fields: [
      ...new Map(
        oldestFirst.flatMap(({ wish }) => wish.fields.map((field) => [field.customFieldId, field] as const)),
      ).values(),
    ],
    details: Object.assign({}, ...oldestFirst.map(({ wish }) => wish.details)) as Details,
  };
};

/**
 * The fewest safe calls that make the wishes of one contact true, in their order; none when they are true already. A contact that exists and may be mailed is never
 * written by the sign-up route, which could undo an unsubscribe that came after the look-up.
 */
export const planCalls = (email: string, contact: CcContact | undefined, writes: Writable): PlannedCall[] => {
  if (writes.length === 0) return [];
  const merged = merge(writes);
  if (!contact) return [{ kind: 'create', contact: newContact(email, merged) }];
  const state = stateOf(contact);
  const missingTags = merged.tagIds.filter((id) => !contact.taggings.includes(id));
  const tag: PlannedCall[] =
    missingTags.length > 0 ? [{ kind: 'tag', contactId: contact.contact_id, tagIds: missingTags }] : [];
  if ((state === 'not_set' || state === 'deleted') && merged.permission === 'explicit' && merged.listIds.length > 0) {
    return [{ kind: 'sign-up', contact: signUp(email, merged) }, ...tag];
  }
  return [...updateExisting(email, contact, merged), ...tag];
};

const updateExisting = (email: string, contact: CcContact, merged: Merged): PlannedCall[] => {
  const missingLists = merged.listIds.filter((id) => !contact.list_memberships.includes(id));
  const details = changedDetails(contact, merged.details);
  const fields = merged.fields.filter(
    ({ customFieldId, value }) =>
      !contact.custom_fields.some((each) => each.custom_field_id === customFieldId && each.value === value),
  );
  const changed = Object.keys(details).length > 0 || fields.length > 0;
  if (missingLists.length === 0 && !changed) return [];
  // The import needs a list: one that the contact is on already changes nothing.
  const [anyList] = contact.list_memberships;
  const listIds = missingLists.length > 0 ? missingLists : anyList ? [anyList] : [];
  if (listIds.length > 0 && email.length <= 50)
    return [{ kind: 'import', row: importRow(email, details), listIds, fields }];
  return changed ? [{ kind: 'put', contactId: contact.contact_id, contact: putBody(contact, details, fields) }] : [];
};

const newContact = (email: string, { permission, listIds, tagIds, fields, details }: Merged): CcNewContact => ({
  email_address: { address: email, permission_to_send: permission === 'explicit' ? 'explicit' : 'not_set' },
  create_source: permission === 'explicit' ? 'Contact' : 'Account',
  ...(details.firstName ? { first_name: details.firstName } : {}),
  ...(details.lastName ? { last_name: details.lastName } : {}),
  ...(details.phone ? { phone_numbers: [{ phone_number: details.phone, kind: 'other' as const }] } : {}),
  ...(details.street || details.postalCode ? { street_addresses: [addressOf(details)] } : {}),
  ...(listIds.length > 0 ? { list_memberships: listIds } : {}),
  ...(tagIds.length > 0 ? { taggings: tagIds } : {}),
  ...(fields.length > 0 ? { custom_fields: asCustomFields(fields) } : {}),
});

const signUp = (email: string, { listIds, fields, details }: Merged): CcSignUp => ({
  email_address: email,
  list_memberships: listIds,
  ...(details.firstName ? { first_name: details.firstName } : {}),
  ...(details.lastName ? { last_name: details.lastName } : {}),
  ...(details.phone ? { phone_number: details.phone } : {}),
  ...(details.street || details.postalCode ? { street_address: addressOf(details) } : {}),
  ...(fields.length > 0 ? { custom_fields: asCustomFields(fields) } : {}),
});

const addressOf = ({ street, postalCode }: Details) => ({
  kind: 'home' as const,
  ...(street ? { street } : {}),
  ...(postalCode ? { postal_code: postalCode } : {}),
});

const asCustomFields = (fields: Wish['fields']) =>
  fields.map(({ customFieldId, value }) => ({ custom_field_id: customFieldId, value }));

/** The import takes no international numbers. */
const isImportable = (phone: string): boolean => !/^(\+|00)/.test(phone);

/** The details that differ from what the contact has; absent ones never do. */
export const changedDetails = (contact: CcContact, wanted: Details): Details => {
  const home = contact.street_addresses.find(({ kind }) => kind === 'home');
  const phones = contact.phone_numbers.map(({ phone_number }) => phone_number);
  return {
    ...(wanted.firstName && wanted.firstName !== contact.first_name ? { firstName: wanted.firstName } : {}),
    ...(wanted.lastName && wanted.lastName !== contact.last_name ? { lastName: wanted.lastName } : {}),
    ...(wanted.phone && !phones.includes(wanted.phone) && isImportable(wanted.phone) ? { phone: wanted.phone } : {}),
    ...(wanted.street && wanted.street !== home?.street ? { street: wanted.street } : {}),
    ...(wanted.postalCode && wanted.postalCode !== home?.postal_code ? { postalCode: wanted.postalCode } : {}),
  };
};

const importRow = (email: string, details: Details): CcImportRow => ({
  email,
  ...(details.firstName ? { first_name: details.firstName } : {}),
  ...(details.lastName ? { last_name: details.lastName } : {}),
  ...(details.phone ? { phone: details.phone } : {}),
  ...(details.street ? { street: details.street } : {}),
  ...(details.postalCode ? { zip: details.postalCode } : {}),
});

/** Everything core that was read, with the changes; never the permission, so that an opt-out is not undone. */
const putBody = (contact: CcContact, details: Details, fields: Wish['fields']): Record<string, unknown> => {
  const core = ['job_title', 'company_name', 'birthday_month', 'birthday_day', 'anniversary'] as const;
  const home = contact.street_addresses.find(({ kind }) => kind === 'home');
  const others = contact.street_addresses.filter(({ kind }) => kind !== 'home');
  const kept = contact.custom_fields.filter(
    (each) => !fields.some(({ customFieldId }) => customFieldId === each.custom_field_id),
  );
  return {
    update_source: 'Account',
    email_address: { address: contact.email_address.address },
    ...Object.fromEntries(core.flatMap((name) => (contact[name] == null ? [] : [[name, contact[name]]]))),
    ...optional('first_name', details.firstName ?? contact.first_name),
    ...optional('last_name', details.lastName ?? contact.last_name),
    ...(details.phone
      ? {
          phone_numbers: [
            ...contact.phone_numbers.slice(0, 2).map(({ phone_number, kind }) => ({ phone_number, kind })),
            { phone_number: details.phone, kind: 'other' },
          ],
        }
      : {}),
    ...(details.street || details.postalCode
      ? {
          street_addresses: [
            {
              kind: 'home',
              ...optional('street', details.street ?? home?.street),
              ...optional('postal_code', details.postalCode ?? home?.postal_code),
            },
            ...others.slice(0, 2).map(({ kind, street, postal_code }) => ({
              kind,
              ...optional('street', street),
              ...optional('postal_code', postal_code),
            })),
          ],
        }
      : {}),
    ...(fields.length > 0
      ? {
          custom_fields: [
            ...kept.map(({ custom_field_id, value }) => ({ custom_field_id, value })),
            ...asCustomFields(fields),
          ],
        }
      : {}),
  };
};

const optional = (name: string, value: string | null | undefined) => (value ? { [name]: value } : {});
