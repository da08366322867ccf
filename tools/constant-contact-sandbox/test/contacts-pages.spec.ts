import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startedSandbox } from './sandbox';

interface Page {
  readonly contacts: { email_address: { address: string }; contact_id: string }[];
  readonly contacts_count?: number;
  readonly _links?: { next: { href: string } };
}
let sandbox: Awaited<ReturnType<typeof startedSandbox>>;
beforeAll(async () => {
  sandbox = await startedSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/clock', { now: '2030-03-01T00:00:00Z' });
  await sandbox.signIn();
});

const page = async (path: string) => (await sandbox.api('GET', path)).body as Page;
const addresses = ({ contacts }: Page) => contacts.map(({ email_address: { address } }) => address);
const pages = async (path: string, between: () => Promise<unknown> = async () => undefined) => {
  const all: Page[] = [];
  for (let next: string | undefined = path; next; next = all.at(-1)?._links?.next.href) {
    if (all.length > 0) await between();
    all.push(await page(next));
  }
  return all;
};
const seedMany = (count: number, more: object = {}) =>
  sandbox.control('POST', '/accounts/riverside/contacts/bulk', {
    count,
    email: 'c#@example.com',
    ...more,
  });
const later = (ms: number) => sandbox.control('POST', '/clock/advance', { ms });

describe('the pages of contacts', () => {
  it('have each contact once, even if others are written, changed and deleted in between', async () => {
    await seedMany(25);
    let made = 0;
    const read = await pages('/contacts?status=all&limit=10', async () => {
      await sandbox.seed({ email: `new${(made += 1)}@example.com` });
      await sandbox.control('POST', '/accounts/riverside/contacts/c1@example.com/delete');
      await sandbox.seed({ email: 'c20@example.com', first_name: 'Changed' });
    });
    const seen = read.flatMap(addresses);
    expect(new Set(seen).size).toBe(seen.length);
    for (let n = 0; n < 25; n += 1) expect(seen).toContain(`c${n}@example.com`);
    expect(read[0]?.contacts).toHaveLength(10);
  });

  it('continue by the link alone, which keeps filter, page size and included fields', async () => {
    await seedMany(7, { permission_to_send: 'not_set', tags: await sandbox.ids('contact_tags') });
    const read = await pages('/contacts?status=not_set&limit=3&include=taggings&include_count=true');
    expect(read.map(({ contacts }) => contacts.length)).toEqual([3, 3, 1]);
    expect(read.every(({ contacts_count: count }) => count === 7)).toBe(true);
    expect(read.at(-1)?.contacts[0]).toMatchObject({ taggings: [expect.any(String)] });
    expect(read[0]?._links?.next.href).toMatch(/^\/v3\/contacts\?cursor=[\w-]+$/);
  });

  it('end without a link if the last page is exactly full', async () => {
    await seedMany(5);
    expect((await pages('/contacts?limit=3')).map(({ contacts }) => contacts.length)).toEqual([3, 3]);
  });

  it('can be limited to contacts that changed after a time, or that opted out after it', async () => {
    await seedMany(4);
    await later(60_000);
    await sandbox.seed({ email: 'c2@example.com', first_name: 'Changed' });
    await sandbox.control('POST', '/accounts/riverside/contacts/c3@example.com/unsubscribe');
    const since = encodeURIComponent('2030-03-01T01:00:30+01:00');
    expect(addresses(await page(`/contacts?updated_after=${since}`))).toEqual(['c2@example.com', 'c3@example.com']);
    expect(addresses(await page(`/contacts?updated_before=${since}&status=active`))).toEqual([
      'c0@example.com',
      'c1@example.com',
    ]);
    expect(addresses(await page(`/contacts?optout_after=${since}&status=all`))).toEqual(['c3@example.com']);
    expect(addresses(await page(`/contacts?created_after=${since}`))).toEqual([]);
  });

  it('leave out deleted contacts unless the query asks for them', async () => {
    await seedMany(3);
    await sandbox.control('POST', '/accounts/riverside/contacts/c1@example.com/delete');
    expect(addresses(await page('/contacts'))).not.toContain('c1@example.com');
    expect(addresses(await page('/contacts?status=deleted'))).toEqual(['c1@example.com']);
    expect(addresses(await page('/contacts?status=all'))).toContain('c1@example.com');
    expect(addresses(await page('/contacts?status=active'))).toEqual(['c0@example.com', 'c2@example.com']);
  });

  it('can be limited to lists and tags', async () => {
    const [list] = await sandbox.ids('contact_lists');
    const [tag] = await sandbox.ids('contact_tags');
    await sandbox.seed({ email: 'l@example.com', lists: [list] });
    await sandbox.seed({ email: 't@example.com', tags: [tag] });
    expect(addresses(await page(`/contacts?lists=${list}`))).toEqual(['l@example.com']);
    expect(addresses(await page(`/contacts?tags=${tag}`))).toEqual(['t@example.com']);
  });
});

describe('the address of a contact', () => {
  it("is found after a change, and the old one is not; another contact's address is refused", async () => {
    await sandbox.seed({ email: 'old@example.com' });
    const { contact_id: id } = (await sandbox.contact('old@example.com'))!;
    const put = (address: string) =>
      sandbox.api('PUT', `/contacts/${id}`, { update_source: 'Account', email_address: { address } });
    expect((await put('new@example.com')).status).toBe(200);
    expect((await sandbox.contact('NEW@example.com'))?.contact_id).toBe(id);
    expect(await sandbox.contact('old@example.com')).toBeUndefined();
    await sandbox.seed({ email: 'taken@example.com' });
    expect((await put('taken@example.com')).status).toBe(409);
  });
});
