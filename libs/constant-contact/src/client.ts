import { z } from 'zod';
import { createCaller } from './call';

const permission = z
  .enum(['explicit', 'implicit', 'not_set', 'pending_confirmation', 'temp_hold', 'unsubscribed'])
  .catch('temp_hold');

const contactSchema = z.looseObject({
  contact_id: z.string(),
  email_address: z.looseObject({
    address: z.string(),
    // A permission that is not known to us is treated like one that must not be mailed.
    permission_to_send: permission,
    opt_out_date: z.string().optional(),
  }),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  job_title: z.string().nullish(),
  company_name: z.string().nullish(),
  birthday_month: z.number().nullish(),
  birthday_day: z.number().nullish(),
  anniversary: z.string().nullish(),
  deleted_at: z.string().nullish(),
  list_memberships: z.array(z.string()).default([]),
  taggings: z.array(z.string()).default([]),
  custom_fields: z.array(z.looseObject({ custom_field_id: z.string(), value: z.string().nullish() })).default([]),
  phone_numbers: z.array(z.looseObject({ phone_number: z.string().nullish(), kind: z.string().nullish() })).default([]),
  street_addresses: z
    .array(
      z.looseObject({ kind: z.string().nullish(), street: z.string().nullish(), postal_code: z.string().nullish() }),
    )
    .default([]),
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
  activity_errors: z.array(z.unknown()).default([]),
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
      return (await get(token, query, z.looseObject({ contacts: z.array(contactSchema).default([]) }))).contacts[0];
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
        { method: 'PUT', path: `/contacts/${id}`, accessToken: token, body: contact },
        z.looseObject({ contact_id: z.string() }),
      ),
    /** Sends the one confirmation mail that a contact can ever get. */
    resubscribe: (token: string, id: string, listIds: readonly string[]) =>
      call(
        { method: 'PUT', path: `/contacts/resubscribe/${id}`, accessToken: token, body: { list_ids: listIds } },
        z.unknown(),
      ),
    contactLists: async (token: string, next?: string) => {
      const page = await get(
        token,
        pagePath('/contact_lists?limit=500&include_membership_count=all', next),
        z.looseObject({ lists: z.array(listSchema).default([]), ...links }),
      );
      return { items: page.lists, next: page._links?.next?.href };
    },
    tags: async (token: string, next?: string) => {
      const page = await get(
        token,
        pagePath('/contact_tags?limit=500', next),
        z.looseObject({ tags: z.array(tagSchema).default([]), ...links }),
      );
      return { items: page.tags, next: page._links?.next?.href };
    },
    customFields: async (token: string, next?: string) => {
      const page = await get(
        token,
        pagePath('/contact_custom_fields?limit=100', next),
        z.looseObject({ custom_fields: z.array(fieldSchema).default([]), ...links }),
      );
      return { items: page.custom_fields, next: page._links?.next?.href };
    },
    createContactList: (token: string, name: string, description?: string) =>
      post(token, '/contact_lists', { name, description }, listSchema),
    createTag: (token: string, name: string) => post(token, '/contact_tags', { name }, tagSchema),
    importContacts: (token: string, rows: readonly CcImportRow[], listIds: readonly string[]) =>
      post(token, '/activities/contacts_json_import', { import_data: rows, list_ids: listIds }, activitySchema),
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
    /** At most 500 contacts and 50 lists. */
    removeFromLists: (token: string, contactIds: readonly string[], listIds: readonly string[]) =>
      post(
        token,
        '/activities/remove_list_memberships',
        { source: { contact_ids: contactIds }, list_ids: listIds },
        activitySchema,
      ),
    activity: (token: string, id: string) => get(token, `/activities/${id}`, activitySchema),
  };
};

export type ConstantContact = ReturnType<typeof createConstantContact>;
