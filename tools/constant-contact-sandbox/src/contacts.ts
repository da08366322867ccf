import type { z } from 'zod';
import { coreNames, type contactPost, type contactPut, type resubscribe, type signUp } from './schemas';
import { newContact, type Account, type Contact, type Permission } from './state';
import { badRequest, conflict, isoAt, notFound, type World } from './world';

const plain = (email: string): string => email.trim().toLowerCase();

interface Index {
  counted: number;
  readonly byEmail: Map<string, Contact>;
  readonly byId: Map<string, Contact>;
}
const indexes = new WeakMap<readonly Contact[], Index>();

/** Contacts are only ever appended, and keep their address: the index follows their number. */
const indexOf = ({ contacts }: Account): Index => {
  const index = indexes.get(contacts) ?? { counted: 0, byEmail: new Map(), byId: new Map() };
  indexes.set(contacts, index);
  for (; index.counted < contacts.length; index.counted += 1) {
    const contact = contacts[index.counted];
    if (!contact) break;
    index.byEmail.set(plain(contact.email_address.address), contact);
    index.byId.set(contact.contact_id, contact);
  }
  return index;
};

export const findContact = (account: Account, email: string): Contact | undefined =>
  indexOf(account).byEmail.get(plain(email));

const coreOf = (body: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([name, value]) => coreNames.includes(name) && value !== undefined));

/** Adds ids up to the ceiling of 50; refuses what does not exist. */
export const addIds = (
  present: readonly string[],
  added: readonly string[],
  known: readonly string[],
  what: string,
): string[] => {
  const unknown = added.find((id) => !known.includes(id));
  if (unknown) throw badRequest(`${what} ${unknown} does not exist`);
  const all = [...new Set([...present, ...added])];
  if (all.length > 50) throw badRequest(`A contact has at most 50 ${what}s`);
  return all;
};
const listIds = (account: Account): string[] => account.lists.map(({ list_id }) => list_id);
const tagIds = (account: Account): string[] => account.tags.map(({ tag_id }) => tag_id);

const checkFields = (account: Account, fields: readonly { custom_field_id: string }[] = []): void => {
  const unknown = fields.find(
    ({ custom_field_id }) => !account.fields.some((field) => field.custom_field_id === custom_field_id),
  );
  if (unknown) throw badRequest(`custom field ${unknown.custom_field_id} does not exist`);
};

export const setPermission = (contact: Contact, permission: Permission, by: string, now: string): void => {
  const email = contact.email_address;
  email.permission_to_send = permission;
  email.updated_at = now;
  contact.updated_at = now;
  email.confirm_status = permission === 'pending_confirmation' ? 'pending' : email.confirm_status;
  if (permission === 'unsubscribed') {
    email.opt_out_source = by;
    email.opt_out_date = now;
  } else if (permission === 'explicit') {
    email.opt_in_source = by;
    email.opt_in_date = now;
    delete email.opt_out_source;
    delete email.opt_out_date;
  }
};

/** `POST /contacts`: creates only; a conflict when the address exists, also deleted. */
export const createContact = (world: World, account: Account, body: z.infer<typeof contactPost>): Contact => {
  const address = body.email_address?.address.trim().toLowerCase();
  if (!address && !body.first_name && !body.last_name)
    throw badRequest('email_address, first_name or last_name is required');
  if (!address) throw badRequest('the sandbox keeps contacts by e-mail address only');
  if (findContact(account, address)) throw conflict('Validation failed: a contact with this email address exists');
  checkFields(account, body.custom_fields);
  const now = isoAt(world.now());
  const contact = newContact(address, body.email_address?.permission_to_send ?? 'implicit', body.create_source, now);
  contact.core = coreOf(body);
  contact.list_memberships = addIds([], body.list_memberships ?? [], listIds(account), 'list');
  contact.taggings = addIds([], body.taggings ?? [], tagIds(account), 'tag');
  contact.custom_fields = (body.custom_fields ?? []).map(({ custom_field_id, value = '' }) => ({
    custom_field_id,
    value,
  }));
  contact.phone_numbers = (body.phone_numbers ?? []).map(({ phone_number, kind = 'other' }) => ({
    phone_number,
    kind,
  }));
  contact.street_addresses = body.street_addresses ?? [];
  account.contacts.push(contact);
  return contact;
};

/** `PUT /contacts/{id}`: core properties left out become null; subresources left out stay. */
export const putContact = (world: World, account: Account, id: string, body: z.infer<typeof contactPut>): Contact => {
  const contact = contactById(account, id);
  checkFields(account, body.custom_fields);
  const lists = body.list_memberships && addIds([], body.list_memberships, listIds(account), 'list');
  const tags = body.taggings && addIds([], body.taggings, tagIds(account), 'tag');
  const now = isoAt(world.now());
  contact.core = coreOf(body);
  contact.update_source = body.update_source;
  contact.updated_at = now;
  if (contact.deleted_at && body.update_source === 'Account') delete contact.deleted_at;
  const given = body.email_address?.permission_to_send;
  if (given) setPermission(contact, given, body.update_source, now);
  else if (
    contact.email_address.permission_to_send === 'unsubscribed' &&
    world.switches.putResubscribesWithoutPermission
  ) {
    setPermission(contact, 'implicit', body.update_source, now);
  }
  if (lists) contact.list_memberships = lists;
  if (tags) contact.taggings = tags;
  if (body.custom_fields)
    contact.custom_fields = body.custom_fields.map(({ custom_field_id, value = '' }) => ({ custom_field_id, value }));
  if (body.phone_numbers)
    contact.phone_numbers = body.phone_numbers.map(({ phone_number, kind = 'other' }) => ({ phone_number, kind }));
  if (body.street_addresses) contact.street_addresses = body.street_addresses;
  return contact;
};

export const contactById = (account: Account, id: string): Contact => {
  const contact = indexOf(account).byId.get(id);
  if (!contact) throw notFound('The contact');
  return contact;
};

/** What the form does to one that exists and may not be mailed is not documented. */
const becomesExplicit = ({ switches }: World, permission: Permission): boolean => {
  if (permission === 'unsubscribed') return switches.signUpFormResubscribes;
  if (permission === 'temp_hold' || permission === 'pending_confirmation') return switches.signUpFormReleases;
  return true;
};

/** `POST /contacts/sign_up_form`: creates or updates; lists and custom fields are appended. */
export const signUpContact = (world: World, account: Account, body: z.infer<typeof signUp>) => {
  checkFields(account, body.custom_fields);
  const now = isoAt(world.now());
  const granted: Permission = account.confirmedOptIn ? 'pending_confirmation' : 'explicit';
  const known = findContact(account, body.email_address);
  const lists = addIds(known?.list_memberships ?? [], body.list_memberships, listIds(account), 'list');
  const contact = known ?? newContact(body.email_address.trim().toLowerCase(), granted, 'Contact', now);
  if (!known) account.contacts.push(contact);
  else {
    delete contact.deleted_at;
    if (becomesExplicit(world, contact.email_address.permission_to_send))
      setPermission(contact, 'explicit', 'Contact', now);
  }
  contact.list_memberships = lists;
  contact.core = { ...contact.core, ...coreOf(body) };
  contact.updated_at = now;
  if (body.phone_number)
    contact.phone_numbers = [{ phone_number: body.phone_number, kind: 'other' }, ...contact.phone_numbers].slice(0, 3);
  if (body.street_address) {
    const { kind } = body.street_address;
    contact.street_addresses = [
      body.street_address,
      ...contact.street_addresses.filter((each) => each.kind !== kind),
    ].slice(0, 3);
  }
  for (const { custom_field_id, value = '' } of body.custom_fields ?? []) {
    contact.custom_fields = [
      ...contact.custom_fields.filter((each) => each.custom_field_id !== custom_field_id),
      { custom_field_id, value },
    ];
  }
  return { status: known ? 200 : 201, body: { contact_id: contact.contact_id, action: known ? 'updated' : 'created' } };
};

/** `PUT /contacts/resubscribe/{id}`: one confirmation mail for a contact, ever. */
export const resubscribeContact = (
  world: World,
  account: Account,
  id: string,
  body: z.infer<typeof resubscribe>,
): Contact => {
  const contact = contactById(account, id);
  if (contact.email_address.permission_to_send !== 'unsubscribed') throw conflict('The contact is not unsubscribed');
  if (contact.resubscribeSent) throw conflict('A resubscribe email was sent to this contact already');
  addIds([], body.list_ids, listIds(account), 'list');
  contact.resubscribeSent = true;
  contact.updated_at = isoAt(world.now());
  return contact;
};

export const deleteContact = (world: World, account: Account, id: string): void => {
  const contact = contactById(account, id);
  const now = isoAt(world.now());
  contact.deleted_at = now;
  contact.updated_at = now;
  contact.list_memberships = [];
};

const optional = [
  'custom_fields',
  'list_memberships',
  'phone_numbers',
  'street_addresses',
  'taggings',
  'notes',
] as const;

/** A contact as the API shows it: subresources only where asked for. */
export const showContact = (contact: Contact, include: readonly string[]) => ({
  contact_id: contact.contact_id,
  email_address: contact.email_address,
  ...contact.core,
  create_source: contact.create_source,
  update_source: contact.update_source,
  created_at: contact.created_at,
  updated_at: contact.updated_at,
  ...(contact.deleted_at ? { deleted_at: contact.deleted_at } : {}),
  ...Object.fromEntries(optional.filter((name) => include.includes(name)).map((name) => [name, contact[name]])),
});

const matchesStatus = (contact: Contact, statuses: readonly string[]): boolean => {
  if (statuses.includes('all')) return true;
  if (contact.deleted_at) return statuses.includes('deleted');
  const permission = contact.email_address.permission_to_send;
  const active = permission === 'explicit' || permission === 'implicit';
  return statuses.length === 0 || statuses.includes(permission) || (active && statuses.includes('active'));
};

/** The contacts that a query asks for, in a stable order. */
export const searchContacts = (account: Account, query: Record<string, string | undefined>): Contact[] => {
  const after = (value: string | undefined, limit: string | undefined): boolean =>
    limit === undefined || (value !== undefined && Date.parse(value) > Date.parse(limit));
  const before = (value: string | undefined, limit: string | undefined): boolean =>
    limit === undefined || (value !== undefined && Date.parse(value) < Date.parse(limit));
  const { email, updated_after, updated_before, optout_after, optout_before } = query;
  const statuses = query.status?.split(',') ?? [];
  const candidates =
    email === undefined ? account.contacts : [findContact(account, email)].filter((each) => each !== undefined);
  return candidates.filter(
    (contact) =>
      matchesStatus(contact, statuses) &&
      after(contact.updated_at, updated_after) &&
      before(contact.updated_at, updated_before) &&
      after(contact.email_address.opt_out_date, optout_after) &&
      before(contact.email_address.opt_out_date, optout_before),
  );
};
