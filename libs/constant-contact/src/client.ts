import type { z } from 'zod';
import * as answers from './answers';
import type { CcContact } from './answers';
import type { CcImportRow, CcNewContact, CcSignUp } from './bodies';
import { createCaller, type Send } from './call';
import { fileImport, jsonImport } from './imports';

const subresources = ['custom_fields', 'list_memberships', 'phone_numbers', 'street_addresses', 'taggings'] as const;
type Subresource = (typeof subresources)[number];

/** Which contacts the first page contains. A later page needs only its `next`. */
export interface CcContactsQuery {
  /** RFC 3339: only contacts that changed since then. */
  readonly updatedAfter?: string;
  /** RFC 3339: only contacts that unsubscribed since then. */
  readonly optedOutAfter?: string;
  /** Which parts of each contact the page includes besides the core properties. */
  readonly include?: readonly Subresource[];
  /** 1 to 500; the default is 500. */
  readonly limit?: number;
  readonly next?: string;
}

const contactsPath = ({ updatedAfter, optedOutAfter, include = [], limit = 500 }: CcContactsQuery): string => {
  const query = new URLSearchParams({ status: 'all', limit: String(limit), include_count: 'true' });
  if (updatedAfter) query.set('updated_after', updatedAfter);
  if (optedOutAfter) query.set('optout_after', optedOutAfter);
  if (include.length > 0) query.set('include', include.join(','));
  return `/contacts?${query.toString()}`;
};

interface Options {
  readonly apiUrl: string;
  /** The default is 20 seconds. */
  readonly timeoutMs?: number;
  /** Replaces HTTP over kept-alive connections. */
  readonly send?: Send;
}

/** One HTTP call each, with an access token. */
const createRequests = ({ apiUrl, timeoutMs = 20_000, send }: Options) => {
  const { call, close } = createCaller({ apiUrl, timeoutMs, send });
  return {
    call,
    close,
    post: <S extends z.ZodType>(accessToken: string, path: string, body: unknown, answer: S) =>
      call({ method: 'POST', path, accessToken, body }, answer),
    get: <S extends z.ZodType>(accessToken: string, path: string, answer: S) =>
      call({ method: 'GET', path, accessToken }, answer),
    /**
     * The path of a page: `first`, or the opaque `next` of the previous page, which repeats the path prefix of the API.
     */
    pagePath: (first: string, next: string | undefined): string => {
      if (!next) return first;
      const prefix = new URL(apiUrl).pathname.replace(/\/$/, '');
      const { pathname, search } = new URL(next, apiUrl);
      return `${pathname.startsWith(prefix) ? pathname.slice(prefix.length) : pathname}${search}`;
    },
  };
};

type Requests = ReturnType<typeof createRequests>;

const accountCalls = ({ get, post, pagePath }: Requests) => ({
  accountSummary: (token: string) => get(token, '/account/summary', answers.summaryAnswer),
  privileges: (token: string) => get(token, '/account/user/privileges', answers.privilegesAnswer),
  contactLists: async (token: string, next?: string) => {
    const page = await get(
      token,
      pagePath('/contact_lists?limit=500&include_membership_count=all', next),
      answers.listsAnswer,
    );
    return { items: page.lists.filter(({ deleted_at: deleted }) => deleted == null), next: page._links };
  },
  tags: async (token: string, next?: string) => {
    const page = await get(token, pagePath('/contact_tags?limit=500', next), answers.tagsAnswer);
    return { items: page.tags, next: page._links };
  },
  customFields: async (token: string, next?: string) => {
    const page = await get(token, pagePath('/contact_custom_fields?limit=100', next), answers.fieldsAnswer);
    return { items: page.custom_fields, next: page._links };
  },
  createContactList: (token: string, name: string, description?: string) =>
    post(token, '/contact_lists', { name, description }, answers.listSchema),
  createTag: (token: string, name: string) => post(token, '/contact_tags', { name }, answers.tagSchema),
});

const contactCalls = ({ call, get, post, pagePath }: Requests) => ({
  /**
   * The contact with this e-mail address, deleted contacts included, with all properties that Boxlist compares.
   * Undefined if there is none.
   */
  findContact: async (token: string, email: string): Promise<CcContact | undefined> => {
    const query = new URLSearchParams({ email, status: 'all', include: subresources.join(','), limit: '2' });
    return (await get(token, `/contacts?${query.toString()}`, answers.contactsAnswer)).contacts[0];
  },
  /**
   * A page of contacts, deleted contacts included, in a sequence that is stable while contacts are written. It has
   * lists, tags and other parts only if `include` names them. It leaves out contacts without an e-mail address.
   * `count` is the number of contacts on all pages.
   */
  contactsPage: async (token: string, { next, ...query }: CcContactsQuery) => {
    const page = await get(token, pagePath(contactsPath(query), next), answers.contactsAnswer);
    return { items: page.contacts, next: page._links, count: page.contacts_count ?? undefined };
  },
  /** Only creates. Throws ALREADY_EXISTS if a contact has this e-mail address, even a deleted one. */
  createContact: (token: string, contact: CcNewContact) => post(token, '/contacts', contact, answers.contactAnswer),
  signUp: (token: string, contact: CcSignUp) => post(token, '/contacts/sign_up_form', contact, answers.signUpAnswer),
  /**
   * Replaces a contact's core properties. Properties that are left out become null, so send back the properties
   * that were read, except the permission.
   */
  putContact: (token: string, id: string, contact: Readonly<Record<string, unknown>>) =>
    call(
      { method: 'PUT', path: `/contacts/${encodeURIComponent(id)}`, accessToken: token, body: contact },
      answers.contactAnswer,
    ),
  /**
   * A soft deletion: the contact leaves all lists and shows as deleted, and Constant Contact keeps its data. Throws
   * NOT_FOUND if there is no such contact.
   */
  deleteContact: (token: string, id: string) =>
    call({ method: 'DELETE', path: `/contacts/${encodeURIComponent(id)}`, accessToken: token }, answers.nothing),
  /** Sends the one confirmation mail that a contact can ever get. */
  resubscribe: (token: string, id: string, listIds: readonly string[]) =>
    call(
      {
        method: 'PUT',
        path: `/contacts/resubscribe/${encodeURIComponent(id)}`,
        accessToken: token,
        body: { list_ids: listIds },
      },
      answers.nothing,
    ),
});

/** The calls that Constant Contact processes in its own time, as activities. */
const activityCalls = ({ call, get, post, pagePath }: Requests) => {
  const fileToImport = (fileName: string, rows: readonly CcImportRow[], listIds: readonly string[]) => {
    const form = fileImport(fileName, rows, listIds);
    return (accessToken: string) =>
      call({ method: 'POST', path: '/activities/contacts_file_import', accessToken, form }, answers.activitySchema);
  };
  const changeContacts = (token: string, activity: string, contactIds: readonly string[], ids: object) =>
    post(token, `/activities/${activity}`, { source: { contact_ids: contactIds }, ...ids }, answers.activitySchema);
  return {
    /**
     * Takes at most `importLimits` and throws REJECTED_BY_CONSTANT_CONTACT for more, because the vendor silently
     * drops the excess. New contacts get implicit permission. Existing contacts keep their permission, and
     * unsubscribed contacts are not added to any list.
     */
    importContacts: async (token: string, rows: readonly CcImportRow[], listIds: readonly string[]) =>
      post(token, '/activities/contacts_json_import', jsonImport(rows, listIds), answers.activitySchema),
    /**
     * The same import as a CSV file; all rows have the same columns. The activity shows the name of the file. Give
     * each import its own name, so that an import whose answer was lost can be found among the activities.
     */
    importFile: async (token: string, ...file: Parameters<typeof fileToImport>) => fileToImport(...file)(token),
    /**
     * The file import in two steps: this call writes the file, and the returned function sends it. Writing a file of
     * many rows may take longer than the call may wait. Throws the refusals of `importLimits` at once.
     */
    fileToImport,
    /** At most 500 contacts and 50 tags. */
    changeTaggings: (
      token: string,
      change: 'add' | 'remove',
      contactIds: readonly string[],
      tagIds: readonly string[],
    ) => changeContacts(token, `contacts_taggings_${change}`, contactIds, { tag_ids: tagIds }),
    /** At most 500 contacts and 50 lists. The call ignores permission, so use it only for contacts who opted in. */
    addToLists: (token: string, contactIds: readonly string[], listIds: readonly string[]) =>
      changeContacts(token, 'add_list_memberships', contactIds, { list_ids: listIds }),
    /** At most 500 contacts and 50 lists. */
    removeFromLists: (token: string, contactIds: readonly string[], listIds: readonly string[]) =>
      changeContacts(token, 'remove_list_memberships', contactIds, { list_ids: listIds }),
    activity: (token: string, id: string) =>
      get(token, `/activities/${encodeURIComponent(id)}`, answers.activitySchema),
    /** The activities of the last ten days. Look here before you send a batch again whose answer was lost. */
    activities: async (token: string, next?: string) => {
      const page = await get(token, pagePath('/activities?limit=500', next), answers.activitiesAnswer);
      return { items: page.activities, next: page._links };
    },
  };
};

/**
 * The part of Constant Contact's V3 API that Boxlist uses. Every method takes an access token and makes exactly one
 * HTTP call, so it needs one permit. Failures are AppErrors:
 *
 * - REJECTED_BY_CONSTANT_CONTACT (400): never send it again.
 * - UNAUTHORIZED_AT_CONSTANT_CONTACT (401), MISSING_PRIVILEGES (403), NOT_FOUND, ALREADY_EXISTS (409), RATE_LIMITED,
 *   QUOTA_EXCEEDED.
 * - CONSTANT_CONTACT_UNAVAILABLE, with `mayHaveBeenApplied` for a write whose answer was lost. Read the contact
 *   before you repeat the write.
 */
export const createConstantContact = (options: Options) => {
  const requests = createRequests(options);
  return {
    close: requests.close,
    ...accountCalls(requests),
    ...contactCalls(requests),
    ...activityCalls(requests),
  };
};

export type ConstantContact = ReturnType<typeof createConstantContact>;
