import { AppError } from '@boxlist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 30_000);

interface Items {
  readonly nodes: { readonly name?: string; readonly label?: string }[];
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
const connected = async (account = 'riverside') => {
  const organiser = createOrganiser(world);
  const id = await organiser.connected(account);
  const items = async (field: string, args = '') => {
    const { data, errors } = await organiser.ask<{ boxOffice: { connections: Record<string, Items>[] } }>(
      `{ boxOffice { connections {
        items: ${field}${args} {
          nodes { ${field === 'customFields' ? 'label type' : 'id name'} } totalCount pageInfo { hasNextPage endCursor }
        }
      } } }`,
      {},
      'viewer',
    );
    return { found: data?.boxOffice?.connections[0]?.items, code: errors?.[0]?.extensions.code };
  };
  return {
    ...organiser,
    id,
    items,
    names: async (field: string, args = '') => (await items(field, args)).found?.nodes.map(({ name }) => name),
    createTag: (name: string, role?: 'viewer', connectionId = id) =>
      organiser.mutate<{ tag: { id: string; name: string } | null }>(
        'createTag',
        'CreateTagInput',
        'tag { id name }',
        { connectionId, name },
        role,
      ),
    createList: (name: string) =>
      organiser.mutate<{ contactList: { id: string; name: string } | null }>(
        'createContactList',
        'CreateContactListInput',
        'contactList { id name }',
        { connectionId: id, name, description: 'made in a test' },
      ),
  };
};

describe('lists, tags and custom fields of the account', () => {
  it('are sorted by name, paged, and searchable by a part of the name', async () => {
    const { names, items, createTag } = await connected();
    expect(await names('contactLists')).toEqual(['Friends', 'Newsletter']);
    expect((await items('customFields')).found).toMatchObject({
      nodes: [{ label: 'Last event', type: 'string' }],
      totalCount: 1,
    });
    for (const name of ['zebra', 'Alpha', 'beta']) expect((await createTag(name)).userErrors).toEqual([]);
    expect(await names('tags')).toEqual(['Alpha', 'beta', 'ticket-buyer', 'zebra']);
    expect(await names('tags', '(search: " ETA ")')).toEqual(['beta']);
    const { found: first } = await items('tags', '(first: 3)');
    expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    const { found: second } = await items('tags', `(first: 3, after: "${first!.pageInfo.endCursor}")`);
    expect(second).toMatchObject({ nodes: [{ name: 'zebra' }], pageInfo: { hasNextPage: false } });
  });

  it('cost one call with its permit while the answer is recent', async () => {
    const { names } = await connected();
    const [before, permits] = [await world.sandbox.callsTo('/contact_tags'), world.permits.taken];
    await names('tags');
    await Promise.all([names('tags', '(first: 1)'), names('tags', '(search: "a")'), names('tags')]);
    expect(await world.sandbox.callsTo('/contact_tags')).toBe(before + 1);
    expect(world.permits.taken).toBe(permits + 1);
  });

  it('are read with a refreshed token if the current one is rejected', async () => {
    const { names } = await connected();
    await world.sandbox.fault({ method: 'GET', path: '/contact_lists', kind: 'status', status: 401 });
    const before = await world.sandbox.refreshes();
    expect(await names('contactLists')).toContain('Newsletter');
    expect(await world.sandbox.refreshes()).toBe(before + 1);
  });

  it.each([
    ['a page that is too large', '(first: 501)'],
    ['a negative page', '(first: -1)'],
    ['a cursor that is none', '(after: "nonsense")'],
    ['the cursor of another list', `(after: "${Buffer.from('{"a":1}').toString('base64url')}")`],
  ])('refuse %s', async (_, args) => {
    expect((await (await connected()).items('tags', args)).code).toBe('BAD_USER_INPUT');
  });

  it('are not shown after the connection has ended', async () => {
    const { disconnect, items, id } = await connected();
    await disconnect(id);
    expect((await items('tags')).code).toBe('CONFLICT');
  });

  it('are not read if the calls of the day are used up or Constant Contact does not answer', async () => {
    const { items } = await connected();
    const before = await world.sandbox.callsTo('/contact_tags');
    world.permits.take = async () => {
      throw new AppError('QUOTA_EXCEEDED', 'used up', {}, { retryAfterMs: 1_000 });
    };
    try {
      expect((await items('tags')).code).toBe('RATE_LIMITED');
    } finally {
      world.permits.take = async () => undefined;
    }
    expect(await world.sandbox.callsTo('/contact_tags')).toBe(before);
    await world.sandbox.fault({ method: 'GET', path: '/contact_tags', kind: 'status', status: 503 });
    expect((await items('tags')).code).toBe('UNAVAILABLE');
    expect((await items('tags')).found?.totalCount).toBeGreaterThan(0);
  });
});

describe('creating', () => {
  it('makes a list that is visible at once', async () => {
    const { createList, names } = await connected('harbour');
    expect(await names('contactLists')).not.toContain('Matinees');
    expect(await createList(' Matinees ')).toMatchObject({ contactList: { name: 'Matinees' }, userErrors: [] });
    expect(await names('contactLists')).toContain('Matinees');
  });

  it.each([
    ['a blank name', '  ', 'BAD_INPUT'],
    ['a name that is too long', 'x'.repeat(256), 'BAD_INPUT'],
    ['a name that is taken', 'ticket-buyer', 'ALREADY_EXISTS'],
  ])('refuses %s', async (_, name, code) => {
    const { createTag } = await connected();
    expect(await createTag(name)).toMatchObject({ tag: null, userErrors: [{ code, field: ['input', 'name'] }] });
  });

  it('refuses a viewer, and the connection of another box office', async () => {
    const { createTag } = await connected();
    const other = await connected();
    expect((await createTag('by a viewer', 'viewer')).code).toBe('FORBIDDEN');
    expect((await createTag('by a stranger', undefined, other.id)).userErrors?.[0]?.code).toBe('CONNECTION_NOT_FOUND');
    expect(await other.names('tags')).not.toEqual(expect.arrayContaining(['by a viewer', 'by a stranger']));
  });

  it('needs a new sign-in if the connection has ended', async () => {
    const { createTag, disconnect, id } = await connected();
    await disconnect(id);
    expect((await createTag('too late')).userErrors?.[0]?.code).toBe('CONNECTION_NEEDS_RECONNECT');
  });
});
