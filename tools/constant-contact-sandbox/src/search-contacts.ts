import { badRequest } from './refusal';
import type { ContactsQuery } from './schemas';
import type { Contact } from './state';
import type { Account } from './store';

const matchesStatus = (contact: Contact, statuses: ContactsQuery['status']): boolean => {
  if (!statuses) return !contact.deleted_at;
  if (statuses.includes('all')) return true;
  if (contact.deleted_at) return statuses.includes('deleted');
  const permission = contact.email_address?.permission_to_send;
  if (permission === 'explicit' || permission === 'implicit') return statuses.includes('active');
  return permission !== undefined && statuses.includes(permission);
};

// ISO dates of one format sort as text.
const after = (value: string | undefined, limit: string | undefined): boolean =>
  limit === undefined || (value !== undefined && value > limit);
const before = (value: string | undefined, limit: string | undefined): boolean =>
  limit === undefined || (value !== undefined && value < limit);
const shares = (ids: readonly string[], wanted: readonly string[] | undefined): boolean =>
  wanted === undefined || wanted.some((id) => ids.includes(id));

const matches = (contact: Contact, query: ContactsQuery): boolean =>
  after(contact.updated_at, query.updated_after) &&
  before(contact.updated_at, query.updated_before) &&
  matchesStatus(contact, query.status) &&
  after(contact.created_at, query.created_after) &&
  before(contact.created_at, query.created_before) &&
  after(contact.email_address?.opt_out_date, query.optout_after) &&
  before(contact.email_address?.opt_out_date, query.optout_before) &&
  shares(contact.list_memberships, query.lists) &&
  shares(contact.taggings, query.tags);

const wantsAll = ({ limit: _, include: _i, include_count: _c, status, ...filters }: ContactsQuery): boolean =>
  status?.includes('all') === true && Object.values(filters).every((value) => value === undefined);

interface Found {
  readonly page: Contact[];
  /** The number over all pages; only on request. */
  readonly count: number | undefined;
  /** The position after which the next page begins, if there is one. */
  readonly nextAfter: number | undefined;
}

/**
 * The contacts that match a query, in the sequence of their creation, after a position. Writes in between move no
 * contact to another page.
 */
export const searchContacts = ({ contacts }: Account, query: ContactsQuery, place: number): Found => {
  if (query.email !== undefined) {
    const contact = contacts.byEmail(query.email);
    const page = contact && contact.seq > place && matches(contact, query) ? [contact] : [];
    return { page, count: query.include_count ? page.length : undefined, nextAfter: undefined };
  }
  const page: Contact[] = [];
  let nextAfter: number | undefined;
  for (const contact of contacts.after(place)) {
    if (!matches(contact, query)) continue;
    if (page.length === query.limit) {
      nextAfter = page.at(-1)?.seq;
      break;
    }
    page.push(contact);
  }
  const count = query.include_count ? countOf(contacts, query) : undefined;
  return { page, count, nextAfter };
};

const countOf = (contacts: Account['contacts'], query: ContactsQuery): number => {
  if (wantsAll(query)) return contacts.size();
  let count = 0;
  for (const contact of contacts.after(0)) if (matches(contact, query)) count += 1;
  return count;
};

/** An opaque cursor. It contains the whole query, so that the next page needs nothing else. */
export const cursorOf = (query: Readonly<Record<string, string | undefined>>, place: string): string => {
  const { cursor: _, ...rest } = query;
  return Buffer.from(JSON.stringify({ ...rest, after: place })).toString('base64url');
};

/** The query of a page, its own or its cursor's, with the position after which it begins. */
export const queryOf = (
  given: Readonly<Record<string, string | undefined>>,
): { query: Record<string, string | undefined>; place: string } => {
  if (given.cursor === undefined) return { query: given, place: '' };
  try {
    const held = JSON.parse(Buffer.from(given.cursor, 'base64url').toString()) as unknown;
    if (typeof held === 'object' && held !== null && 'after' in held && typeof held.after === 'string') {
      const { after: place, ...query } = held as Record<string, string>;
      return { query, place: place ?? '' };
    }
  } catch {
    // The next statement refuses it.
  }
  throw badRequest('cursor is not valid');
};
