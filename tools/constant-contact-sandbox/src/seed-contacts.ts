import { z } from 'zod';
import { phoneOf, setPermission } from './contacts';
import { newContact, newEmail, type Contact } from './state';
import type { Account } from './store';
import { isoAt, type World } from './world';

/** A contact as a test demands it. */
export const seedSchema = z.strictObject({
  email: z.string(),
  permission_to_send: z
    .enum(['explicit', 'implicit', 'not_set', 'pending_confirmation', 'temp_hold', 'unsubscribed'])
    .default('explicit'),
  opt_out_date: z
    .string()
    .transform((date) => new Date(date).toISOString())
    .optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  job_title: z.string().optional(),
  phones: z.array(z.object({ phone_number: z.string(), kind: z.string() })).optional(),
  lists: z.array(z.string()).default([]),
  tags: z.array(z.string()).default([]),
  deleted: z.boolean().default(false),
  /** The time of its deletion; now, if only `deleted` is set. */
  deleted_at: z
    .string()
    .transform((date) => new Date(date).toISOString())
    .optional(),
});
type Seed = z.infer<typeof seedSchema>;

/** Adds contacts to an account without checking any rules; changes those whose address exists. */
export const seedContacts = (world: World, account: Account, seeds: Iterable<Seed>): Contact[] => {
  const now = isoAt(world.now());
  const seeded: Contact[] = [];
  for (const seed of seeds) seeded.push(account.contacts.put(seededContact(account, seed, now)));
  return seeded;
};

const seededContact = (account: Account, seed: Seed, now: string): Contact => {
  const { permission_to_send: permission } = seed;
  const known = account.contacts.byEmail(seed.email);
  const contact =
    known ?? newContact(newEmail(seed.email.trim().toLowerCase(), permission, 'Account', now), 'Account', now);
  if (known) setPermission(contact, permission, 'Contact', now);
  if (seed.opt_out_date && contact.email_address) contact.email_address.opt_out_date = seed.opt_out_date;
  if (seed.deleted || seed.deleted_at) contact.deleted_at = seed.deleted_at ?? now;
  for (const name of ['first_name', 'last_name', 'job_title'] as const)
    if (seed[name] !== undefined) contact.core[name] = seed[name];
  if (seed.phones)
    contact.phone_numbers = seed.phones.map(({ phone_number, kind }) => phoneOf(phone_number, kind, 'Account', now));
  contact.list_memberships = [...seed.lists];
  contact.taggings = [...seed.tags];
  return contact;
};
