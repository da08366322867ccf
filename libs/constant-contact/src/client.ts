import { AppError } from '@boxlist/contracts';
import { stringify } from 'csv-stringify/sync';
import { FormData } from 'undici';
import { z } from 'zod';
import { createCaller } from './call';

const permission = z
  .enum(['explicit', 'implicit', 'not_set', 'pending_confirmation', 'temp_hold', 'unsubscribed'])
  .catch('temp_hold');

/** An array that the vendor may leave out or send as null. */
const arrayOf = <S extends z.ZodType>(item: S) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

const contactSchema = z.looseObject({
  contact_id: z.string(),
  email_address: z.looseObject({
    address: z.string(),
    // A permission that is not known to us is treated like one that must not be mailed.
    permission_to_send: permission,
    opt_out_date: z.string().nullish(),
  }),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  job_title: z.string().nullish(),
  company_name: z.string().nullish(),
  birthday_month: z.number().nullish(),
  birthday_day: z.number().nullish(),
  anniversary: z.string().nullish(),
  updated_at: z.string().nullish(),
  deleted_at: z.string().nullish(),
  list_memberships: arrayOf(z.string()),
  taggings: arrayOf(z.string()),
  custom_fields: arrayOf(z.looseObject({ custom_field_id: z.string(), value: z.string().nullish() })),
  phone_numbers: arrayOf(z.looseObject({ phone_number: z.string().nullish(), kind: z.string().nullish() })),
  street_addresses: arrayOf(
    z.looseObject({ kind: z.string().nullish(), street: z.string().nullish(), postal_code: z.string().nullish() }),
  ),
});

const links = { _links: z.looseObject({ next: z.looseObject({ href: z.string() }).nullish() }).nullish() };
const listSchema = z.looseObject({ list_id: z.string(), name: z.string(), membership_count: z.number().nullish() });
const tagSchema = z.looseObject({ tag_id: z.string(), name: z.string() });
const fieldSchema = z.looseObject({
  custom_field_id: z.string(),
  label: z.string(),
  name: z.string().nullish(),
  type: z.string(),
});
const activitySchema = z.looseObject({
  activity_id: z.string(),
  state: z.string(),
  percent_done: z.number().nullish(),
  source_file_name: z.string().nullish(),
  created_at: z.string().nullish(),
  activity_errors: arrayOf(z.unknown()),
  status: z
    .looseObject({
      error_count: z.number().nullish(),
      correctable_count: z.number().nullish(),
      cannot_add_to_list_count: z.number().nullish(),
    })
    .nullish(),
});

export type CcContact = z.infer<typeof contactSchema>;
export type CcPermission = z.infer<typeof permission>;
export type CcList = z.infer<typeof listSchema>;
export type CcTag = z.infer<typeof tagSchema>;
export type CcCustomField = z.infer<typeof fieldSchema>;
export type CcActivity = z.infer<typeof activitySchema>;

/** The home address as Boxlist sends it. */
export interface CcAddress {
  readonly kind: 'home';
  readonly street?: string;
  readonly postal_code?: string;
}

/** Body of `POST /contacts`: creates only. */
export interface CcNewContact {
  readonly email_address: { readonly address: string; readonly permission_to_send: 'explicit' | 'not_set' };
  /** Who added the contact; must be truthful and is final. */
  readonly create_source: 'Contact' | 'Account';
  readonly first_name?: string;
  readonly last_name?: string;
  readonly phone_numbers?: readonly { readonly phone_number: string; readonly kind: 'other' }[];
  readonly street_addresses?: readonly CcAddress[];
  readonly list_memberships?: readonly string[];
  readonly taggings?: readonly string[];
  readonly custom_fields?: readonly { readonly custom_field_id: string; readonly value: string }[];
}

/** Body of `POST /contacts/sign_up_form`: makes an existing contact explicit, whatever it was. */
export interface CcSignUp {
  readonly email_address: string;
  readonly list_memberships: readonly string[];
  readonly first_name?: string;
  readonly last_name?: string;
  readonly phone_number?: string;
  readonly street_address?: CcAddress;
  readonly custom_fields?: readonly { readonly custom_field_id: string; readonly value: string }[];
}

/** One row of `POST /activities/contacts_json_import`; custom fields as `cf:<name>`. */
export type CcImportRow = Readonly<Record<string, string>> & { readonly email: string };

/** The vendor's limits of one import file, header excluded. */
export const maxImportRows = 39_999;
export const maxImportBytes = 4 * 1024 * 1024;

/** Rows as a CSV file, a column for each field that any row has. */
export const csvOf = (rows: readonly CcImportRow[]): string =>
  stringify(rows as CcImportRow[], { header: true, columns: [...new Set(rows.flatMap((row) => Object.keys(row)))] });

const every = 'custom_fields,list_memberships,phone_numbers,street_addresses,taggings';

/**
 * Constant Contact's V3 API as far as Boxlist uses it. Every method makes exactly one HTTP call (so that it takes one permit)
 * and takes an access token. Failures are AppErrors: REJECTED_BY_CONSTANT_CONTACT (400: never resend), UNAUTHORIZED_AT_CONSTANT_CONTACT
 * (401), MISSING_PRIVILEGES (403), NOT_FOUND, ALREADY_EXISTS (409), RATE_LIMITED, QUOTA_EXCEEDED, and CONSTANT_CONTACT_UNAVAILABLE with
 * `mayHaveBeenApplied` for a write whose answer did not come: read before you repeat it.
 */
export const createConstantContact = ({ apiUrl, timeoutMs = 20_000 }: { apiUrl: string; timeoutMs?: number }) => {
  const { call, close } = createCaller({ apiUrl, timeoutMs });
  const post = <S extends z.ZodType>(accessToken: string, path: string, body: unknown, answer: S) =>
    call({ method: 'POST', path, accessToken, body }, answer);
  const get = <S extends z.ZodType>(accessToken: string, path: string, answer: S) =>
    call({ method: 'GET', path, accessToken }, answer);
  /** A page's path: the first one's, or the opaque `next` of the page before (a path that repeats the API's own prefix). */
  const pagePath = (first: string, next: string | undefined): string => {
    if (!next) return first;
    const prefix = new URL(apiUrl).pathname.replace(/\/$/, '');
    const target = new URL(next, apiUrl);
    return `${target.pathname.startsWith(prefix) ? target.pathname.slice(prefix.length) : target.pathname}${target.search}`;
  };
  return {
    close,
    accountSummary: (token: string) =>
      get(
        token,
        '/account/summary',
        z.looseObject({ encoded_account_id: z.string(), organization_name: z.string().nullish() }),
      ),
    privileges: (token: string) =>
      get(token, '/account/user/privileges', z.array(z.looseObject({ privilege_name: z.string() }))),
    /** The contact of an e-mail address with all that Boxlist compares, deleted ones included; undefined when there is none. */
    findContact: async (token: string, email: string): Promise<CcContact | undefined> => {
      const query = `/contacts?email=${encodeURIComponent(email)}&status=all&include=${every}&limit=2`;
      return (await get(token, query, z.looseObject({ contacts: arrayOf(contactSchema) }))).contacts[0];
    },
    /**
     * A page of up to 500 contacts without their lists, tags and the like, deleted ones included; with `updatedAfter` (RFC 3339) only those that changed
     * since. `count` is that of all pages.
     */
    contactsPage: async (token: string, { updatedAfter, next }: { updatedAfter?: string; next?: string }) => {
      const since = updatedAfter ? `&updated_after=${encodeURIComponent(updatedAfter)}` : '';
      const page = await get(
        token,
        pagePath(`/contacts?status=all&limit=500&include_count=true${since}`, next),
        z.looseObject({ contacts: arrayOf(contactSchema), contacts_count: z.number().nullish(), ...links }),
      );
      return { items: page.contacts, next: page._links?.next?.href, count: page.contacts_count ?? undefined };
    },
    createContact: (token: string, contact: CcNewContact) =>
      post(token, '/contacts', contact, z.looseObject({ contact_id: z.string() })),
    signUp: (token: string, contact: CcSignUp) =>
      post(
        token,
        '/contacts/sign_up_form',
        contact,
        z.looseObject({ contact_id: z.string(), action: z.string().optional() }),
      ),
    /** Replaces a contact's core properties: what is left out becomes null. Send back what was read; never the permission. */
    putContact: (token: string, id: string, contact: Readonly<Record<string, unknown>>) =>
      call(
        { method: 'PUT', path: `/contacts/${encodeURIComponent(id)}`, accessToken: token, body: contact },
        z.looseObject({ contact_id: z.string() }),
      ),
    /** Sends the one confirmation mail that a contact can ever get. */
    resubscribe: (token: string, id: string, listIds: readonly string[]) =>
      call(
        {
          method: 'PUT',
          path: `/contacts/resubscribe/${encodeURIComponent(id)}`,
          accessToken: token,
          body: { list_ids: listIds },
        },
        z.unknown(),
      ),
    contactLists: async (token: string, next?: string) => {
      const page = await get(
        token,
        pagePath('/contact_lists?limit=500&include_membership_count=all', next),
        z.looseObject({ lists: arrayOf(listSchema), ...links }),
      );
      return { items: page.lists, next: page._links?.next?.href };
    },
    tags: async (token: string, next?: string) => {
      const page = await get(
        token,
        pagePath('/contact_tags?limit=500', next),
        z.looseObject({ tags: arrayOf(tagSchema), ...links }),
      );
      return { items: page.tags, next: page._links?.next?.href };
    },
    customFields: async (token: string, next?: string) => {
      const page = await get(
        token,
        pagePath('/contact_custom_fields?limit=100', next),
        z.looseObject({ custom_fields: arrayOf(fieldSchema), ...links }),
      );
      return { items: page.custom_fields, next: page._links?.next?.href };
    },
    createContactList: (token: string, name: string, description?: string) =>
      post(token, '/contact_lists', { name, description }, listSchema),
    createTag: (token: string, name: string) => post(token, '/contact_tags', { name }, tagSchema),
    importContacts: (token: string, rows: readonly CcImportRow[], listIds: readonly string[]) =>
      post(token, '/activities/contacts_json_import', { import_data: rows, list_ids: listIds }, activitySchema),
    /**
     * The same as a CSV file, which packs closer and carries a name that `activities` shows again: with a name of one's own a lost answer can be looked for. At most 39,999 rows and
     * 4 MB: what is over is dropped by the vendor without a word, so that it is refused here (REJECTED_BY_CONSTANT_CONTACT).
     */
    importFile: async (token: string, fileName: string, rows: readonly CcImportRow[], listIds: readonly string[]) => {
      const csv = csvOf(rows);
      if (rows.length > maxImportRows || Buffer.byteLength(csv) > maxImportBytes)
        throw new AppError('REJECTED_BY_CONSTANT_CONTACT', 'An import takes at most 39,999 rows and 4 MB');
      const form = new FormData();
      form.set('file', new Blob([csv], { type: 'text/csv' }), fileName);
      form.set('list_ids', listIds.join());
      return call(
        { method: 'POST', path: '/activities/contacts_file_import', accessToken: token, form },
        activitySchema,
      );
    },
    /** At most 500 contacts and 50 tags. */
    changeTaggings: (
      token: string,
      change: 'add' | 'remove',
      contactIds: readonly string[],
      tagIds: readonly string[],
    ) =>
      post(
        token,
        `/activities/contacts_taggings_${change}`,
        { source: { contact_ids: contactIds }, tag_ids: tagIds },
        activitySchema,
      ),
    /** At most 500 contacts and 50 lists. Adding does not look at permission: only for contacts that opted in. */
    addToLists: (token: string, contactIds: readonly string[], listIds: readonly string[]) =>
      post(
        token,
        '/activities/add_list_memberships',
        { source: { contact_ids: contactIds }, list_ids: listIds },
        activitySchema,
      ),
    /** At most 500 contacts and 50 lists. */
    removeFromLists: (token: string, contactIds: readonly string[], listIds: readonly string[]) =>
      post(
        token,
        '/activities/remove_list_memberships',
        { source: { contact_ids: contactIds }, list_ids: listIds },
        activitySchema,
      ),
    activity: (token: string, id: string) => get(token, `/activities/${encodeURIComponent(id)}`, activitySchema),
    /** The activities of the last ten days: the place to look before a batch whose answer was lost is sent again. */
    activities: async (token: string, next?: string) => {
      const page = await get(
        token,
        pagePath('/activities?limit=500', next),
        z.looseObject({ activities: arrayOf(activitySchema), ...links }),
      );
      return { items: page.activities, next: page._links?.next?.href };
    },
  };
};

export type ConstantContact = ReturnType<typeof createConstantContact>;
