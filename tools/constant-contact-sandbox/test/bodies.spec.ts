import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startedSandbox, uuids } from './sandbox';

// Checks the vendor's limits of each endpoint: a body at its limits is accepted, and one step beyond is refused in the
// vendor's shape.
let sandbox: Awaited<ReturnType<typeof startedSandbox>>;
let lists: string[];
let tags: string[];
let fields: string[];
beforeAll(async () => {
  sandbox = await startedSandbox();
  await sandbox.signIn();
  const made = async (path: string, name: (n: number) => object, count: number) => {
    for (let n = 0; n < count; n += 1) await sandbox.api('POST', path, name(n));
  };
  await made('/contact_lists', (n) => ({ name: `List ${n}` }), 50);
  await made('/contact_tags', (n) => ({ name: `Tag ${n}` }), 50);
  await made('/contact_custom_fields', (n) => ({ label: `Field ${n}`, type: 'string' }), 50);
  lists = await sandbox.ids('contact_lists');
  tags = await sandbox.ids('contact_tags');
  fields = await sandbox.ids('contact_custom_fields');
}, 60_000);
afterAll(() => sandbox.close());

let count = 0;
beforeEach(() => {
  count += 1;
});
const text = (length: number) => 'x'.repeat(length);
const emailOf = (length: number) => {
  const end = `.${(count += 1)}@example.com`;
  return text(length - end.length) + end;
};
const many = <T>(length: number, item: (n: number) => T): T[] => Array.from({ length }, (_, n) => item(n));

interface Endpoint {
  readonly method: 'POST' | 'PUT';
  readonly path: () => string | Promise<string>;
  /** The smallest accepted body. */
  readonly least: () => Record<string, unknown>;
  readonly status: number;
  readonly required: readonly string[];
  /** Bodies at a limit, and one step beyond it. */
  readonly limits: Readonly<Record<string, readonly [at: () => object, over: () => object]>>;
  /** Bodies that are refused for other reasons than a limit. */
  readonly wrong: Readonly<Record<string, () => object>>;
}

const lengths = (limits: Record<string, number>, place: (given: object) => object = (given) => given) =>
  Object.fromEntries(
    Object.entries(limits).map(([name, max]) => [
      name,
      [() => place({ [name]: text(max) }), () => place({ [name]: text(max + 1) })] as const,
    ]),
  );
const names = { first_name: 50, last_name: 50, job_title: 50, company_name: 50 };
const addressLengths = { street: 255, city: 50, state: 50, postal_code: 50, country: 50 };
const birthday: Endpoint['limits'] = {
  birthday_month: [() => ({ birthday_month: 12, birthday_day: 1 }), () => ({ birthday_month: 13, birthday_day: 1 })],
  birthday_day: [() => ({ birthday_month: 1, birthday_day: 31 }), () => ({ birthday_month: 1, birthday_day: 32 })],
  anniversary: [() => ({ anniversary: '2001-12-31' }), () => ({ anniversary: '2001-12-031' })],
};
const wrongCore: Endpoint['wrong'] = {
  'a birthday without its day': () => ({ birthday_month: 3 }),
  'an anniversary that is no date': () => ({ anniversary: 'last May' }),
  'a name that is a number': () => ({ first_name: 7 }),
  'an unknown property': () => ({ shiny: true }),
};
const subresources: Endpoint['limits'] = {
  ...birthday,
  ...lengths(names),
  'phone_numbers, how many': [
    () => ({ phone_numbers: many(3, () => ({ phone_number: '1' })) }),
    () => ({ phone_numbers: many(4, () => ({ phone_number: '1' })) }),
  ],
  ...lengths({ phone_number: 25 }, (given) => ({ phone_numbers: [{ kind: 'mobile', ...given }] })),
  'street_addresses, how many': [
    () => ({ street_addresses: many(3, () => ({ kind: 'other' })) }),
    () => ({ street_addresses: many(4, () => ({ kind: 'other' })) }),
  ],
  ...lengths(addressLengths, (given) => ({ street_addresses: [{ kind: 'home', ...given }] })),
  'list_memberships, how many': [
    () => ({ list_memberships: lists.slice(0, 50) }),
    () => ({ list_memberships: lists.slice(0, 51) }),
  ],
  'taggings, how many': [() => ({ taggings: tags.slice(0, 50) }), () => ({ taggings: tags.slice(0, 51) })],
  'custom_fields, how many': [
    () => ({ custom_fields: fields.slice(0, 25).map((id) => ({ custom_field_id: id, value: 'v' })) }),
    () => ({ custom_fields: fields.slice(0, 26).map((id) => ({ custom_field_id: id, value: 'v' })) }),
  ],
  ...lengths({ value: 255 }, (given) => ({ custom_fields: [{ custom_field_id: fields[0], ...given }] })),
  'notes, how many': [
    () => ({ notes: many(150, () => ({ content: 'n' })) }),
    () => ({ notes: many(151, () => ({ content: 'n' })) }),
  ],
  ...lengths({ content: 2000 }, (given) => ({ notes: [given] })),
};
const wrongSubresources: Endpoint['wrong'] = {
  ...wrongCore,
  'an address without its kind': () => ({ street_addresses: [{ street: '1 High Street' }] }),
  'an address of a kind that is not known': () => ({ street_addresses: [{ kind: 'castle' }] }),
  'a phone of a kind that is not known': () => ({ phone_numbers: [{ phone_number: '1', kind: 'fax' }] }),
  'a list that is no UUID': () => ({ list_memberships: ['one'] }),
  'a list that does not exist': () => ({ list_memberships: uuids(1) }),
  'a tag that does not exist': () => ({ taggings: uuids(1) }),
  'a custom field that does not exist': () => ({ custom_fields: [{ custom_field_id: uuids(1)[0], value: 'v' }] }),
  'a custom field without its id': () => ({ custom_fields: [{ value: 'v' }] }),
};
const aContact = async (): Promise<string> =>
  (
    (await sandbox.api('POST', '/contacts', { create_source: 'Account', email_address: { address: emailOf(30) } }))
      .body as { contact_id: string }
  ).contact_id;
const importRow = (given: object) => ({ import_data: [{ email: emailOf(30), ...given }] });

const endpoints: Readonly<Record<string, Endpoint>> = {
  'POST /contacts': {
    method: 'POST',
    path: () => '/contacts',
    least: () => ({ create_source: 'Contact', email_address: { address: emailOf(30) } }),
    status: 201,
    required: ['create_source'],
    limits: {
      'email_address.address': [
        () => ({ email_address: { address: emailOf(80) } }),
        () => ({ email_address: { address: emailOf(81) } }),
      ],
      ...subresources,
    },
    wrong: {
      ...wrongSubresources,
      'neither an e-mail nor a name': () => ({ email_address: undefined }),
      'an e-mail that is none': () => ({ email_address: { address: 'somebody' } }),
      'an e-mail as a text': () => ({ email_address: 'a@example.com' }),
      'a permission that is not known': () => ({
        email_address: { address: 'p@example.com', permission_to_send: 'golden' },
      }),
      'a source that is not known': () => ({ create_source: 'Import' }),
    },
  },
  'PUT /contacts/{id}': {
    method: 'PUT',
    path: async () => `/contacts/${await aContact()}`,
    least: () => ({ update_source: 'Account' }),
    status: 200,
    required: ['update_source'],
    limits: {
      'email_address.address': [
        () => ({ email_address: { address: emailOf(80) } }),
        () => ({ email_address: { address: emailOf(81) } }),
      ],
      ...subresources,
    },
    wrong: { ...wrongSubresources, 'the source of its creation': () => ({ create_source: 'Contact' }) },
  },
  'POST /contacts/sign_up_form': {
    method: 'POST',
    path: () => '/contacts/sign_up_form',
    least: () => ({ email_address: emailOf(30), list_memberships: lists.slice(0, 1) }),
    status: 201,
    required: ['email_address', 'list_memberships'],
    limits: {
      email_address: [() => ({ email_address: emailOf(50) }), () => ({ email_address: emailOf(51) })],
      ...lengths({ ...names, phone_number: 25 }),
      ...lengths(addressLengths, (given) => ({ street_address: { kind: 'home', ...given } })),
      ...lengths({ value: 255 }, (given) => ({ custom_fields: [{ custom_field_id: fields[0], ...given }] })),
      ...birthday,
      'list_memberships, at most': [
        () => ({ list_memberships: lists.slice(0, 50) }),
        () => ({ list_memberships: lists.slice(0, 51) }),
      ],
      'list_memberships, at least': [() => ({ list_memberships: lists.slice(0, 1) }), () => ({ list_memberships: [] })],
      // The body may have 50, a contact 25.
      'custom_fields, how many': [
        () => ({ custom_fields: many(50, (n) => ({ custom_field_id: fields[n % 25], value: 'v' })) }),
        () => ({ custom_fields: many(51, (n) => ({ custom_field_id: fields[n % 25], value: 'v' })) }),
      ],
      'custom fields of a contact': [
        () => ({ custom_fields: many(25, (n) => ({ custom_field_id: fields[n], value: 'v' })) }),
        () => ({ custom_fields: many(26, (n) => ({ custom_field_id: fields[n], value: 'v' })) }),
      ],
    },
    wrong: {
      ...wrongCore,
      'an address without its kind': () => ({ street_address: { street: '1 High Street' } }),
      tags: () => ({ taggings: tags.slice(0, 1) }),
      'a permission': () => ({ permission_to_send: 'explicit' }),
      'a list that does not exist': () => ({ list_memberships: uuids(1) }),
    },
  },
  'POST /contact_lists': {
    method: 'POST',
    path: () => '/contact_lists',
    least: () => ({ name: `L ${(count += 1)}` }),
    status: 201,
    required: ['name'],
    limits: lengths({ name: 255 }),
    wrong: { 'a name that is empty': () => ({ name: '' }), 'a favourite in words': () => ({ favorite: 'yes' }) },
  },
  'POST /contact_tags': {
    method: 'POST',
    path: () => '/contact_tags',
    least: () => ({ name: `T ${(count += 1)}` }),
    status: 201,
    required: ['name'],
    limits: lengths({ name: 255 }),
    wrong: { 'a name that is empty': () => ({ name: '' }) },
  },
  'POST /contact_custom_fields': {
    method: 'POST',
    path: () => '/contact_custom_fields',
    least: () => ({ label: `F ${(count += 1)}`, type: 'string' }),
    status: 201,
    required: ['label', 'type'],
    limits: lengths({ label: 50, type: 20 }),
    wrong: { 'a label that is empty': () => ({ label: '' }) },
  },
  'POST /activities/contacts_json_import': {
    method: 'POST',
    path: () => '/activities/contacts_json_import',
    least: () => ({ import_data: [{ email: emailOf(30) }], list_ids: lists.slice(0, 1) }),
    status: 201,
    required: ['import_data', 'list_ids'],
    limits: {
      email: [() => ({ import_data: [{ email: emailOf(50) }] }), () => ({ import_data: [{ email: emailOf(51) }] })],
      ...lengths({ ...names, phone: 50, street: 255, city: 50, state: 50, zip: 50, country: 50 }, importRow),
      ...lengths({ 'cf:Field_1': 255 }, importRow),
      'list_ids, at most': [() => ({ list_ids: lists.slice(0, 50) }), () => ({ list_ids: lists.slice(0, 51) })],
      'list_ids, at least': [() => ({ list_ids: lists.slice(0, 1) }), () => ({ list_ids: [] })],
      import_data: [
        () => ({ import_data: many(40_000, (n) => ({ email: `i${n}@e.co` })) }),
        () => ({ import_data: many(40_001, (n) => ({ email: `i${n}@e.co` })) }),
      ],
    },
    wrong: {
      'a list that does not exist': () => ({ list_ids: uuids(1) }),
      'a column that is not known': () => importRow({ shiny: 'x' }),
      'a list that is no UUID': () => ({ list_ids: ['one'] }),
      'a value that is a list': () => importRow({ first_name: ['Ada'] }),
    },
  },
  ...Object.fromEntries(
    (['contacts_taggings_add', 'contacts_taggings_remove'] as const).map((name): [string, Endpoint] => [
      `POST /activities/${name}`,
      batch(name, 'tag_ids', () => tags),
    ]),
  ),
  ...Object.fromEntries(
    (['add_list_memberships', 'remove_list_memberships'] as const).map((name): [string, Endpoint] => [
      `POST /activities/${name}`,
      batch(name, 'list_ids', () => lists),
    ]),
  ),
};

function batch(name: string, ids: string, known: () => string[]): Endpoint {
  return {
    method: 'POST',
    path: () => `/activities/${name}`,
    least: () => ({ source: { contact_ids: uuids(1) }, [ids]: known().slice(0, 1) }),
    status: 201,
    required: ['source', ids],
    limits: {
      'source.contact_ids': [
        () => ({ source: { contact_ids: uuids(500) } }),
        () => ({ source: { contact_ids: uuids(501) } }),
      ],
      [ids]: [() => ({ [ids]: known().slice(0, 50) }), () => ({ [ids]: known().slice(0, 51) })],
    },
    wrong: {
      'a source without contacts': () => ({ source: {} }),
      'a contact that is no UUID': () => ({ source: { contact_ids: ['one'] } }),
    },
  };
}

const refused = {
  status: 400,
  body: [{ error_key: 'contacts.api.validation.error', error_message: expect.any(String) }],
};
const cases = Object.entries(endpoints);

describe.each(cases)('%s', (_, { method, path, least, status, required, limits, wrong }) => {
  const send = async (more: object) => sandbox.api(method, await path(), { ...least(), ...more });

  it('accepts its smallest body', async () => {
    expect((await send({})).status).toBe(status);
  });

  it.each(required)('requires %s', async (name) => {
    expect(await send({ [name]: undefined })).toEqual(refused);
  });

  it.each(Object.entries(limits))('has a limit: %s', async (_name, [at, over]) => {
    expect((await send(at())).status).toBe(status);
    expect(await send(over())).toEqual(refused);
  });

  it.each(Object.entries(wrong))('refuses %s', async (_name, given) => {
    expect(await send(given())).toEqual(refused);
  });

  it('accepts only JSON', async () => {
    const asked = async (type: string, body: string) =>
      sandbox.answerOf(
        await fetch(`${sandbox.url}/v3${await path()}`, {
          method,
          headers: { authorization: `Bearer ${sandbox.token()}`, 'content-type': type },
          body,
        }),
      );
    const kind = { status: 415, body: [{ error_key: 'unsupported_media_type', error_message: expect.any(String) }] };
    expect(await asked('text/plain', JSON.stringify(least()))).toEqual(kind);
    expect(await asked('application/x-www-form-urlencoded', 'a=b')).toEqual(kind);
    expect(await asked('application/json', '{"half":')).toEqual(refused);
    expect(await asked('application/json', 'null')).toEqual(refused);
  });
});

describe('a query', () => {
  it.each<[string, string]>([
    ['/contacts?limit=500', '/contacts?limit=501'],
    ['/contacts?limit=1', '/contacts?limit=0'],
    ['/contacts?status=all', '/contacts?status=every'],
    ['/contacts?status=active,unsubscribed', '/contacts?status=active,explicit'],
    ['/contacts?include=taggings,notes', '/contacts?include=taggings,orders'],
    ['/contacts?updated_after=2026-01-01T00:00:00Z', '/contacts?updated_after=yesterday'],
    ['/contacts?optout_after=2026-01-01T00:00:00%2B02:00', '/contacts?optout_after=1'],
    ['/contacts?include_count=true', '/contacts?include_count=yes'],
    [`/contacts?lists=${uuids(25).join()}`, `/contacts?lists=${uuids(26).join()}`],
    [`/contacts?tags=${uuids(50).join()}`, `/contacts?tags=${uuids(51).join()}`],
    ['/contact_lists?limit=1000', '/contact_lists?limit=1001'],
    ['/contact_lists?include_membership_count=active', '/contact_lists?include_membership_count=true'],
    ['/contact_tags?limit=500', '/contact_tags?limit=501'],
    ['/contact_custom_fields?limit=100', '/contact_custom_fields?limit=101'],
    ['/activities?limit=500', '/activities?limit=501'],
    ['/activities?state=timed_out', '/activities?state=initialized'],
    ['/account/summary?extra_fields=physical_address', '/account/summary?extra_fields=age'],
    ['/contacts', '/contacts?cursor=nonsense'],
    ['/contacts', '/contacts?limit=1&limit=2'],
  ])('%s is accepted, %s is refused', async (taken, over) => {
    expect((await sandbox.api('GET', taken)).status).toBe(200);
    expect(await sandbox.api('GET', over)).toEqual(refused);
  });
});
