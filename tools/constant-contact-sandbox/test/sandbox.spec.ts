import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Service } from '@boxlist/service-kit';
import { configSchema } from '../src/config';
import { createSandbox } from '../src/service';
import { defaultSwitches } from '../src/state';

const redirect = 'http://127.0.0.1:9/callback';
let sandbox: Service;
let token: string;

beforeAll(async () => {
  sandbox = await createSandbox(
    configSchema.parse({ SANDBOX_PORT: 0, SANDBOX_REDIRECT_URIS: redirect, SANDBOX_CALLS_PER_SECOND: 1000 }),
  );
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await control('POST', '/reset');
  await control('PUT', '/limits', { perSecond: 1000, perDay: 10_000 });
  await control('PUT', '/switches', defaultSwitches());
  token = (await grant((await authorize()).code)).body.access_token as string;
});

const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
  const response = await fetch(`${sandbox.url}/_sandbox${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return response.json();
};

const authorize = async (decision = 'allow', scope = 'contact_data offline_access account_read') => {
  const query = new URLSearchParams({
    client_id: 'boxlist-dev',
    redirect_uri: redirect,
    response_type: 'code',
    scope,
    state: 's1',
  });
  const page = await (await fetch(`${sandbox.url}/oauth2/default/v1/authorize?${query.toString()}`)).text();
  const request = /name="request" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const response = await fetch(`${sandbox.url}/oauth2/default/v1/authorize/decision`, {
    method: 'POST',
    body: new URLSearchParams({ request, account: 'riverside', decision }),
    redirect: 'manual',
  });
  const target = new URL(response.headers.get('location') ?? 'http://none/');
  return {
    code: target.searchParams.get('code') ?? '',
    error: target.searchParams.get('error'),
    state: target.searchParams.get('state'),
  };
};

const tokenCall = async (form: Record<string, string>, secret = 'boxlist-dev-secret') => {
  const response = await fetch(`${sandbox.url}/oauth2/default/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`boxlist-dev:${secret}`).toString('base64')}` },
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const grant = (code: string) => tokenCall({ grant_type: 'authorization_code', code, redirect_uri: redirect });

const api = async (method: string, path: string, body?: unknown, bearer = token) => {
  const response = await fetch(`${sandbox.url}/v3${path}`, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : undefined) as never };
};
const lists = async (): Promise<string[]> =>
  ((await api('GET', '/contact_lists')).body as { lists: { list_id: string }[] }).lists.map(({ list_id }) => list_id);
const contact = async (email: string) =>
  (
    (await api('GET', `/contacts?email=${encodeURIComponent(email)}&status=all&include=list_memberships,taggings`))
      .body as { contacts: Record<string, unknown>[] }
  ).contacts[0] as
    | {
        contact_id: string;
        email_address: { permission_to_send: string };
        list_memberships: string[];
        first_name?: string;
        job_title?: string;
        deleted_at?: string;
      }
    | undefined;
const seed = (given: object) => control('POST', '/accounts/riverside/contacts', given);

describe('OAuth', () => {
  it('gives a code once: the second exchange is an invalid_grant', async () => {
    const { code, state } = await authorize();
    expect(state).toBe('s1');
    expect((await grant(code)).status).toBe(200);
    expect(await grant(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('tells the application that the person declined', async () => {
    expect(await authorize('deny')).toMatchObject({ error: 'access_denied', state: 's1' });
  });

  it('gives no refresh token without offline_access, and no error', async () => {
    const { body } = await grant((await authorize('allow', 'contact_data')).code);
    expect(Object.keys(body)).not.toContain('refresh_token');
  });

  it('rotates refresh tokens: the earlier one is dead', async () => {
    const { refresh_token: first } = (await grant((await authorize()).code)).body as { refresh_token: string };
    const refresh = () => tokenCall({ grant_type: 'refresh_token', refresh_token: first });
    expect((await refresh()).status).toBe(200);
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('knows the application by its secret', async () => {
    expect(await tokenCall({ grant_type: 'refresh_token' }, 'wrong')).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  });
});

describe('contacts', () => {
  it('are created once: a conflict also when the contact was deleted', async () => {
    const create = () =>
      api('POST', '/contacts', {
        create_source: 'Contact',
        email_address: { address: 'New@example.com', permission_to_send: 'explicit' },
      });
    expect((await create()).status).toBe(201);
    expect(await create()).toMatchObject({ status: 409, body: [{ error_key: 'contacts.api.conflict' }] });
    await api('DELETE', `/contacts/${(await contact('new@example.com'))!.contact_id}`);
    expect((await create()).status).toBe(409);
  });

  it.each([
    ['no create_source', { email_address: { address: 'a@example.com' } }],
    [
      'an address over 80 characters',
      { create_source: 'Contact', email_address: { address: `${'a'.repeat(70)}@example.com` } },
    ],
    [
      'a name over 50 characters',
      { create_source: 'Contact', email_address: { address: 'a@example.com' }, first_name: 'x'.repeat(51) },
    ],
    [
      'a list that does not exist',
      {
        create_source: 'Contact',
        email_address: { address: 'a@example.com' },
        list_memberships: ['11111111-1111-4111-a111-111111111111'],
      },
    ],
    [
      '51 tags',
      {
        create_source: 'Contact',
        email_address: { address: 'a@example.com' },
        taggings: Array.from({ length: 51 }, () => crypto.randomUUID()),
      },
    ],
  ])('are refused with %s', async (_, body) => {
    expect((await api('POST', '/contacts', body)).status).toBe(400);
    expect(await contact('a@example.com')).toBeUndefined();
  });

  it('that exist become explicit by the sign-up form, an unsubscribed one too unless it is switched', async () => {
    const [list] = await lists();
    const signUp = () =>
      api('POST', '/contacts/sign_up_form', { email_address: 'u@example.com', list_memberships: [list] });
    await seed({ email: 'u@example.com', permission_to_send: 'unsubscribed' });
    await control('PUT', '/switches', { signUpFormResubscribes: false });
    expect((await signUp()).status).toBe(200);
    expect((await contact('u@example.com'))?.email_address.permission_to_send).toBe('unsubscribed');
    await control('PUT', '/switches', { signUpFormResubscribes: true });
    await signUp();
    expect((await contact('u@example.com'))?.email_address.permission_to_send).toBe('explicit');
  });

  it('lose what a PUT leaves out of their core, and keep their lists', async () => {
    const [list] = await lists();
    await seed({ email: 'p@example.com', first_name: 'Ada', lists: [list] });
    const { contact_id } = (await contact('p@example.com'))!;
    await api('PUT', `/contacts/${contact_id}`, { update_source: 'Account', job_title: 'Baker' });
    const after = await contact('p@example.com');
    expect(after).toMatchObject({ job_title: 'Baker', list_memberships: [list] });
    expect(after?.first_name).toBeUndefined();
  });
});

describe('the import', () => {
  it('makes new ones implicit, leaves permissions alone and puts no unsubscribed one on a list', async () => {
    const [list] = await lists();
    await control('PUT', '/clock', { now: '2026-01-01T00:00:00Z' });
    token = (await grant((await authorize()).code)).body.access_token as string;
    await seed({ email: 'u@example.com', permission_to_send: 'unsubscribed' });
    const rows = [{ email: 'n@example.com' }, { email: 'u@example.com', first_name: 'U' }, { email: 'broken' }];
    const queued = await api('POST', '/activities/contacts_json_import', { import_data: rows, list_ids: [list] });
    const { activity_id } = queued.body as { activity_id: string };
    expect(queued).toMatchObject({ status: 201, body: { state: 'initialized' } });
    await control('POST', '/clock/advance', { ms: 1_000 });
    expect((await api('GET', `/activities/${activity_id}`)).body).toMatchObject({
      state: 'completed',
      status: { person_count: 2, correctable_count: 1, cannot_add_to_list_count: 1 },
    });
    expect(await contact('n@example.com')).toMatchObject({
      email_address: { permission_to_send: 'implicit' },
      list_memberships: [list],
    });
    expect(await contact('u@example.com')).toMatchObject({
      email_address: { permission_to_send: 'unsubscribed' },
      list_memberships: [],
      first_name: 'U',
    });
  });
});

describe('points that no source settles', () => {
  it.each([
    ['pending_confirmation', true, 'explicit'],
    ['pending_confirmation', false, 'pending_confirmation'],
    ['temp_hold', true, 'explicit'],
    ['temp_hold', false, 'temp_hold'],
  ])('the sign-up form and one who is %s: released %s', async (before, signUpFormReleases, after) => {
    await control('PUT', '/switches', { signUpFormReleases });
    await seed({ email: 'held@example.com', permission_to_send: before });
    await api('POST', '/contacts/sign_up_form', { email_address: 'held@example.com', list_memberships: await lists() });
    expect((await contact('held@example.com'))?.email_address.permission_to_send).toBe(after);
  });

  it.each([
    ['stored', 1, [{ phone_number: '+44 20 7946 0000' }]],
    ['dropped', 1, []],
    ['refused', 0, undefined],
  ])('an import and a phone of another country: %s', async (importForeignPhones, persons, phones) => {
    await control('PUT', '/switches', { importForeignPhones, activityMs: 0 });
    const rows = [{ email: 'abroad@example.com', phone: '+44 20 7946 0000' }];
    const queued = await api('POST', '/activities/contacts_json_import', {
      import_data: rows,
      list_ids: await lists(),
    });
    const { activity_id: id } = queued.body as { activity_id: string };
    expect((await api('GET', `/activities/${id}`)).body).toMatchObject({ status: { person_count: persons } });
    const found = await api('GET', '/contacts?email=abroad%40example.com&include=phone_numbers');
    const [shown] = (found.body as { contacts: { phone_numbers: object[] }[] }).contacts;
    if (phones === undefined) expect(shown).toBeUndefined();
    else expect(shown).toMatchObject({ phone_numbers: phones });
  });

  it('errors of the token endpoint and PKCE beside a secret', async () => {
    await control('PUT', '/switches', { invalidGrantStatus: 401, invalidClientStatus: 400, pkceWithSecret: 'refused' });
    expect((await grant('unknown')).status).toBe(401);
    expect((await tokenCall({ grant_type: 'refresh_token', refresh_token: 'x' }, 'wrong')).status).toBe(400);
  });
});

describe('a file import', () => {
  const upload = async (name: string, csv: string) => {
    const form = new FormData();
    form.set('file', new Blob([csv]), name);
    form.set('list_ids', (await lists()).join());
    const response = await fetch(`${sandbox.url}/v3/activities/contacts_file_import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('drops what is over 4 MB without a word', async () => {
    await control('PUT', '/switches', { activityMs: 0 });
    const row = (index: number): string => `${index}@example.com,${'x'.repeat(250)}`;
    const csv = ['email,street', ...Array.from({ length: 20_000 }, (_, index) => row(index))].join('\n');
    const { status, body } = await upload('large.csv', csv);
    expect(status).toBe(201);
    const { body: ended } = await api('GET', `/activities/${body.activity_id as string}`);
    const { person_count: persons } = (ended as { status: { person_count: number } }).status;
    expect(persons).toBeGreaterThan(15_000);
    expect(persons).toBeLessThan(16_000);
  });

  it('takes .csv files of at most 40,000 rows with the header, and only with an e-mail column', async () => {
    expect((await upload('contacts.txt', 'email\na@example.com')).status).toBe(415);
    expect((await upload('contacts.csv', 'name\nAda')).status).toBe(400);
    const rows = (count: number): string =>
      ['email', ...Array.from({ length: count }, (_, index) => `${index}@example.com`)].join('\n');
    expect((await upload('contacts.csv', rows(40_000))).status).toBe(400);
    expect((await upload('contacts.csv', rows(39_999))).status).toBe(201);
  });
});

describe('the limits', () => {
  it('throttle within a second and end the day at 00:00 UTC, in both shapes of error', async () => {
    await control('PUT', '/clock', { now: '2026-01-01T23:59:58Z' });
    token = (await grant((await authorize()).code)).body.access_token as string;
    await control('PUT', '/limits', { perSecond: 2, perDay: 3 });
    const call = () => api('GET', '/account/summary');
    expect([(await call()).status, (await call()).status]).toEqual([200, 200]);
    expect(await call()).toMatchObject({ status: 429, body: [{ error_key: 'throttled' }] });
    await control('POST', '/clock/advance', { ms: 1_000 });
    expect((await call()).status).toBe(200);
    await control('PUT', '/switches', { error429Shape: 'object' });
    expect(await call()).toMatchObject({ status: 429, body: { error_key: 'quota_exceeded' } });
    await control('POST', '/clock/advance', { ms: 1_000 });
    expect((await call()).status).toBe(200);
    await control('PUT', '/switches', { error429Shape: 'array' });
  });
});

describe('faults', () => {
  it('can lose the answer of a write that was done', async () => {
    await control('POST', '/faults', { method: 'POST', path: '/v3/contacts$', kind: 'drop-after-write' });
    await expect(
      api('POST', '/contacts', { create_source: 'Contact', email_address: { address: 'lost@example.com' } }),
    ).rejects.toThrow();
    expect(await contact('lost@example.com')).toBeDefined();
  });

  // The dropped connection once let the handler run on: a fault "before" the write was one after it.
  it('can drop a connection before anything is done', async () => {
    await control('POST', '/faults', { method: 'POST', path: '/v3/contacts$', kind: 'drop-before' });
    await expect(
      api('POST', '/contacts', { create_source: 'Contact', email_address: { address: 'never@example.com' } }),
    ).rejects.toThrow();
    expect(await contact('never@example.com')).toBeUndefined();
  });

  it('can be a server error, as often as asked', async () => {
    await control('POST', '/faults', { path: '/v3/account', kind: 'status', status: 503 });
    expect((await api('GET', '/account/summary')).status).toBe(503);
    expect((await api('GET', '/account/summary')).status).toBe(200);
  });
});

describe('a call without a valid token', () => {
  it.each(['', 'x.y.z'])('(%j) is unauthorized, in one object', async (bearer) => {
    expect(await api('GET', '/contacts', undefined, bearer)).toMatchObject({
      status: 401,
      body: { error_key: 'unauthorized' },
    });
  });
});
