import type { z } from 'zod';
import * as answers from './answers';
import type { CcContact } from './answers';
import type { CcImportRow, CcNewContact, CcSignUp } from './bodies';
import { createCaller, type Send } from './call';
import { fileImport, jsonImport } from './imports';

const subresources = ['custom_fields', 'list_memberships', 'phone_numbers', 'street_addresses', 'taggings'] as const;
type Subresource = (typeof subresources)[number];

/** Which contacts a first page is of; a next page needs its `next` alone. */
export interface CcContactsQuery {
  /** RFC 3339: only those that changed since. */
  readonly updatedAfter?: string;
  /** RFC 3339: only those that unsubscribed since. */
  readonly optedOutAfter?: string;
  /** What of each contact comes besides its core. */
  readonly include?: readonly Subresource[];
  /** 1 to 500; 500 unless told. */
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

/**
 * Constant Contact's V3 API as far as Boxlist uses it. Every method makes exactly one HTTP call (so that it takes one
 * permit) and takes an access token. Failures are AppErrors: REJECTED_BY_CONSTANT_CONTACT (400: never resend),
 * UNAUTHORIZED_AT_CONSTANT_CONTACT (401), MISSING_PRIVILEGES (403), NOT_FOUND, ALREADY_EXISTS (409), RATE_LIMITED,
 * QUOTA_EXCEEDED, and CONSTANT_CONTACT_UNAVAILABLE with `mayHaveBeenApplied` for a write whose answer did not come:
 * read before you repeat it.
 */
export const createConstantContact = ({
  apiUrl,
  timeoutMs = 20_000,
  send,
}: {
  readonly apiUrl: string;
  readonly timeoutMs?: number;
  /** Another way for the calls than HTTP over kept connections. */
  readonly send?: Send;
}) => {
  const { call, close } = createCaller({ apiUrl, timeoutMs, send });
  const post = <S extends z.ZodType>(accessToken: string, path: string, body: unknown, answer: S) =>
    call({ method: 'POST', path, accessToken, body }, answer);
  const get = <S extends z.ZodType>(accessToken: string, path: string, answer: S) =>
    call({ method: 'GET', path, accessToken }, answer);
  const fileToImport = (fileName: string, rows: readonly CcImportRow[], listIds: readonly string[]) => {
    const form = fileImport(fileName, rows, listIds);
    return (accessToken: string) =>
      call({ method: 'POST', path: '/activities/contacts_file_import', accessToken, form }, answers.activitySchema);
  };
  /**
   * A page's path: the first one's, or the opaque `next` of the page before (a path that repeats the API's own prefix).
   */
  const pagePath = (first: string, next: string | undefined): string => {
    if (!next) return first;
    const prefix = new URL(apiUrl).pathname.replace(/\/$/, '');
    const target = new URL(next, apiUrl);
    return `${target.pathname.startsWith(prefix) ? target.pathname.slice(prefix.length) : target.pathname}${target.search}`;
  };
  return {
    close,
    accountSummary: (token: string) => get(token, '/account/summary', answers.summaryAnswer),
    privileges: (token: string) => get(token, '/account/user/privileges', answers.privilegesAnswer),
    /**
     * The contact of an e-mail address with all that Boxlist compares, deleted ones included; undefined when there is
     * none.
     */
    findContact: async (token: string, email: string): Promise<CcContact | undefined> => {
      const query = new URLSearchParams({ email, status: 'all', include: subresources.join(','), limit: '2' });
      return (await get(token, `/contacts?${query.toString()}`, answers.contactsAnswer)).contacts[0];
    },
    /**
     * A page of contacts, deleted ones included, in an order that does not change while contacts are written; without
     * lists, tags and the like unless they are asked for. Contacts that have no e-mail are left out. `count` is that of
     * all pages.
     */
    contactsPage: async (token: string, { next, ...query }: CcContactsQuery) => {
      const page = await get(token, pagePath(contactsPath(query), next), answers.contactsAnswer);
      return { items: page.contacts, next: page._links, count: page.contacts_count ?? undefined };
    },
    /** Creates only: ALREADY_EXISTS when the e-mail is there, also of a deleted contact. */
    createContact: (token: string, contact: CcNewContact) => post(token, '/contacts', contact, answers.contactAnswer),
    signUp: (token: string, contact: CcSignUp) => post(token, '/contacts/sign_up_form', contact, answers.signUpAnswer),
    /**
     * Replaces a contact's core properties: what is left out becomes null. Send back what was read; never the
     * permission.
     */
    putContact: (token: string, id: string, contact: Readonly<Record<string, unknown>>) =>
      call(
        { method: 'PUT', path: `/contacts/${encodeURIComponent(id)}`, accessToken: token, body: contact },
        answers.contactAnswer,
      ),
    /**
     * Soft: the contact is on no list any more and is shown as deleted, and what it held stays with Constant Contact.
     * NOT_FOUND when there is no such contact.
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
    /**
     * At most `importLimits`: what is over is refused here (REJECTED_BY_CONSTANT_CONTACT), for the vendor drops it
     * without a word. New contacts become implicit; known ones keep their permission, unsubscribed ones come on no
     * list.
     */
    importContacts: async (token: string, rows: readonly CcImportRow[], listIds: readonly string[]) =>
      post(token, '/activities/contacts_json_import', jsonImport(rows, listIds), answers.activitySchema),
    /**
     * The same as a CSV file, of rows with the same columns. The activity shows the file's name: give each job its own,
     * and one whose answer was lost is found among the activities.
     */
    importFile: async (token: string, ...file: Parameters<typeof fileToImport>) => fileToImport(...file)(token),
    /**
     * The same in two steps: a file of many rows takes longer to write than the call that sends it may be kept waiting.
     * Throws at once what is refused here.
     */
    fileToImport,
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
        answers.activitySchema,
      ),
    /** At most 500 contacts and 50 lists. Adding does not look at permission: only for contacts that opted in. */
    addToLists: (token: string, contactIds: readonly string[], listIds: readonly string[]) =>
      post(
        token,
        '/activities/add_list_memberships',
        { source: { contact_ids: contactIds }, list_ids: listIds },
        answers.activitySchema,
      ),
    /** At most 500 contacts and 50 lists. */
    removeFromLists: (token: string, contactIds: readonly string[], listIds: readonly string[]) =>
      post(
        token,
        '/activities/remove_list_memberships',
        { source: { contact_ids: contactIds }, list_ids: listIds },
        answers.activitySchema,
      ),
    activity: (token: string, id: string) =>
      get(token, `/activities/${encodeURIComponent(id)}`, answers.activitySchema),
    /** The activities of the last ten days: the place to look before a batch whose answer was lost is sent again. */
    activities: async (token: string, next?: string) => {
      const page = await get(token, pagePath('/activities?limit=500', next), answers.activitiesAnswer);
      return { items: page.activities, next: page._links };
    },
  };
};

export type ConstantContact = ReturnType<typeof createConstantContact>;
