import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openDocumentLog, type Entry } from '../src/document-log';
import { sandboxAt, startedSandbox } from './sandbox';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sandbox-data-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Page {
  readonly contacts: { email_address: { address: string } }[];
  readonly contacts_count?: number;
  readonly _links?: { next: { href: string } };
}

describe('an account of 100,000 contacts', () => {
  it('is seeded by one call, read to its end, and present again after a restart', async () => {
    const file = join(dir, 'large.json');
    const first = await startedSandbox({ SANDBOX_DATA_FILE: file });
    const token = await first.signIn();
    const seeded = await first.control('POST', '/accounts/riverside/contacts/bulk', {
      count: 100_000,
      email: 'c#@example.com',
      lists: await first.ids('contact_lists'),
    });
    expect(seeded).toEqual({ created: 100_000, contacts: 100_001 });
    let read = 0;
    for (let next: string | undefined = '/contacts?status=all&limit=500&include_count=true'; next;) {
      const page: Page = (await first.api('GET', next)).body;
      expect(page.contacts_count).toBe(100_001);
      read += page.contacts.length;
      next = page._links?.next.href;
    }
    expect(read).toBe(100_001);
    await first.close();
    const second = await startedSandbox({ SANDBOX_DATA_FILE: file });
    second.useToken(token);
    expect((await second.contact('c99999@example.com'))?.list_memberships).toHaveLength(2);
    const { size } = await stat(file);
    await second.api('POST', '/contacts', {
      create_source: 'Contact',
      email_address: { address: 'one.more@example.com' },
    });
    // The cost of a write depends on the write, not on the size of the account.
    expect((await stat(file)).size - size).toBeLessThan(2_000);
    await second.close();
  }, 120_000);

  it('accepts given contacts too, and changes existing ones', async () => {
    const sandbox = await startedSandbox();
    const contacts = [
      { email: 'a@example.com' },
      { email: 'b@example.com' },
      { email: 'A@example.com', first_name: 'Ada' },
    ];
    expect(await sandbox.control('POST', '/accounts/riverside/contacts/bulk', { contacts })).toEqual({
      created: 2,
      contacts: 3,
    });
    await sandbox.signIn();
    expect((await sandbox.contact('a@example.com'))?.first_name).toBe('Ada');
    await sandbox.close();
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
};

describe('the process', () => {
  const root = resolve(__dirname, '../../..');
  const started: ChildProcess[] = [];
  afterAll(() => started.forEach((child) => child.kill('SIGKILL')));
  const start = async (port: number, file: string) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'tools/constant-contact-sandbox/src/main.ts'], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        SANDBOX_PORT: String(port),
        SANDBOX_DATA_FILE: file,
        SANDBOX_REDIRECT_URIS: 'http://127.0.0.1:9/callback',
        SANDBOX_CALLS_PER_SECOND: '1000',
      },
      stdio: 'ignore',
    });
    started.push(child);
    await eventually(async () => {
      if (!(await fetch(`http://127.0.0.1:${port}/health/ready`)).ok) throw new Error('not ready');
    });
    return child;
  };

  it('that is killed loses nothing that it has answered: contacts, tokens, used calls, batches', async () => {
    const port = await freePort();
    const file = join(dir, 'killed.json');
    const sandbox = sandboxAt(`http://127.0.0.1:${port}`);
    const first = await start(port, file);
    await sandbox.signIn();
    const { body: tokens } = await sandbox.grant((await sandbox.authorize()).code);
    await sandbox.control('PUT', '/switches', { activityMs: 60_000 });
    await sandbox.control('PUT', '/accounts/riverside', { confirmedOptIn: true });
    const created = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        sandbox.api('POST', '/contacts', { create_source: 'Contact', email_address: { address: `k${n}@example.com` } }),
      ),
    );
    expect(created.every(({ status }) => status === 201)).toBe(true);
    const batch = await sandbox.api('POST', '/activities/contacts_json_import', {
      import_data: [{ email: 'batch@example.com' }],
      list_ids: await sandbox.ids('contact_lists'),
    });
    const { usage } = await sandbox.control<{ usage: { used: number } }>('GET', '/limits');
    first.kill('SIGKILL');
    await once(first, 'exit');
    await appendFile(file, '["contact","riverside/torn",{"contact_');
    const second = await start(port, file);
    for (let n = 0; n < 50; n += 1) expect(await sandbox.contact(`k${n}@example.com`)).toBeDefined();
    expect((await sandbox.control<{ usage: { used: number } }>('GET', '/limits')).usage.used).toBe(usage.used + 50);
    expect(
      (await sandbox.tokenCall({ grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token) })).status,
    ).toBe(200);
    const { activity_id: id } = batch.body as { activity_id: string };
    await sandbox.control('POST', '/clock/advance', { ms: 60_000 });
    expect((await sandbox.api('GET', `/activities/${id}`)).body).toMatchObject({ state: 'completed' });
    expect(await sandbox.contact('batch@example.com')).toBeDefined();
    await sandbox.api('POST', '/contacts/sign_up_form', {
      email_address: 'after@example.com',
      list_memberships: await sandbox.ids('contact_lists'),
    });
    second.kill('SIGKILL');
    await once(second, 'exit');
    await start(port, file);
    expect((await sandbox.contact('after@example.com'))?.email_address.permission_to_send).toBe('pending_confirmation');
  }, 60_000);

  it('migrates the data of an earlier version', async () => {
    const file = join(dir, 'earlier.json');
    const now = '2026-01-01T00:00:00.000Z';
    await writeFile(
      file,
      JSON.stringify({
        secret: 's'.repeat(40),
        codes: {},
        usage: { day: '', used: 0 },
        refreshTokens: {
          r1: { account: 'riverside', scope: 'contact_data offline_access', dead: false, lastUsedMs: Date.now() },
        },
        accounts: [
          {
            id: 'riverside',
            name: 'Riverside Theatre',
            privileges: ['contacts:read', 'contacts:write'],
            confirmedOptIn: false,
            lists: [],
            tags: [],
            fields: [],
            activities: [],
            contacts: [
              {
                contact_id: crypto.randomUUID(),
                email_address: {
                  address: 'kept@example.com',
                  permission_to_send: 'explicit',
                  confirm_status: 'off',
                  created_at: now,
                  updated_at: now,
                },
                core: { first_name: 'Kept' },
                create_source: 'Contact',
                update_source: 'Contact',
                created_at: now,
                updated_at: now,
                custom_fields: [],
                phone_numbers: [],
                street_addresses: [],
                list_memberships: [],
                taggings: [],
                notes: [],
                resubscribeSent: true,
              },
            ],
          },
        ],
      }),
    );
    for (let run = 0; run < 2; run += 1) {
      const sandbox = await startedSandbox({ SANDBOX_DATA_FILE: file });
      await sandbox.control('PUT', '/switches', { refreshTokens: 'long-lived' });
      const { body } = await sandbox.tokenCall({ grant_type: 'refresh_token', refresh_token: 'r1' });
      sandbox.useToken(String(body.access_token));
      expect((await sandbox.contact('kept@example.com'))?.first_name).toBe('Kept');
      await sandbox.close();
    }
  });
});

describe('the file', () => {
  const open = (file: string, documents: Map<string, unknown>) =>
    openDocumentLog({
      file,
      load: ({ key, value }: Entry) => void (value === undefined ? documents.delete(key) : documents.set(key, value)),
      live: function* () {
        for (const [key, value] of documents) yield { kind: 'x', key, value };
      },
      liveCount: () => documents.size,
      slack: 1_000,
    });

  it('shrinks while it is written to, and contains the writes made meanwhile', async () => {
    const file = join(dir, 'log');
    const documents = new Map<string, unknown>();
    const log = open(file, documents);
    const put = (key: string, value: unknown) => {
      if (value === undefined) documents.delete(key);
      else documents.set(key, value);
      log.write({ kind: 'x', key, value });
    };
    for (let n = 0; n < 3_000; n += 1) put(`k${n}`, { n, text: 'x'.repeat(300) });
    for (let n = 0; n < 4_100; n += 1) put('k0', { n });
    put('k1', undefined);
    put('k2', 'changed');
    put('late', 'new');
    log.flush();
    await log.compacted();
    put('k3', 'after');
    log.close();
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines.length).toBeLessThan(4_000);
    const again = new Map<string, unknown>();
    open(file, again).close();
    expect(Object.fromEntries(again)).toEqual(Object.fromEntries(documents));
    expect(again.get('k1')).toBeUndefined();
    expect([again.get('k0'), again.get('k2'), again.get('k3'), again.get('late')]).toEqual([
      { n: 4_099 },
      'changed',
      'after',
      'new',
    ]);
  });

  it('with damage in the middle is reported with its line', async () => {
    const file = join(dir, 'damaged');
    await writeFile(file, '["x","a",1]\n{broken\n["x","b",2]\n');
    expect(() => open(file, new Map())).toThrow(/Line 2 of/);
  });
});
