import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startedSandbox } from './sandbox';

let sandbox: Awaited<ReturnType<typeof startedSandbox>>;
beforeAll(async () => {
  sandbox = await startedSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/limits', { perSecond: 10_000, perDay: 1_000_000 });
  await sandbox.signIn();
});

let count = 0;
const create = (email: string) =>
  sandbox.api('POST', '/contacts', { create_source: 'Contact', email_address: { address: email } });
const fault = (given: object) => sandbox.control('POST', '/faults', { path: '/v3/', ...given });
const anEmail = () => `f${(count += 1)}@example.com`;

interface Call {
  readonly path: string;
  readonly status: number;
  readonly seq: number;
  readonly body: unknown;
}
interface Page {
  readonly entries: Call[];
  readonly next: number | null;
  readonly forgotten: number;
}
interface Summary {
  readonly total: number;
  readonly calls: Record<string, number>;
  readonly mostInASecond: number;
}
const summary = () => sandbox.control<Summary>('GET', '/journal/summary');

describe('a fault', () => {
  it.each([
    ['status', 503, 'service_unavailable'],
    ['throttled', 429, 'throttled'],
    ['quota-exceeded', 429, 'quota_exceeded'],
  ])('%s answers without doing anything', async (kind, status, key) => {
    const email = anEmail();
    await fault({ kind, method: 'POST' });
    expect(await create(email)).toMatchObject({ status, body: [{ error_key: key }] });
    expect(await sandbox.contact(email)).toBeUndefined();
    expect((await create(email)).status).toBe(201);
  });

  it.each([
    ['drop-before', false],
    ['timeout-before', false],
    ['drop-after-write', true],
    ['timeout-after-write', true],
  ])('%s sends no answer; whether the write was done: %j', async (kind, isDone) => {
    const email = anEmail();
    await fault({ kind, method: 'POST', ms: 20 });
    await expect(create(email)).rejects.toThrow();
    expect((await sandbox.contact(email)) !== undefined).toBe(isDone);
  });

  it('malformed-body answers unreadable JSON for a write that was done', async () => {
    const email = anEmail();
    await fault({ kind: 'malformed-body', method: 'POST' });
    await expect(create(email)).rejects.toThrow(SyntaxError);
    expect(await sandbox.contact(email)).toBeDefined();
  });

  it('slow-body sends its answer slowly; latency delays it', async () => {
    await fault({ kind: 'slow-body', ms: 200 });
    const begun = performance.now();
    const response = await fetch(`${sandbox.url}/v3/contacts`, {
      headers: { authorization: `Bearer ${sandbox.token()}` },
    });
    const atHeaders = performance.now() - begun;
    expect(await response.json()).toHaveProperty('contacts');
    expect(performance.now() - begun).toBeGreaterThan(Math.max(150, atHeaders));
    await fault({ kind: 'latency', ms: 120 });
    const before = performance.now();
    expect((await sandbox.api('GET', '/contacts')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(110);
  });

  it('affects the calls of its path and method, as often as it says', async () => {
    await fault({ kind: 'status', path: '/v3/contact_(lists|tags)', method: 'GET', times: 2 });
    const statuses = [];
    for (const path of ['/contacts', '/contact_lists', '/contact_tags', '/contact_lists'])
      statuses.push((await sandbox.api('GET', path)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
  });

  it('affects all calls if it has no number, until it is cleared', async () => {
    await fault({ kind: 'status', status: 500, times: null });
    for (let n = 0; n < 5; n += 1) expect((await sandbox.api('GET', '/contacts')).status).toBe(500);
    await sandbox.control('DELETE', '/faults');
    expect((await sandbox.api('GET', '/contacts')).status).toBe(200);
  });

  it('affects a share of the calls, the same ones for the same seed', async () => {
    const run = async (seed: number): Promise<number[]> => {
      await sandbox.control('DELETE', '/faults');
      await fault({ kind: 'status', times: null, probability: 0.3, seed });
      const statuses = [];
      for (let n = 0; n < 100; n += 1) statuses.push((await sandbox.api('GET', '/contact_tags')).status);
      return statuses;
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
    const met = first.filter((status) => status === 503).length;
    expect(met).toBeGreaterThan(15);
    expect(met).toBeLessThan(45);
  });

  it('affects the sign-in too', async () => {
    await fault({ kind: 'status', path: '/v1/token$' });
    expect((await sandbox.grant('x')).status).toBe(503);
  });

  it('of an unknown kind is refused', async () => {
    expect(await fault({ kind: 'earthquake' })).toHaveProperty('error');
    expect(await fault({ kind: 'status', path: '(' })).toHaveProperty('error');
  });
});

describe('the limits', () => {
  const call = async () => (await sandbox.api('GET', '/account/summary')).status;

  it('allow a number of calls in any sliding second, not in each second of the clock', async () => {
    await sandbox.control('PUT', '/clock', { now: '2030-01-01T12:00:00.600Z' });
    await sandbox.signIn();
    await sandbox.control('PUT', '/limits', { perSecond: 4 });
    expect([await call(), await call()]).toEqual([200, 200]);
    await sandbox.control('POST', '/clock/advance', { ms: 700 });
    expect([await call(), await call(), await call()]).toEqual([200, 200, 429]);
    await sandbox.control('POST', '/clock/advance', { ms: 299 });
    expect(await call()).toBe(429);
    await sandbox.control('POST', '/clock/advance', { ms: 1 });
    expect([await call(), await call(), await call()]).toEqual([200, 200, 429]);
  });

  it('allow a number of calls in a day, which ends at 00:00 UTC, and show how many were used', async () => {
    await sandbox.control('PUT', '/clock', { now: '2030-01-01T23:59:59.000Z' });
    await sandbox.signIn();
    await sandbox.control('PUT', '/limits', { perDay: 2 });
    expect([await call(), await call(), await call()]).toEqual([200, 200, 429]);
    expect(await sandbox.control('GET', '/limits')).toMatchObject({ usage: { day: '2030-01-01', used: 2 } });
    await sandbox.control('POST', '/clock/advance', { ms: 999 });
    expect(await call()).toBe(429);
    await sandbox.control('POST', '/clock/advance', { ms: 1 });
    expect(await call()).toBe(200);
  });

  it('apply to the whole application, whichever account calls', async () => {
    const other = (await sandbox.grant((await sandbox.authorize({ account: 'harbour' })).code)).body.access_token;
    await sandbox.control('PUT', '/limits', { perDay: 1 });
    expect(await call()).toBe(200);
    expect((await sandbox.api('GET', '/account/summary', undefined, String(other))).status).toBe(429);
  });
});

describe('the journal', () => {
  it('can be read page by page', async () => {
    await sandbox.control('DELETE', '/journal');
    for (let n = 0; n < 5; n += 1) await sandbox.api('GET', `/contacts?limit=${n + 1}`);
    const seen: string[] = [];
    for (let since: number | null = 0; since !== null;) {
      const page: Page = await sandbox.control<Page>('GET', `/journal?since=${since}&limit=2`);
      expect(page.entries.length).toBeLessThanOrEqual(2);
      seen.push(...page.entries.map(({ path }) => path));
      since = page.next;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5].map((n) => `/v3/contacts?limit=${n}`));
  });

  it('counts calls by route and status, and the most in any second', async () => {
    await sandbox.control('PUT', '/clock', { now: '2030-01-01T12:00:00Z' });
    await sandbox.signIn();
    await sandbox.control('DELETE', '/journal');
    for (let n = 0; n < 3; n += 1) await sandbox.api('GET', `/contacts/${crypto.randomUUID()}`);
    await sandbox.control('POST', '/clock/advance', { ms: 1_000 });
    await sandbox.api('GET', '/contacts');
    await fault({ kind: 'drop-before' });
    await expect(sandbox.api('GET', '/contacts')).rejects.toThrow();
    expect(await summary()).toEqual({
      total: 5,
      mostInASecond: 3,
      calls: { 'GET /contacts/:id 404': 3, 'GET /contacts 200': 1, 'GET /contacts 0': 1 },
    });
    await sandbox.control('DELETE', '/journal');
    expect(await summary()).toEqual({ total: 0, mostInASecond: 0, calls: {} });
  });

  it('remembers a limited number of calls, and counts all of them', async () => {
    const small = await startedSandbox({ SANDBOX_JOURNAL_ENTRIES: 10 });
    try {
      for (let n = 0; n < 25; n += 1) await small.api('GET', `/contacts?limit=${n + 1}`, undefined, 'none');
      const { entries, forgotten } = await small.control<Page>('GET', '/journal');
      expect(entries.map(({ seq }) => seq)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
      expect(forgotten).toBe(15);
      expect((await small.control<Page>('GET', '/journal?since=20')).entries).toHaveLength(5);
      expect((await small.control<Summary>('GET', '/journal/summary')).total).toBe(25);
    } finally {
      await small.close();
    }
  });

  it('contains no large body and no token', async () => {
    await sandbox.control('DELETE', '/journal');
    const rows = Array.from({ length: 1_000 }, (_, n) => ({ email: `large${n}@example.com` }));
    await sandbox.api('POST', '/activities/contacts_json_import', {
      import_data: rows,
      list_ids: await sandbox.ids('contact_lists'),
    });
    const { refresh_token: refresh } = (await sandbox.grant((await sandbox.authorize()).code)).body;
    const { entries } = await sandbox.control<Page>('GET', '/journal');
    expect(entries.find(({ path }) => path.endsWith('json_import'))?.body).toEqual({ bytes: expect.any(Number) });
    expect(entries.at(-1)?.body).toEqual({ grant_type: 'authorization_code' });
    expect(JSON.stringify(entries)).not.toContain(String(refresh));
  });
});
