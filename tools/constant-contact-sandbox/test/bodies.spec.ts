import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '@boxlist/service-kit';
import { configSchema } from '../src/config';
import { createSandbox } from '../src/service';

// Each limit of the vendor's published spec for the bodies that Boxlist sends: at the limit it is taken, over it refused in the vendor's shape of error.
const redirect = 'http://127.0.0.1:9/callback';
let sandbox: Service;
let token: string;
let listId: string;
let tagId: string;
let fieldId: string;
let contactId: string;
let made = 0;

const text = (length: number): string => 'x'.repeat(length);
const anEmail = (length = 30): string => {
  const tail = `${(made += 1)}@example.com`;
  return `${text(length - tail.length)}${tail}`;
};
const many = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));
const anId = (): string => crypto.randomUUID();

const signIn = async (): Promise<string> => {
  const query = new URLSearchParams({
    client_id: 'boxlist-dev',
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'contact_data offline_access account_read',
    state: 's',
  });
  const base = `${sandbox.url}/oauth2/default/v1`;
  const page = await (await fetch(`${base}/authorize?${query.toString()}`)).text();
  const request = /name="request" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const back = await fetch(`${base}/authorize/decision`, {
    method: 'POST',
    body: new URLSearchParams({ request, account: 'riverside', decision: 'allow' }),
    redirect: 'manual',
  });
  const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const answer = await fetch(`${base}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('boxlist-dev:boxlist-dev-secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirect }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
};

const send = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${sandbox.url}/v3${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = await response.text();
  return { status: response.status, body: (answer ? JSON.parse(answer) : undefined) as Record<string, unknown> };
};

beforeAll(async () => {
  sandbox = await createSandbox(
    configSchema.parse({ SANDBOX_PORT: 0, SANDBOX_REDIRECT_URIS: redirect, SANDBOX_CALLS_PER_SECOND: 1000 }),
  );
  token = await signIn();
  const lists = (await send('GET', '/contact_lists')).body.lists as { list_id: string }[];
  listId = lists[0]!.list_id;
  tagId = (await send('POST', '/contact_tags', { name: 'bodies' })).body.tag_id as string;
  fieldId = (await send('POST', '/contact_custom_fields', { label: 'Bodies', type: 'string' })).body
    .custom_field_id as string;
  contactId = (await send('POST', '/contacts', newContact({}))).body.contact_id as string;
});
afterAll(() => sandbox.close());

const newContact = (given: object) => ({
  create_source: 'Contact',
  email_address: { address: anEmail(), permission_to_send: 'explicit' },
  ...given,
});
const signUp = (given: object) => ({ email_address: anEmail(), list_memberships: [listId], ...given });
const address = (given: object) => ({ kind: 'home', ...given });

/** What is varied, a body at the limit, and one over it. */
type Row = [what: string, method: 'POST' | 'PUT', path: () => string, taken: () => object, refused: () => object];

const names = ['first_name', 'last_name', 'job_title', 'company_name'] as const;
const rows: Row[] = [
  [
    'sign-up: address of 50',
    'POST',
    () => '/contacts/sign_up_form',
    () => signUp({ email_address: anEmail(50) }),
    () => signUp({ email_address: anEmail(51) }),
  ],
  [
    'sign-up: at least one list',
    'POST',
    () => '/contacts/sign_up_form',
    () => signUp({}),
    () => signUp({ list_memberships: [] }),
  ],
  [
    'sign-up: at most 50 lists',
    'POST',
    () => '/contacts/sign_up_form',
    () => signUp({}),
    () => signUp({ list_memberships: many(51, anId) }),
  ],
  [
    'sign-up: phone of 25',
    'POST',
    () => '/contacts/sign_up_form',
    () => signUp({ phone_number: text(25) }),
    () => signUp({ phone_number: text(26) }),
  ],
  [
    'sign-up: street of 255',
    'POST',
    () => '/contacts/sign_up_form',
    () => signUp({ street_address: address({ street: text(255) }) }),
    () => signUp({ street_address: address({ street: text(256) }) }),
  ],
  [
    'sign-up: an address has a kind',
    'POST',
    () => '/contacts/sign_up_form',
    () => signUp({ street_address: address({}) }),
    () => signUp({ street_address: { street: 'x' } }),
  ],
  [
    'sign-up: custom field of 255',
    'POST',
    () => '/contacts/sign_up_form',
    () => signUp({ custom_fields: [{ custom_field_id: fieldId, value: text(255) }] }),
    () => signUp({ custom_fields: [{ custom_field_id: fieldId, value: text(256) }] }),
  ],
  ...names.map((name): Row => [
    `sign-up: ${name} of 50`,
    'POST',
    () => '/contacts/sign_up_form',
    () => signUp({ [name]: text(50) }),
    () => signUp({ [name]: text(51) }),
  ]),
  [
    'contact: address of 80',
    'POST',
    () => '/contacts',
    () => newContact({ email_address: { address: anEmail(80) } }),
    () => newContact({ email_address: { address: anEmail(81) } }),
  ],
  [
    'contact: a source, Contact or Account',
    'POST',
    () => '/contacts',
    () => newContact({ create_source: 'Account' }),
    () => newContact({ create_source: 'Import' }),
  ],
  [
    'contact: a known permission',
    'POST',
    () => '/contacts',
    () => newContact({}),
    () => newContact({ email_address: { address: anEmail(), permission_to_send: 'yes' } }),
  ],
  [
    'contact: at most 3 phones',
    'POST',
    () => '/contacts',
    () => newContact({ phone_numbers: many(3, () => ({ phone_number: '1', kind: 'other' })) }),
    () => newContact({ phone_numbers: many(4, () => ({ phone_number: '1', kind: 'other' })) }),
  ],
  [
    'contact: phone of 25',
    'POST',
    () => '/contacts',
    () => newContact({ phone_numbers: [{ phone_number: text(25) }] }),
    () => newContact({ phone_numbers: [{ phone_number: text(26) }] }),
  ],
  [
    'contact: at most 3 addresses',
    'POST',
    () => '/contacts',
    () => newContact({ street_addresses: many(3, () => address({})) }),
    () => newContact({ street_addresses: many(4, () => address({})) }),
  ],
  [
    'contact: postal code of 50',
    'POST',
    () => '/contacts',
    () => newContact({ street_addresses: [address({ postal_code: text(50) })] }),
    () => newContact({ street_addresses: [address({ postal_code: text(51) })] }),
  ],
  [
    'contact: at most 25 custom fields',
    'POST',
    () => '/contacts',
    () => newContact({ custom_fields: [{ custom_field_id: fieldId, value: 'x' }] }),
    () => newContact({ custom_fields: many(26, () => ({ custom_field_id: fieldId, value: 'x' })) }),
  ],
  [
    'contact: at most 50 lists',
    'POST',
    () => '/contacts',
    () => newContact({ list_memberships: [listId] }),
    () => newContact({ list_memberships: many(51, anId) }),
  ],
  [
    'contact: at most 50 tags',
    'POST',
    () => '/contacts',
    () => newContact({ taggings: [tagId] }),
    () => newContact({ taggings: many(51, anId) }),
  ],
  [
    'contact: lists that exist',
    'POST',
    () => '/contacts',
    () => newContact({ list_memberships: [listId] }),
    () => newContact({ list_memberships: [anId()] }),
  ],
  [
    'contact: tags that exist',
    'POST',
    () => '/contacts',
    () => newContact({ taggings: [tagId] }),
    () => newContact({ taggings: [anId()] }),
  ],
  ...names.map((name): Row => [
    `contact: ${name} of 50`,
    'POST',
    () => '/contacts',
    () => newContact({ [name]: text(50) }),
    () => newContact({ [name]: text(51) }),
  ]),
  [
    'update: a source',
    'PUT',
    () => `/contacts/${contactId}`,
    () => ({ update_source: 'Account' }),
    () => ({ first_name: 'x' }),
  ],
  [
    'update: first_name of 50',
    'PUT',
    () => `/contacts/${contactId}`,
    () => ({ update_source: 'Account', first_name: text(50) }),
    () => ({ update_source: 'Account', first_name: text(51) }),
  ],
  [
    'list: name of 255',
    'POST',
    () => '/contact_lists',
    () => ({ name: `${text(250)}${(made += 1)}` }),
    () => ({ name: text(256) }),
  ],
  [
    'tag: name of 255',
    'POST',
    () => '/contact_tags',
    () => ({ name: `${text(250)}${(made += 1)}` }),
    () => ({ name: text(256) }),
  ],
  [
    'custom field: label of 50',
    'POST',
    () => '/contact_custom_fields',
    () => ({ label: `${text(45)}${(made += 1)}`, type: 'string' }),
    () => ({ label: text(51), type: 'string' }),
  ],
  [
    'custom field: a known type',
    'POST',
    () => '/contact_custom_fields',
    () => ({ label: `f${(made += 1)}`, type: 'date' }),
    () => ({ label: `f${(made += 1)}`, type: 'person' }),
  ],
  [
    'tag batch: at most 500 contacts',
    'POST',
    () => '/activities/contacts_taggings_add',
    () => ({ source: { contact_ids: many(500, anId) }, tag_ids: [tagId] }),
    () => ({ source: { contact_ids: many(501, anId) }, tag_ids: [tagId] }),
  ],
  [
    'tag batch: at most 50 tags',
    'POST',
    () => '/activities/contacts_taggings_remove',
    () => ({ source: { contact_ids: [contactId] }, tag_ids: [tagId] }),
    () => ({ source: { contact_ids: [contactId] }, tag_ids: many(51, anId) }),
  ],
  [
    'list batch: at most 500 contacts',
    'POST',
    () => '/activities/add_list_memberships',
    () => ({ source: { contact_ids: many(500, anId) }, list_ids: [listId] }),
    () => ({ source: { contact_ids: many(501, anId) }, list_ids: [listId] }),
  ],
  [
    'list batch: at most 50 lists',
    'POST',
    () => '/activities/remove_list_memberships',
    () => ({ source: { contact_ids: [contactId] }, list_ids: [listId] }),
    () => ({ source: { contact_ids: [contactId] }, list_ids: many(51, anId) }),
  ],
  [
    'import: at most 40,000 contacts',
    'POST',
    () => '/activities/contacts_json_import',
    () => ({ import_data: many(40_000, (index) => ({ email: `${index}@example.com` })), list_ids: [listId] }),
    () => ({ import_data: many(40_001, (index) => ({ email: `${index}@example.com` })), list_ids: [listId] }),
  ],
  [
    'import: at least one list',
    'POST',
    () => '/activities/contacts_json_import',
    () => ({ import_data: [{ email: anEmail() }], list_ids: [listId] }),
    () => ({ import_data: [{ email: anEmail() }], list_ids: [] }),
  ],
  [
    'import: lists that exist',
    'POST',
    () => '/activities/contacts_json_import',
    () => ({ import_data: [{ email: anEmail() }], list_ids: [listId] }),
    () => ({ import_data: [{ email: anEmail() }], list_ids: [anId()] }),
  ],
];

describe('a body', () => {
  it.each(rows)('%s', async (_what, method, path, taken, refused) => {
    const good = await send(method, path(), taken());
    expect([200, 201]).toContain(good.status);
    const bad = await send(method, path(), refused());
    expect(bad.status).toBe(400);
    expect(bad.body).toEqual([{ error_key: expect.stringContaining('.'), error_message: expect.any(String) }]);
  });
});

describe('a page', () => {
  it.each([
    ['/contacts', 500],
    ['/contact_tags', 500],
    ['/contact_lists', 1000],
    ['/contact_custom_fields', 100],
    ['/activities', 500],
  ])('%s has at most %d items', async (path, most) => {
    expect((await send('GET', `${path}?limit=${most}`)).status).toBe(200);
    expect((await send('GET', `${path}?limit=${most + 1}`)).status).toBe(400);
    expect((await send('GET', `${path}?limit=0`)).status).toBe(400);
  });
});
