import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@boxlist/contracts';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConstantContact, msUntilUtcMidnight, type ConstantContact } from '../src/index';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let handle: Handler;
const seen: { method: string; url: string; authorization: string | undefined; body: string }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization,
      body,
    });
    handle(request, response, body);
  });
});
let api: ConstantContact;
let origin: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = createConstantContact({ apiUrl: `${origin}/v3`, timeoutMs: 500 });
});
afterAll(async () => {
  await api.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  seen.length = 0;
});

const answer =
  (status: number, body: unknown): Handler =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));

const failure = async (call: Promise<unknown>): Promise<AppError> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error('An AppError was expected', { cause: error });
};

const token = 'the-token';
const anna = 'anna@example.com';
const newContact = {
  email_address: { address: anna, permission_to_send: 'explicit' },
  create_source: 'Contact',
} as const;

describe('a refusal becomes an error whose code says what to do', () => {
  it.each([
    [400, 'contacts.api.validation.error', 'REJECTED_BY_CONSTANT_CONTACT'],
    [401, 'unauthorized', 'UNAUTHORIZED_AT_CONSTANT_CONTACT'],
    [403, 'forbidden', 'MISSING_PRIVILEGES'],
    [404, 'contacts.api.not_found', 'NOT_FOUND'],
    [409, 'contacts.api.conflict', 'ALREADY_EXISTS'],
    [415, 'unsupported_media_type', 'REJECTED_BY_CONSTANT_CONTACT'],
    [429, 'throttled', 'RATE_LIMITED'],
    [429, 'quota_exceeded', 'QUOTA_EXCEEDED'],
    [500, 'internal_error', 'CONSTANT_CONTACT_UNAVAILABLE'],
    [503, 'service_unavailable', 'CONSTANT_CONTACT_UNAVAILABLE'],
  ])('%i %s is %s, whether its body is an array or an object', async (status, key, code) => {
    const problem = { error_key: key, error_message: `about ${anna}` };
    for (const body of [[problem], problem]) {
      handle = answer(status, body);
      const error = await failure(api.createContact(token, newContact));
      expect([error.code, error.details.key, error.details.call]).toEqual([code, key, 'POST /contacts']);
    }
  });

  it.each([
    ['no body', ''],
    ['HTML', '<html>502</html>'],
    ['an empty array', []],
    ['null', 'null'],
    ['another shape', { fault: { code: 1 } }],
  ])('%s: the status alone decides', async (_, body) => {
    handle = answer(502, body);
    expect((await failure(api.tags(token))).code).toBe('CONSTANT_CONTACT_UNAVAILABLE');
    handle = answer(400, body);
    expect((await failure(api.tags(token))).code).toBe('REJECTED_BY_CONSTANT_CONTACT');
  });

  it('a used-up day lasts until 00:00 UTC, a used-up second does not', async () => {
    handle = answer(429, { error_key: 'quota_exceeded', error_message: 'Quota exceeded' });
    const day = await failure(api.tags(token));
    expect(Math.abs((day.retryAfterMs ?? 0) - msUntilUtcMidnight(Date.now()))).toBeLessThan(5_000);
    handle = answer(429, { error_key: 'throttled', error_message: 'The quota of this second is used up' });
    const second = await failure(api.tags(token));
    expect([second.code, second.retryAfterMs, second.details.queued]).toEqual(['RATE_LIMITED', 1_000, false]);
  });

  it('a full queue of activities is marked as such', async () => {
    handle = answer(429, [
      { error_key: 'x', error_message: 'You exceeded 1,000 queued activities for this user account' },
    ]);
    const error = await failure(api.changeTaggings(token, 'add', ['c'], ['t']));
    expect([error.code, error.details.queued]).toEqual(['RATE_LIMITED', true]);
  });

  it('the error contains neither the e-mail address nor the token', async () => {
    handle = answer(400, [{ error_key: `bad ${anna}`, error_message: `${anna} ${token}` }]);
    const error = await failure(api.findContact(token, anna));
    const shown = JSON.stringify([error.message, error.details, error.stack, String(error.cause)]);
    expect(shown).not.toContain('anna');
    expect(shown).not.toContain(token);
  });
});

describe('a call without an answer', () => {
  it('may have been applied if it writes, but not if it reads', async () => {
    handle = () => undefined;
    const write = await failure(api.createContact(token, newContact));
    const read = await failure(api.tags(token));
    expect([write.code, write.details.mayHaveBeenApplied]).toEqual(['CONSTANT_CONTACT_UNAVAILABLE', true]);
    expect([read.code, read.details.mayHaveBeenApplied]).toEqual(['CONSTANT_CONTACT_UNAVAILABLE', false]);
  });

  it('may have been applied if the connection breaks or the answer is unreadable', async () => {
    handle = (request) => request.socket.destroy();
    expect((await failure(api.createContact(token, newContact))).details.mayHaveBeenApplied).toBe(true);
    handle = answer(201, 'gibberish');
    expect((await failure(api.createContact(token, newContact))).details.mayHaveBeenApplied).toBe(true);
    handle = answer(500, '');
    expect((await failure(api.createContact(token, newContact))).details.mayHaveBeenApplied).toBe(true);
  });

  it('was not applied if nobody listens', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const nobody = createConstantContact({ apiUrl: `http://127.0.0.1:${port}/v3`, timeoutMs: 500 });
    const error = await failure(nobody.createContact(token, newContact));
    await nobody.close();
    expect([error.code, error.details.mayHaveBeenApplied]).toEqual(['CONSTANT_CONTACT_UNAVAILABLE', false]);
  });
});

describe('a request', () => {
  it('encodes the e-mail address and asks for deleted contacts and everything that Boxlist compares', async () => {
    handle = answer(200, { contacts: [] });
    expect(await api.findContact(token, 'o+ne&t@example.com')).toBeUndefined();
    const { searchParams } = new URL(seen[0]!.url, origin);
    expect(searchParams.get('email')).toBe('o+ne&t@example.com');
    expect(searchParams.get('status')).toBe('all');
    expect(searchParams.get('include')?.split(',')).toEqual(
      expect.arrayContaining(['list_memberships', 'taggings', 'custom_fields']),
    );
    expect(seen[0]).toMatchObject({ method: 'GET', authorization: `Bearer ${token}` });
  });

  it('for the next page goes to the same host, whatever host the link names', async () => {
    handle = answer(200, {
      tags: [{ tag_id: 't1', name: 'one' }],
      _links: { next: { href: 'https://elsewhere.example/v3/contact_tags?cursor=abc' } },
    });
    const { items, next } = await api.tags(token);
    expect(items.map(({ name }) => name)).toEqual(['one']);
    handle = answer(200, { tags: null, _links: null });
    expect(await api.tags(token, next)).toEqual({ items: [], next: undefined });
    expect(seen[1]!.url).toBe('/v3/contact_tags?cursor=abc');
  });

  it.each<[string, (api: ConstantContact) => Promise<unknown>, string, unknown]>([
    [
      'taggings',
      (it) => it.changeTaggings(token, 'remove', ['c1'], ['t1']),
      '/v3/activities/contacts_taggings_remove',
      { source: { contact_ids: ['c1'] }, tag_ids: ['t1'] },
    ],
    [
      'list memberships',
      (it) => it.addToLists(token, ['c1'], ['l1']),
      '/v3/activities/add_list_memberships',
      { source: { contact_ids: ['c1'] }, list_ids: ['l1'] },
    ],
    [
      'an import',
      (it) => it.importContacts(token, [{ email: anna }], ['l1']),
      '/v3/activities/contacts_json_import',
      { import_data: [{ email: anna }], list_ids: ['l1'] },
    ],
  ])('for %s is the batch that the vendor describes', async (_, call, path, body) => {
    handle = answer(201, { activity_id: 'a1', state: 'initialized' });
    expect(await call(api)).toMatchObject({ activity_id: 'a1', state: 'initialized', activity_errors: [] });
    expect([seen[0]!.url, JSON.parse(seen[0]!.body)]).toEqual([path, body]);
  });
});

describe('a contact is read with tolerance', () => {
  const found = (contact: object) => {
    handle = answer(200, { contacts: [contact] });
    return api.findContact(token, anna);
  };

  it('unknown fields do no harm, and absent or null fields are empty', async () => {
    const contact = await found({
      contact_id: 'c1',
      email_address: { address: anna, permission_to_send: 'explicit', opt_out_date: null, shiny: 1 },
      list_memberships: null,
      first_name: null,
      shiny: {},
    });
    expect(contact).toMatchObject({ contact_id: 'c1', list_memberships: [], taggings: [], custom_fields: [] });
  });

  it('an unknown permission counts as not mailable', async () => {
    const contact = await found({ contact_id: 'c1', email_address: { address: anna, permission_to_send: 'golden' } });
    expect(contact?.email_address.permission_to_send).toBe('temp_hold');
  });
});

describe('every answer that the vendor may give is understood', () => {
  const sparse = { contact_id: 'c1', email_address: { address: anna } };

  it('contacts without an e-mail address are skipped, the others are not', async () => {
    handle = answer(200, {
      contacts: [
        { contact_id: 'c0', last_name: 'Lund', sms_channel: {} },
        { contact_id: 'c00', email_address: null },
        sparse,
      ],
    });
    expect((await api.contactsPage(token, {})).items.map(({ contact_id: id }) => id)).toEqual(['c1']);
    handle = answer(200, { contacts: [{ email_address: { address: anna } }] });
    expect((await failure(api.contactsPage(token, {}))).code).toBe('CONSTANT_CONTACT_UNAVAILABLE');
  });

  it.each([
    ['no links', {}],
    ['null', { _links: null }],
    ['no next', { _links: {} }],
    ['a next of null', { _links: { next: null } }],
    ['a next without an address', { _links: { next: { href: null } } }],
    ['a next that wraps null', { _links: { next: { next: { href: null } } } }],
  ])('the last page has %s', async (_, links) => {
    handle = answer(200, { tags: [], activities: [], contacts: [], lists: [], custom_fields: [], ...links });
    const pages = [
      await api.tags(token),
      await api.activities(token),
      await api.contactsPage(token, {}),
      await api.contactLists(token),
      await api.customFields(token),
    ];
    for (const page of pages) expect([page.items, page.next]).toEqual([[], undefined]);
  });

  it('the link of tags may be wrapped twice', async () => {
    handle = answer(200, { tags: [], _links: { next: { next: { href: '/v3/contact_tags?cursor=x' } } } });
    expect((await api.tags(token)).next).toBe('/v3/contact_tags?cursor=x');
  });

  it('optional fields may be absent', async () => {
    handle = answer(201, { contact_id: 'c1' });
    expect(await api.signUp(token, { email_address: anna, list_memberships: ['l1'] })).toEqual({ contact_id: 'c1' });
    handle = answer(200, [{ privilege_id: 1 }, { privilege_id: 2, privilege_name: 'contacts:read' }]);
    expect(await api.privileges(token)).toEqual([{ privilege_name: 'contacts:read' }]);
    handle = answer(200, { activity_id: 'a1', state: 'processing', status: null, activity_errors: null });
    expect(await api.activity(token, 'a1')).toMatchObject({ state: 'processing', activity_errors: [] });
    handle = answer(200, { activity_id: 'a1', state: 'failed', activity_errors: [{ message: 'm' }, 'text'] });
    expect((await api.activity(token, 'a1')).activity_errors).toHaveLength(2);
    handle = answer(200, '');
    await api.resubscribe(token, 'c1', ['l1']);
  });

  it('deleted lists are left out', async () => {
    handle = answer(200, {
      lists: [
        { list_id: 'l1', name: 'Gone', deleted_at: '2026-01-01' },
        { list_id: 'l2', name: 'Here' },
      ],
    });
    expect((await api.contactLists(token)).items.map(({ name }) => name)).toEqual(['Here']);
  });
});

describe('an import that is too large', () => {
  const rows = (count: number, length: number) =>
    Array.from({ length: count }, (_, n) => ({ email: `b${n}@example.com`, street: 'x'.repeat(length) }));
  const refused = { code: 'REJECTED_BY_CONSTANT_CONTACT' };

  it.each<[string, (api: ConstantContact) => Promise<unknown>]>([
    ['40,001 contacts as JSON', (it) => it.importContacts(token, rows(40_001, 1), ['l1'])],
    ['40,000 contacts as a file', (it) => it.importFile(token, 'a.csv', rows(40_000, 1), ['l1'])],
    ['over 4 MB as JSON', (it) => it.importContacts(token, rows(16_000, 250), ['l1'])],
    ['over 4 MB as a file', (it) => it.importFile(token, 'a.csv', rows(16_000, 250), ['l1'])],
    ['no contact', (it) => it.importContacts(token, [], ['l1'])],
    [
      'rows of different columns in a file',
      (it) => it.importFile(token, 'a.csv', [{ email: anna, first_name: 'A' }, { email: 'b@example.com' }], ['l1']),
    ],
    ['an empty cell in a file', (it) => it.importFile(token, 'a.csv', [{ email: anna, first_name: '' }], ['l1'])],
  ])('(%s) is refused before it is sent, because the excess would be lost', async (_, call) => {
    await expect(call(api)).rejects.toMatchObject(refused);
    expect(seen).toEqual([]);
  });
});
