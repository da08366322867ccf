import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startedSandbox, uuids } from './sandbox';

interface Activity {
  readonly activity_id: string;
  readonly state: string;
  readonly percent_done: number;
  readonly activity_errors: unknown[];
  readonly status: Record<string, number>;
  readonly source_file_name?: string;
}
let sandbox: Awaited<ReturnType<typeof startedSandbox>>;
let list: string;
let tag: string;
beforeAll(async () => {
  sandbox = await startedSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/switches', {
    activityMs: 3_000,
    activityMsPerItem: 0,
    accessTokenSeconds: 10_000_000,
  });
  await sandbox.control('PUT', '/limits', { importBytes: 4_000_000, queuedActivities: 1_000 });
  await sandbox.control('PUT', '/clock', { now: '2026-03-01T00:00:00Z' });
  await sandbox.signIn();
  [list] = (await sandbox.ids('contact_lists')) as [string];
  [tag] = (await sandbox.ids('contact_tags')) as [string];
});

const later = (ms: number) => sandbox.control('POST', '/clock/advance', { ms });
const queued = async (name: string, body: object) =>
  (await sandbox.api('POST', `/activities/${name}`, body)).body as Activity;
const imported = (rows: object[], list_ids = [list]) => queued('contacts_json_import', { import_data: rows, list_ids });
const now = async ({ activity_id: id }: Activity) => (await sandbox.api('GET', `/activities/${id}`)).body as Activity;
const done = async (activity: Activity) => {
  await later(60_000);
  return now(activity);
};
const sendFile = (
  csv: string,
  { name = 'buyers.csv', lists = list }: { name?: string; lists?: string | null } = {},
) => {
  const form = new FormData();
  if (lists !== null) form.set('list_ids', lists);
  form.set('file', new Blob([csv], { type: 'text/csv' }), name);
  return sandbox.api('POST', '/activities/contacts_file_import', form);
};
const emails = (count: number) => Array.from({ length: count }, (_, n) => ({ email: `row${n}@example.com` }));

describe('an activity', () => {
  it('is initialized, processes items step by step as the clock moves, and is completed', async () => {
    const activity = await imported(emails(100));
    expect(activity).toMatchObject({ state: 'initialized', percent_done: 1 });
    await later(2_000);
    expect(await now(activity)).toMatchObject({
      state: 'processing',
      percent_done: 50,
      started_at: '2026-03-01T00:00:01.000Z',
      status: { items_total_count: 100, items_completed_count: 50, person_count: 50 },
    });
    expect(await sandbox.contact('row49@example.com')).toBeDefined();
    expect(await sandbox.contact('row50@example.com')).toBeUndefined();
    await later(1_000);
    expect(await now(activity)).toMatchObject({
      state: 'completed',
      percent_done: 100,
      completed_at: '2026-03-01T00:00:03.000Z',
      status: { items_completed_count: 100, person_count: 100 },
    });
  });

  it.each(['cancelled', 'failed', 'timed_out'])('can end as %s with a part done', async (state) => {
    await sandbox.control('POST', '/faults', { kind: 'activity', path: 'json_import', state, atPercent: 40 });
    const activity = await done(await imported(emails(10)));
    expect(activity).toMatchObject({ state, percent_done: 40, status: { person_count: 4 } });
    expect((await done(await imported(emails(10)))).state).toBe('completed');
  });

  it('takes longer for more items, if that is set', async () => {
    await sandbox.control('PUT', '/switches', { activityMsPerItem: 10 });
    const activity = await imported(emails(100));
    await later(3_900);
    expect((await now(activity)).state).toBe('processing');
    await later(100);
    expect((await now(activity)).state).toBe('completed');
  });

  it('queues among at most 1,000 of an account; one that ends makes room', async () => {
    for (let n = 0; n < 1_000; n += 1) await imported(emails(1));
    const refused = await sandbox.api('POST', '/activities/contacts_json_import', {
      import_data: emails(1),
      list_ids: [list],
    });
    expect(refused).toEqual({
      status: 429,
      body: [{ error_key: expect.any(String), error_message: expect.stringContaining('1,000 queued activities') }],
    });
    await later(3_000);
    expect((await imported(emails(1))).state).toBe('initialized');
  });

  it('is kept for ten days, and listed newest first, by state and page', async () => {
    const first = await done(await imported(emails(1)));
    await later(86_400_000);
    const second = await imported(emails(1));
    const shown = async (query: string) =>
      (await sandbox.api('GET', `/activities?${query}`)).body as {
        activities: Activity[];
        _links?: { next: { href: string } };
      };
    expect((await shown('limit=500')).activities.map(({ activity_id }) => activity_id)).toEqual([
      second.activity_id,
      first.activity_id,
    ]);
    expect((await shown('state=completed')).activities).toHaveLength(1);
    const page = await shown('limit=1');
    const next = (await sandbox.api('GET', page._links!.next.href)).body as { activities: Activity[] };
    expect(next.activities[0]?.activity_id).toBe(first.activity_id);
    await later(9 * 86_400_000);
    expect((await sandbox.api('GET', `/activities/${first.activity_id}`)).status).toBe(404);
    expect((await sandbox.api('GET', `/activities/${second.activity_id}`)).status).toBe(200);
  });
});

describe('an import', () => {
  it('makes new contacts implicit by the account, and changes only sent values and no permission', async () => {
    await sandbox.seed({
      email: 'known@example.com',
      permission_to_send: 'not_set',
      first_name: 'Ada',
      last_name: 'L',
    });
    await done(
      await imported([
        { email: 'known@example.com', first_name: 'Eve', zip: 'AB1', 'cf:Last_event': 'Gala' },
        {
          email: 'New@example.com',
          phone: '(781) 555-0100',
          home_phone: '781-555-0101',
          birthday_month: 2,
          birthday_day: 3,
        },
      ]),
    );
    expect(await sandbox.contact('known@example.com')).toMatchObject({
      email_address: { permission_to_send: 'not_set' },
      first_name: 'Eve',
      last_name: 'L',
      list_memberships: [list],
      street_addresses: [{ kind: 'home', postal_code: 'AB1' }],
      custom_fields: [{ value: 'Gala' }],
    });
    const fresh = await sandbox.contact('new@example.com');
    expect(fresh).toMatchObject({
      email_address: { permission_to_send: 'implicit', opt_in_source: 'Account' },
      create_source: 'Account',
      birthday_day: 3,
    });
    expect(fresh?.phone_numbers.map(({ kind }) => kind).sort()).toEqual(['home', 'other']);
  });

  it('adds no unsubscribed contact to a list, and counts it', async () => {
    await sandbox.seed({ email: 'gone@example.com', permission_to_send: 'unsubscribed' });
    const { status } = await done(await imported([{ email: 'gone@example.com', first_name: 'Gone' }]));
    expect(status).toMatchObject({ cannot_add_to_list_count: 1, person_count: 1 });
    expect(await sandbox.contact('gone@example.com')).toMatchObject({
      email_address: { permission_to_send: 'unsubscribed' },
      list_memberships: [],
      first_name: 'Gone',
    });
  });

  it('reports the rows that it could not process, and is completed nevertheless', async () => {
    const activity = await done(
      await imported([
        { email: 'no-address' },
        { email: 'b@example.com', birthday_month: 2 },
        { email: 'f@example.com', 'cf:No_such_field': 'x' },
        { email: 'ok@example.com' },
      ]),
    );
    expect(activity).toMatchObject({
      state: 'completed',
      status: { person_count: 1, correctable_count: 2, error_count: 1 },
      activity_errors: [expect.any(String), expect.any(String), expect.stringContaining('No_such_field')],
    });
    expect(await sandbox.contact('f@example.com')).toBeUndefined();
  });

  it('leaves a contact with 50 lists unchanged', async () => {
    const lists: string[] = [];
    for (let n = 0; n < 50; n += 1)
      lists.push(
        ((await sandbox.api('POST', '/contact_lists', { name: `L${n}` })).body as { list_id: string }).list_id,
      );
    await sandbox.seed({ email: 'full@example.com', lists });
    expect((await done(await imported([{ email: 'full@example.com', first_name: 'F' }]))).status.error_count).toBe(1);
    expect((await sandbox.contact('full@example.com'))?.first_name).toBeUndefined();
  });

  it('drops rows beyond its limit of bytes without an error', async () => {
    await sandbox.control('PUT', '/limits', { importBytes: 600 });
    const activity = await done(await imported(emails(30)));
    expect(activity.state).toBe('completed');
    expect(activity.activity_errors).toEqual([]);
    expect(activity.status.person_count).toBeLessThan(30);
    expect(activity.status.items_total_count).toBe(activity.status.person_count);
    expect(await sandbox.contact('row29@example.com')).toBeUndefined();
  });
});

describe('an import of a file', () => {
  it('accepts quoted values, custom fields and several lists; its header counts as an item', async () => {
    const lists = await sandbox.ids('contact_lists');
    const csv =
      '\uFEFFemail,first_name,last_name,street,cf:Last_event\r\n' +
      'ada@example.com,Ada,"L, the ""first""","1 High\nStreet",Gala\r\n' +
      'eve@example.com,,Berg,,\r\n';
    const answer = await sendFile(csv, { lists: lists.join(',') });
    expect(answer).toMatchObject({ status: 201, body: { state: 'initialized', source_file_name: 'buyers.csv' } });
    const activity = await done(answer.body);
    expect(activity).toMatchObject({
      source_file_name: 'buyers.csv',
      status: { items_total_count: 3, person_count: 2 },
    });
    expect(await sandbox.contact('ada@example.com')).toMatchObject({
      first_name: 'Ada',
      last_name: 'L, the "first"',
      street_addresses: [{ street: '1 High\nStreet' }],
      custom_fields: [{ value: 'Gala' }],
      list_memberships: lists,
    });
    const eve = await sandbox.contact('eve@example.com');
    expect([eve?.first_name, eve?.last_name]).toEqual([undefined, 'Berg']);
  });

  it('reads 39,999 contacts and drops the rest without an error', async () => {
    const csv = ['email', ...Array.from({ length: 40_005 }, (_, n) => `row${n}@example.com`)].join('\n');
    const activity = await done((await sendFile(csv)).body);
    expect(activity).toMatchObject({
      state: 'completed',
      activity_errors: [],
      status: { items_total_count: 40_000, person_count: 39_999 },
    });
    expect(await sandbox.contact('row39998@example.com')).toBeDefined();
    expect(await sandbox.contact('row39999@example.com')).toBeUndefined();
  }, 60_000);

  it('reads 4 MB and drops the rest, including the row that is cut', async () => {
    const line = (n: number) => `row${String(n).padStart(6, '0')}@example.com,${'x'.repeat(50)},${'y'.repeat(200)}\n`;
    const header = 'email,first_name,street\n';
    const fit = Math.floor((4_000_000 - header.length) / line(0).length);
    const csv = header + Array.from({ length: fit + 10 }, (_, n) => line(n)).join('');
    const activity = await done((await sendFile(csv)).body);
    expect(activity).toMatchObject({ activity_errors: [], status: { person_count: fit, items_total_count: fit + 1 } });
  }, 60_000);

  it.each<[string, () => Promise<{ status: number }>, number]>([
    ['another kind of file', () => sendFile('email\na@example.com\n', { name: 'buyers.xlsx' }), 415],
    ['no list', () => sendFile('email\na@example.com\n', { lists: null }), 400],
    ['51 lists', () => sendFile('email\na@example.com\n', { lists: uuids(51).join(',') }), 400],
    ['no column email', () => sendFile('first_name\nAda\n'), 400],
    ['a column that is not known', () => sendFile('email,shiny\na@example.com,x\n'), 400],
    ['JSON', () => sandbox.api('POST', '/activities/contacts_file_import', { list_ids: [list] }), 415],
  ])('is refused with %s', async (_, send, status) => {
    expect(await send()).toMatchObject({ status, body: [{ error_key: expect.any(String) }] });
  });
});

describe('a batch', () => {
  const aContact = async (email: string) => {
    await sandbox.seed({ email });
    return (await sandbox.contact(email))!.contact_id;
  };

  it('adds and removes tags and lists', async () => {
    const contact_ids = [await aContact('a@example.com'), await aContact('b@example.com')];
    const source = { contact_ids };
    await done(await queued('contacts_taggings_add', { source, tag_ids: [tag] }));
    const listed = await done(await queued('add_list_memberships', { source, list_ids: [list] }));
    expect(listed.status).toEqual({ items_total_count: 2, items_completed_count: 2, list_count: 1 });
    expect(await sandbox.contact('b@example.com')).toMatchObject({ taggings: [tag], list_memberships: [list] });
    await done(await queued('contacts_taggings_remove', { source, tag_ids: [tag] }));
    await done(await queued('remove_list_memberships', { source, list_ids: [list] }));
    expect(await sandbox.contact('b@example.com')).toMatchObject({ taggings: [], list_memberships: [] });
  });

  it('continues after a contact that does not exist or that would have too many tags', async () => {
    const tags: string[] = [];
    for (let n = 0; n < 50; n += 1)
      tags.push(((await sandbox.api('POST', '/contact_tags', { name: `T${n}` })).body as { tag_id: string }).tag_id);
    await sandbox.seed({ email: 'full@example.com', tags });
    const full = (await sandbox.contact('full@example.com'))!.contact_id;
    const source = { contact_ids: [uuids(1)[0]!, full, await aContact('ok@example.com')] };
    const activity = await done(await queued('contacts_taggings_add', { source, tag_ids: [tag] }));
    expect(activity).toMatchObject({
      state: 'completed',
      status: { items_total_count: 3, items_completed_count: 1 },
      activity_errors: [expect.any(String), expect.any(String)],
    });
    expect((await sandbox.contact('ok@example.com'))?.taggings).toEqual([tag]);
    expect((await sandbox.contact('full@example.com'))?.taggings).toHaveLength(50);
  });
});
