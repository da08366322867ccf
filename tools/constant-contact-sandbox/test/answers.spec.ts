import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startedSandbox, uuids } from './sandbox';

// Checks answers: they have the members that the vendor describes, and no others.
let sandbox: Awaited<ReturnType<typeof startedSandbox>>;
let list: string;
let tag: string;
let field: string;
beforeAll(async () => {
  sandbox = await startedSandbox();
  await sandbox.signIn();
  [list] = (await sandbox.ids('contact_lists')) as [string];
  [tag] = (await sandbox.ids('contact_tags')) as [string];
  [field] = (await sandbox.ids('contact_custom_fields')) as [string];
});
afterAll(() => sandbox.close());

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const number = expect.any(Number);
const stamps = { created_at: moment, updated_at: moment };
const whole = () => ({
  create_source: 'Contact',
  email_address: { address: 'whole@example.com', permission_to_send: 'explicit' },
  first_name: 'Ada',
  birthday_month: 5,
  birthday_day: 6,
  list_memberships: [list],
  taggings: [tag],
  custom_fields: [{ custom_field_id: field, value: 'Gala' }],
  phone_numbers: [{ phone_number: '020 7946 0000', kind: 'home' }],
  street_addresses: [{ kind: 'work', street: '1 High Street', country: 'GB' }],
  notes: [{ content: 'A note' }],
});
const contactCore = {
  contact_id: uuid,
  email_address: {
    address: 'whole@example.com',
    permission_to_send: 'explicit',
    opt_in_source: 'Contact',
    opt_in_date: moment,
    confirm_status: 'off',
    ...stamps,
  },
  first_name: 'Ada',
  birthday_month: 5,
  birthday_day: 6,
  create_source: 'Contact',
  update_source: 'Contact',
  ...stamps,
};
const shownWhole = () => ({
  ...contactCore,
  list_memberships: [list],
  taggings: [tag],
  custom_fields: [{ custom_field_id: field, value: 'Gala' }],
  phone_numbers: [
    {
      phone_number_id: uuid,
      phone_number: '020 7946 0000',
      kind: 'home',
      create_source: 'Contact',
      update_source: 'Contact',
      ...stamps,
    },
  ],
  street_addresses: [{ street_address_id: uuid, kind: 'work', street: '1 High Street', country: 'GB', ...stamps }],
  notes: [{ note_id: uuid, created_at: moment, content: 'A note' }],
});
const queued = {
  activity_id: uuid,
  state: 'initialized',
  percent_done: 1,
  activity_errors: [],
  _links: { self: { href: expect.stringMatching(/^\/v3\/activities\/[0-9a-f-]{36}$/) } },
  ...stamps,
};

describe('an answer has the members that the vendor describes', () => {
  it('for a contact that is created, read and deleted', async () => {
    const made = await sandbox.api('POST', '/contacts', whole());
    expect(made).toEqual({ status: 201, body: shownWhole() });
    const { contact_id: id } = made.body as { contact_id: string };
    expect(await sandbox.api('GET', `/contacts/${id}`)).toEqual({ status: 200, body: contactCore });
    expect(
      await sandbox.api(
        'GET',
        `/contacts/${id}?include=list_memberships,taggings,custom_fields,phone_numbers,street_addresses,notes`,
      ),
    ).toEqual({ status: 200, body: shownWhole() });
    expect(await sandbox.api('GET', '/contacts?email=WHOLE%40example.com&include_count=true')).toEqual({
      status: 200,
      body: { contacts: [contactCore], contacts_count: 1 },
    });
    expect(await sandbox.api('DELETE', `/contacts/${id}`)).toEqual({ status: 204, body: undefined });
    expect((await sandbox.api('GET', `/contacts/${id}`)).body).toMatchObject({
      deleted_at: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect((await sandbox.api('GET', '/contacts?email=whole@example.com')).body).toEqual({ contacts: [] });
  });

  it('for a contact without an e-mail address', async () => {
    const made = await sandbox.api('POST', '/contacts', { create_source: 'Account', last_name: 'Lund' });
    expect(made.status).toBe(201);
    expect(made.body).not.toHaveProperty('email_address');
  });

  it('for a sign-up, new and known', async () => {
    const signUp = () =>
      sandbox.api('POST', '/contacts/sign_up_form', { email_address: 's@example.com', list_memberships: [list] });
    expect(await signUp()).toEqual({ status: 201, body: { contact_id: uuid, action: 'created' } });
    expect(await signUp()).toEqual({ status: 200, body: { contact_id: uuid, action: 'updated' } });
  });

  it('for a resubscribe mail: only its status', async () => {
    await sandbox.seed({ email: 'again@example.com', permission_to_send: 'unsubscribed' });
    const { contact_id: id } = (await sandbox.contact('again@example.com'))!;
    expect(await sandbox.api('PUT', `/contacts/resubscribe/${id}`, { list_ids: [list] })).toEqual({
      status: 200,
      body: undefined,
    });
  });

  it('for lists, tags and custom fields', async () => {
    const aList = { list_id: uuid, name: expect.any(String), favorite: false, ...stamps };
    const aTag = { tag_id: uuid, name: expect.any(String), tag_source: 'Contact', ...stamps };
    const aField = {
      custom_field_id: uuid,
      label: expect.any(String),
      name: expect.any(String),
      type: 'string',
      ...stamps,
    };
    expect(await sandbox.api('POST', '/contact_lists', { name: 'VIPs' })).toEqual({ status: 201, body: aList });
    expect(await sandbox.api('POST', '/contact_tags', { name: 'vip' })).toEqual({ status: 201, body: aTag });
    expect(await sandbox.api('POST', '/contact_custom_fields', { label: 'Seat row', type: 'string' })).toEqual({
      status: 201,
      body: { ...aField, label: 'Seat row', name: 'Seat_row' },
    });
    expect((await sandbox.api('GET', '/contact_lists?include_count=true&include_membership_count=all')).body).toEqual({
      lists: Array.from({ length: 3 }, () => ({ ...aList, membership_count: number })),
      lists_count: 3,
    });
    expect((await sandbox.api('GET', `/contact_lists/${list}?include_membership_count=active`)).body).toEqual({
      ...aList,
      membership_count: number,
    });
    expect((await sandbox.api('GET', '/contact_tags?include_count=true')).body).toEqual({
      tags: Array.from({ length: 2 }, () => ({ ...aTag, contacts_count: number })),
    });
    expect((await sandbox.api('GET', '/contact_custom_fields')).body).toEqual({ custom_fields: [aField, aField] });
  });

  it('for the account and its user', async () => {
    expect((await sandbox.api('GET', '/account/summary')).body).toEqual({
      encoded_account_id: 'riverside',
      organization_name: 'Riverside Theatre',
      first_name: expect.any(String),
      last_name: expect.any(String),
      country_code: 'GB',
      time_zone_id: expect.any(String),
      contact_email: 'owner.riverside@example.com',
    });
    expect((await sandbox.api('GET', '/account/summary?extra_fields=physical_address')).body).toMatchObject({
      physical_address: { address_line1: expect.any(String), city: expect.any(String), country_code: 'GB' },
    });
    expect((await sandbox.api('GET', '/account/user/privileges')).body).toContainEqual({
      privilege_id: number,
      privilege_name: 'contacts:write',
    });
  });

  it('for batches, and for their list', async () => {
    const source = { contact_ids: uuids(2) };
    const two = { items_total_count: 2, items_completed_count: 0 };
    const post = (name: string, body: object) => sandbox.api('POST', `/activities/${name}`, body);
    for (const name of ['contacts_taggings_add', 'contacts_taggings_remove'])
      expect(await post(name, { source, tag_ids: [tag] })).toEqual({ status: 201, body: { ...queued, status: two } });
    for (const name of ['add_list_memberships', 'remove_list_memberships'])
      expect(await post(name, { source, list_ids: [list] })).toEqual({
        status: 201,
        body: { ...queued, status: { ...two, list_count: 1 } },
      });
    expect(await post('contacts_json_import', { import_data: [{ email: 'j@example.com' }], list_ids: [list] })).toEqual(
      {
        status: 201,
        body: {
          ...queued,
          status: {
            items_total_count: 1,
            items_completed_count: 0,
            person_count: 0,
            error_count: 0,
            correctable_count: 0,
            cannot_add_to_list_count: 0,
          },
        },
      },
    );
    const { activities } = (await sandbox.api('GET', '/activities?limit=500')).body as { activities: object[] };
    expect(activities).toHaveLength(5);
  });
});

describe("a refusal in the vendor's shape", () => {
  it('is one object for a bad token, and an array for the rest', async () => {
    expect(await sandbox.api('GET', '/contacts', undefined, 'x.y.z')).toEqual({
      status: 401,
      body: { error_key: 'unauthorized', error_message: 'Unauthorized' },
    });
    for (const path of [`/contacts/${uuids(1)[0]}`, `/contact_lists/${uuids(1)[0]}`, `/activities/${uuids(1)[0]}`])
      expect(await sandbox.api('GET', path)).toEqual({
        status: 404,
        body: [{ error_key: 'contacts.api.not_found', error_message: expect.any(String) }],
      });
    for (const [path, body] of [
      ['/contact_lists', { name: 'newsletter' }],
      ['/contact_tags', { name: 'Ticket-Buyer' }],
      ['/contact_custom_fields', { label: 'Last event', type: 'string' }],
    ] as const)
      expect(await sandbox.api('POST', path, body)).toEqual({
        status: 409,
        body: [{ error_key: 'contacts.api.conflict', error_message: expect.any(String) }],
      });
  });

  it('is a 403 without the scope, or without the privilege that a call needs', async () => {
    const forbidden = { status: 403, body: { error_key: 'forbidden', error_message: expect.any(String) } };
    const narrow = await sandbox.tokenFor('account_read');
    expect(await sandbox.api('GET', '/contacts', undefined, narrow)).toEqual(forbidden);
    expect((await sandbox.api('GET', '/account/user/privileges', undefined, narrow)).status).toBe(200);
    await sandbox.control('PUT', '/accounts/riverside', { privileges: ['contacts:read'] });
    try {
      expect((await sandbox.api('GET', '/contacts')).status).toBe(200);
      expect(await sandbox.api('POST', '/contact_tags', { name: 'forbidden' })).toEqual(forbidden);
      expect(await sandbox.api('GET', '/account/summary')).toEqual(forbidden);
    } finally {
      await sandbox.control('PUT', '/accounts/riverside', {
        privileges: ['contacts:read', 'contacts:write', 'account:read'],
      });
    }
  });
});
