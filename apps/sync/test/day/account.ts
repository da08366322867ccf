import type { CcContact } from '@boxlist/constant-contact';
import type { ContactCacheState } from '../../src/domain/read-strategy';
import type { KnownContact } from '../../src/domain/known-contact';
import type { Load, Office, Order } from './load';

interface Contact {
  readonly id: string;
  readonly lists: Set<string>;
  readonly tags: Set<string>;
}

/** A batch that Constant Contact works off in its own time. */
export interface Activity {
  readonly endsAt: number;
  pollAt: number;
  polls: number;
}

const activityMs = 3_000;
const rowsPerSecond = 2_000;

/** The account of one box office at Constant Contact, and what is known of it; all buyers may be mailed. */
export const createAccount = (office: Office, orders: readonly Order[]) => {
  const contacts = new Map<string, Contact>();
  let made = 0;
  const add = (email: string): Contact => {
    const contact = { id: `${office.id}.${(made += 1)}`, lists: new Set<string>(), tags: new Set<string>() };
    contacts.set(email, contact);
    return contact;
  };
  for (const { email, isKnown } of orders) if (isKnown) add(email);
  const cache: { -readonly [name in keyof ContactCacheState]: ContactCacheState[name] } & { pagesRead: number } = {
    complete: false,
    watermark: null,
    cursor: null,
    size: null,
    lookUps: 0,
    pagesRead: 0,
  };
  let changed = 0;
  const write = (email: string, listIds: readonly string[], tagIds: readonly string[]): void => {
    const contact = contacts.get(email) ?? add(email);
    for (const id of listIds) contact.lists.add(id);
    for (const id of tagIds) contact.tags.add(id);
    changed += 1;
  };
  const known = (email: string, isWhole: boolean): KnownContact | 'none' => {
    const contact = contacts.get(email);
    if (!contact) return 'none';
    return {
      contactId: contact.id,
      state: 'explicit',
      optedOutAt: null,
      deleted: false,
      detailsMark: null,
      ...(isWhole ? { whole: wholeOf(email, contact) } : {}),
    };
  };
  return {
    office,
    cache,
    has: (email: string): boolean => contacts.has(email),
    size: (): number => office.contacts + contacts.size,
    /** How many contacts have changed since somebody asked last. */
    takeChanged: (): number => {
      const count = changed;
      changed = 0;
      return count;
    },
    known,
    write,
    begin: (now: number, rows: number): Activity => ({
      endsAt: now + activityMs + (rows / rowsPerSecond) * 1_000,
      pollAt: Infinity,
      polls: 0,
    }),
    /** Whether an order's wishes have come true. */
    holds: (email: string): boolean => {
      const contact = contacts.get(email);
      return contact?.lists.size === 1 && contact.tags.size === office.workflows - 1;
    },
  };
};

export type Account = ReturnType<typeof createAccount>;

const wholeOf = (email: string, { id, lists, tags }: Contact): CcContact => ({
  contact_id: id,
  email_address: { address: email, permission_to_send: 'explicit' },
  first_name: 'Ada',
  list_memberships: [...lists],
  taggings: [...tags],
  custom_fields: [],
  phone_numbers: [],
  street_addresses: [],
});

/** The accounts of all box offices as the day begins. */
export const createAccounts = ({ offices, orders }: Load): Map<string, Account> => {
  const byOffice = new Map<string, Order[]>();
  for (const order of orders) {
    const own = byOffice.get(order.office.id);
    if (own) own.push(order);
    else byOffice.set(order.office.id, [order]);
  }
  return new Map(offices.map((office) => [office.id, createAccount(office, byOffice.get(office.id) ?? [])]));
};
