import type { z } from 'zod';
import { badRequest, conflict, notFound } from './refusal';
import { coreNames, type contactPost, type contactPut, type resubscribe, type signUp } from './schemas';
import { newContact, newEmail, type Address, type Contact, type Permission, type Phone } from './state';
import type { Account } from './store';
import type { Switches } from './switches';
import { isoAt, type World } from './world';

const most = { lists: 50, tags: 50, fields: 25, phones: 3, addresses: 3 } as const;

export const contactById = (account: Account, id: string): Contact => {
  const contact = account.contacts.byId(id);
  if (!contact) throw notFound('The contact');
  return contact;
};

const coreOf = (body: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([name, value]) => coreNames.includes(name) && value !== undefined));

const joined = (
  present: readonly string[],
  added: readonly string[],
  isKnown: (id: string) => boolean,
  what: string,
  max: number,
): string[] => {
  const unknown = added.find((id) => !isKnown(id));
  if (unknown) throw badRequest(`${what} ${unknown} does not exist`);
  const all = [...new Set([...present, ...added])];
  if (all.length > max) throw badRequest(`A contact has at most ${max} ${what}s`);
  return all;
};
/** Adds lists or tags. They must exist, and a contact has at most 50 of each. */
export const withLists = (account: Account, present: readonly string[], added: readonly string[] = []): string[] =>
  joined(present, added, (id) => account.lists.get(id) !== undefined, 'list', most.lists);
export const withTags = (account: Account, present: readonly string[], added: readonly string[] = []): string[] =>
  joined(present, added, (id) => account.tags.get(id) !== undefined, 'tag', most.tags);

type FieldValue = Contact['custom_fields'][number];
/** Sets values of custom fields. The fields must exist, and a contact has at most 25. */
export const withFields = (
  account: Account,
  present: readonly FieldValue[],
  given: readonly FieldValue[] = [],
): FieldValue[] => {
  const unknown = given.find(({ custom_field_id: id }) => !account.fields.get(id));
  if (unknown) throw badRequest(`custom field ${unknown.custom_field_id} does not exist`);
  const all = new Map([...present, ...given].map((each) => [each.custom_field_id, each]));
  if (all.size > most.fields) throw badRequest(`A contact has at most ${most.fields} custom fields`);
  return [...all.values()];
};

export const phoneOf = (phone_number: string, kind: string, by: string, now: string): Phone => ({
  phone_number_id: crypto.randomUUID(),
  phone_number,
  kind,
  created_at: now,
  updated_at: now,
  create_source: by,
  update_source: by,
});
const addressOf = (given: Partial<Address>, now: string): Address => ({
  street_address_id: crypto.randomUUID(),
  created_at: now,
  updated_at: now,
  kind: 'home',
  ...given,
});

const notesOf = (given: z.infer<typeof contactPost>['notes'], now: string): Contact['notes'] =>
  (given ?? []).map(({ note_id, created_at, content }) => ({
    note_id: note_id ?? crypto.randomUUID(),
    created_at: created_at ?? now,
    content: content ?? '',
  }));

type Subresources = Pick<
  z.infer<typeof contactPost>,
  'custom_fields' | 'phone_numbers' | 'street_addresses' | 'list_memberships' | 'taggings' | 'notes'
>;
/** The subresources in a body, as a contact stores them; refuses lists, tags and fields that do not exist. */
const givenSubresources = (account: Account, body: Subresources, by: string, now: string): Partial<Contact> => ({
  ...(body.list_memberships ? { list_memberships: withLists(account, [], body.list_memberships) } : {}),
  ...(body.taggings ? { taggings: withTags(account, [], body.taggings) } : {}),
  ...(body.custom_fields ? { custom_fields: withFields(account, [], body.custom_fields) } : {}),
  ...(body.phone_numbers
    ? {
        phone_numbers: body.phone_numbers.map(({ phone_number = '', kind = 'other' }) =>
          phoneOf(phone_number, kind, by, now),
        ),
      }
    : {}),
  ...(body.street_addresses ? { street_addresses: body.street_addresses.map((each) => addressOf(each, now)) } : {}),
  ...(body.notes ? { notes: notesOf(body.notes, now) } : {}),
});

/** Changes a contact's permission, with the dates and sources that belong to it. */
export const setPermission = (contact: Contact, permission: Permission, by: string, now: string): void => {
  const email = contact.email_address;
  if (!email) return;
  email.permission_to_send = permission;
  email.updated_at = now;
  contact.updated_at = now;
  if (permission === 'pending_confirmation') email.confirm_status = 'pending';
  if (permission === 'unsubscribed') {
    email.opt_out_source = by;
    email.opt_out_date = now;
  } else if (permission === 'explicit') {
    if (email.confirm_status === 'pending') email.confirm_status = 'confirmed';
    email.opt_in_source = by;
    email.opt_in_date = now;
    delete email.opt_out_source;
    delete email.opt_out_date;
  }
};

/** `POST /contacts`: only creates. Answers a conflict if the address exists, even on a deleted contact. */
export const createContact = (world: World, account: Account, body: z.infer<typeof contactPost>): Contact => {
  const address = body.email_address?.address.trim().toLowerCase();
  if (!address && !body.first_name && !body.last_name)
    throw badRequest('email_address, first_name or last_name is required');
  if (address && account.contacts.byEmail(address))
    throw conflict('Validation failed: a contact with this email address exists');
  const now = isoAt(world.now());
  const permission = body.email_address?.permission_to_send ?? 'implicit';
  const contact = newContact(
    address ? newEmail(address, permission, body.create_source, now) : undefined,
    body.create_source,
    now,
  );
  contact.core = coreOf(body);
  return account.contacts.put(Object.assign(contact, givenSubresources(account, body, body.create_source, now)));
};

/** `PUT /contacts/{id}`: core properties left out become null; subresources left out stay. */
export const putContact = (world: World, account: Account, id: string, body: z.infer<typeof contactPut>): Contact => {
  const contact = contactById(account, id);
  const by = body.update_source;
  const now = isoAt(world.now());
  const subresources = givenSubresources(account, body, by, now);
  const address = body.email_address?.address?.trim().toLowerCase();
  const holder = address && account.contacts.byEmail(address);
  if (holder && holder !== contact) throw conflict('Another contact has this email address');
  contact.core = coreOf(body);
  contact.update_source = by;
  contact.updated_at = now;
  if (by === 'Account') delete contact.deleted_at;
  if (address && contact.email_address) contact.email_address.address = address;
  else if (address) contact.email_address = newEmail(address, 'implicit', by, now);
  const given = body.email_address?.permission_to_send;
  if (given) setPermission(contact, given, by, now);
  else if (isUnsubscribed(contact) && world.switches.putResubscribesWithoutPermission)
    setPermission(contact, 'implicit', by, now);
  return account.contacts.put(Object.assign(contact, subresources));
};

export const isUnsubscribed = ({ email_address: email }: Contact): boolean =>
  email?.permission_to_send === 'unsubscribed';

/** Whether the sign-up form makes a contact with this permission explicit. */
const signUpGrants = (permission: Permission, switches: Switches): boolean => {
  if (permission === 'unsubscribed') return switches.signUpFormResubscribes;
  if (permission === 'pending_confirmation') return switches.signUpFormOnPending === 'explicit';
  if (permission === 'temp_hold') return switches.signUpFormOnHold === 'explicit';
  return true;
};

/** `POST /contacts/sign_up_form`: creates or updates; lists and custom fields are added. */
export const signUpContact = (world: World, account: Account, body: z.infer<typeof signUp>) => {
  const { switches, busy } = world;
  const at = world.now();
  const now = isoAt(at);
  const address = body.email_address.trim().toLowerCase();
  const known = account.contacts.byEmail(address);
  const lists = withLists(account, known?.list_memberships ?? [], body.list_memberships);
  const fields = withFields(account, known?.custom_fields ?? [], body.custom_fields);
  const key = `${account.id}/${address}`;
  if ((busy.get(key) ?? 0) > at) throw conflict('Another request is changing this contact');
  if (switches.signUpFormBusyMs > 0) busy.set(key, at + switches.signUpFormBusyMs);
  const granted: Permission = account.settings.confirmedOptIn ? 'pending_confirmation' : 'explicit';
  const contact = known ?? newContact(newEmail(address, granted, 'Contact', now), 'Contact', now);
  if (known?.email_address) {
    delete contact.deleted_at;
    if (signUpGrants(known.email_address.permission_to_send, switches))
      setPermission(contact, 'explicit', 'Contact', now);
  }
  contact.list_memberships = lists;
  contact.custom_fields = fields;
  contact.core = { ...contact.core, ...coreOf(body) };
  contact.updated_at = now;
  contact.update_source = 'Contact';
  if (body.phone_number) addPhone(contact, phoneOf(body.phone_number, 'other', 'Contact', now));
  if (body.street_address) changeAddress(contact, body.street_address, now);
  account.contacts.put(contact);
  return { status: known ? 200 : 201, body: { contact_id: contact.contact_id, action: known ? 'updated' : 'created' } };
};

/** A contact keeps one number of each kind, the newest, and three in all. */
export const addPhone = (contact: Contact, phone: Phone): void => {
  const others = contact.phone_numbers.filter(({ kind }) => kind !== phone.kind);
  contact.phone_numbers = [phone, ...others].slice(0, most.phones);
};

/** Changes the given fields of the address of that kind; a contact keeps three addresses. */
export const changeAddress = (contact: Contact, given: Partial<Address> & { kind: string }, now: string): void => {
  const known = contact.street_addresses.find(({ kind }) => kind === given.kind);
  const others = contact.street_addresses.filter((each) => each !== known);
  const changed = known ? { ...known, ...given, updated_at: now } : addressOf(given, now);
  contact.street_addresses = [changed, ...others].slice(0, most.addresses);
};

/** `PUT /contacts/resubscribe/{id}`: one confirmation mail per contact, ever. */
export const resubscribeContact = (
  world: World,
  account: Account,
  id: string,
  { list_ids }: z.infer<typeof resubscribe>,
): void => {
  const contact = contactById(account, id);
  if (!isUnsubscribed(contact)) throw conflict('The contact is not unsubscribed');
  if (contact.resubscribe) throw conflict('A resubscribe email was sent to this contact already');
  withLists(account, [], list_ids);
  contact.resubscribe = list_ids;
  contact.updated_at = isoAt(world.now());
  account.contacts.put(contact);
};

/**
 * Performs an act of the person or of the account's user on a contact. A confirmation also confirms the resubscribe
 * mail.
 */
export const actOnContact = (world: World, account: Account, contact: Contact, act: string): Contact => {
  const now = isoAt(world.now());
  switch (act) {
    case 'unsubscribe':
      setPermission(contact, 'unsubscribed', 'Contact', now);
      contact.list_memberships = [];
      break;
    case 'hold':
      setPermission(contact, 'temp_hold', 'Account', now);
      break;
    case 'confirm':
      if (isUnsubscribed(contact) && contact.resubscribe)
        contact.list_memberships = withLists(account, contact.list_memberships, contact.resubscribe);
      setPermission(contact, 'explicit', 'Contact', now);
      break;
    case 'delete':
      return deleteContact(world, account, contact.contact_id);
    default:
      throw notFound('That act');
  }
  return account.contacts.put(contact);
};

export const deleteContact = (world: World, account: Account, id: string): Contact => {
  const contact = contactById(account, id);
  const now = isoAt(world.now());
  contact.deleted_at = now;
  contact.updated_at = now;
  contact.list_memberships = [];
  if (world.switches.deletedCarryOptOut && contact.email_address) {
    contact.email_address.opt_out_source = 'Account';
    contact.email_address.opt_out_date = now;
  }
  return account.contacts.put(contact);
};

const optional = [
  'custom_fields',
  'list_memberships',
  'phone_numbers',
  'street_addresses',
  'taggings',
  'notes',
] as const;
export const allSubresources: readonly string[] = optional;

/** A contact as the API shows it, with the requested subresources. */
export const showContact = (world: World, contact: Contact, include: readonly string[]) => ({
  contact_id: contact.contact_id,
  ...(contact.email_address ? { email_address: contact.email_address } : {}),
  ...contact.core,
  create_source: contact.create_source,
  update_source: contact.update_source,
  created_at: contact.created_at,
  updated_at: contact.updated_at,
  ...(contact.deleted_at
    ? { deleted_at: world.switches.deletedAt === 'date' ? contact.deleted_at.slice(0, 10) : contact.deleted_at }
    : {}),
  ...Object.fromEntries(optional.filter((name) => include.includes(name)).map((name) => [name, contact[name]])),
});
