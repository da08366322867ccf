import type { CcContact, CcImportRow, CcNewContact, CcSignUp } from '@boxlist/constant-contact';
import type { DesiredState } from './desired-state';
import { cutName, type Details } from './map-buyer';
import { importPhone, isSamePhone } from './phone';
import { firstNameFor } from './whole-name';

/** The desired state of one contact, merged from the desired states of several deliveries. */
export interface MergedState {
  readonly permission: 'explicit' | 'not_set' | 'keep';
  readonly listIds: readonly string[];
  readonly tagIds: readonly string[];
  readonly fields: DesiredState['fields'];
  readonly details: Details;
}

/**
 * The details of a new contact. Constant Contact has no field for a whole name, so it becomes the first name, which
 * greetings use.
 */
export const detailsOfNew = ({ wholeName, ...details }: Details): Details =>
  wholeName && !details.firstName && !details.lastName ? { ...details, firstName: cutName(wholeName) } : details;

/** The body of a call that creates a contact with lists and tags. */
export const newContact = (
  email: string,
  { permission, listIds, tagIds, fields, details }: MergedState,
): CcNewContact => ({
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

/** The body of the sign-up form. */
export const signUp = (email: string, { listIds, fields, details }: MergedState): CcSignUp => ({
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

const asCustomFields = (fields: DesiredState['fields']) =>
  fields.map(({ customFieldId, value }) => ({ custom_field_id: customFieldId, value }));

/** Constant Contact's limit. */
export const mostPhones = 3;

const hasPhone = (
  { phone_numbers: phones }: Pick<CcContact, 'phone_numbers'>,
  wanted: string,
  country: string | null,
): boolean => phones.some(({ phone_number: phone }) => phone != null && isSamePhone(phone, wanted, country));

/**
 * The contact's phones with one more. A contact with three phones loses the last one of kind `other`, the kind that
 * Boxlist writes. Returns undefined when it has none of that kind, because somebody entered the home, work or mobile
 * phones.
 */
export const phonesWith = (
  { phone_numbers: phones }: Pick<CcContact, 'phone_numbers'>,
  phone: string,
): readonly object[] | undefined => {
  const leaves = phones.length < mostPhones ? -1 : phones.findLastIndex(({ kind }) => kind === 'other');
  if (phones.length >= mostPhones && leaves < 0) return undefined;
  return [
    ...phones
      .filter((_, index) => index !== leaves)
      .map(({ phone_number, kind }) => ({ phone_number, ...optional('kind', kind) })),
    { phone_number: phone, kind: 'other' },
  ];
};

/** The details that differ from the contact's. Absent details never differ, nor does a phone in another format. */
export const changedDetails = (contact: CcContact, wanted: Details, country: string | null): Details => {
  const home = contact.street_addresses.find(({ kind }) => kind === 'home');
  const firstName = firstNameFor(contact, wanted);
  return {
    ...(firstName && firstName !== contact.first_name ? { firstName } : {}),
    ...(wanted.lastName && wanted.lastName !== contact.last_name ? { lastName: wanted.lastName } : {}),
    ...(wanted.phone && !hasPhone(contact, wanted.phone, country) ? { phone: wanted.phone } : {}),
    ...(wanted.street && wanted.street !== home?.street ? { street: wanted.street } : {}),
    ...(wanted.postalCode && wanted.postalCode !== home?.postal_code ? { postalCode: wanted.postalCode } : {}),
  };
};

/** A row of an import. It leaves out a phone that imports do not accept. */
export const importRow = (email: string, details: Details, country: string | null): CcImportRow => ({
  email,
  ...(details.firstName ? { first_name: details.firstName } : {}),
  ...(details.lastName ? { last_name: details.lastName } : {}),
  ...(details.phone ? optional('phone', importPhone(details.phone, country)) : {}),
  ...(details.street ? { street: details.street } : {}),
  ...(details.postalCode ? { zip: details.postalCode } : {}),
});

/**
 * The body of a PUT: all core fields as read, with the changes. It never has the permission, so that an opt-out is not
 * undone. It counts as an update by the contact, except that an update by the account restores a deleted contact and is
 * only for that.
 */
export const putBody = (
  contact: CcContact,
  details: Details,
  fields: DesiredState['fields'],
  moreLists: readonly string[],
  by: 'Contact' | 'Account' = 'Contact',
): Record<string, unknown> => {
  const core = ['job_title', 'company_name', 'birthday_month', 'birthday_day', 'anniversary'] as const;
  const home = contact.street_addresses.find(({ kind }) => kind === 'home');
  const others = contact.street_addresses.filter(({ kind }) => kind !== 'home');
  const phones = details.phone ? phonesWith(contact, details.phone) : undefined;
  const kept = contact.custom_fields.filter(
    (each) => !fields.some(({ customFieldId }) => customFieldId === each.custom_field_id),
  );
  return {
    update_source: by,
    email_address: { address: contact.email_address.address },
    ...Object.fromEntries(core.flatMap((name) => (contact[name] == null ? [] : [[name, contact[name]]]))),
    ...optional('first_name', details.firstName ?? contact.first_name),
    ...optional('last_name', details.lastName ?? contact.last_name),
    ...(phones ? { phone_numbers: phones } : {}),
    ...(details.street || details.postalCode
      ? {
          street_addresses: [
            {
              ...addressAgain({ ...home, kind: 'home' }),
              ...optional('street', details.street ?? home?.street),
              ...optional('postal_code', details.postalCode ?? home?.postal_code),
            },
            ...others.slice(0, 2).map(addressAgain),
          ],
        }
      : {}),
    ...(moreLists.length > 0 ? { list_memberships: [...contact.list_memberships, ...moreLists] } : {}),
    ...(fields.length > 0
      ? {
          custom_fields: [
            ...kept.map(({ custom_field_id, value, choice_ids: choices }) => ({
              custom_field_id,
              ...optional('value', value),
              ...(choices?.length ? { choice_ids: choices } : {}),
            })),
            ...asCustomFields(fields),
          ],
        }
      : {}),
  };
};

/** An address as it was read, in the form for a write. */
const addressAgain = ({
  kind,
  street,
  city,
  state,
  postal_code: postalCode,
  country,
}: CcContact['street_addresses'][number]): Record<string, unknown> => ({
  kind,
  ...optional('street', street),
  ...optional('city', city),
  ...optional('state', state),
  ...optional('postal_code', postalCode),
  ...optional('country', country),
});

const optional = (name: string, value: string | null | undefined) => (value ? { [name]: value } : {});
