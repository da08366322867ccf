import { AppError, newId } from '@boxlist/contracts';
import type { Role } from '@boxlist/service-kit';
import { eventually } from '@boxlist/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterEach(() => {
  world.moment.aheadMs = 0;
  world.permits.take = async () => undefined;
});
afterAll(() => world?.close(), 30_000);

interface Items {
  readonly nodes: { readonly name?: string; readonly label?: string }[];
  readonly totalCount: number;
  readonly readAt: string;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
const connected = async (account = 'riverside') => {
  const organiser = createOrganiser(world);
  const id = await organiser.connected(account);
  const items = async (field: string, args = '', role: Role = 'viewer') => {
    const { data, errors } = await organiser.ask<{ boxOffice: { connections: Record<string, Items>[] } }>(
      `{ boxOffice { connections {
        items: ${field}${args} {
          nodes { ${field === 'customFields' ? 'label type' : 'id name'} } totalCount readAt
          pageInfo { hasNextPage endCursor }
        }
      } } }`,
      {},
      role,
    );
    const [error] = errors ?? [];
    return {
      found: data?.boxOffice?.connections[0]?.items,
      code: error?.extensions.code,
      reason: error?.extensions.reason,
      retryAfterMs: Number(error?.extensions.retryAfterMs ?? 0),
    };
  };
  return {
    ...organiser,
    id,
    items,
    names: async (field: string, args = '', role?: Role) =>
      (await items(field, args, role)).found?.nodes.map(({ name }) => name),
    /** Creates a tag at Constant Contact without Boxlist, and resolves with its name. */
    createdElsewhere: async (): Promise<string> => {
      const name = newId('event');
      const answer = await fetch(`${world.sandbox.url}/v3/contact_tags`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await world.sandbox.accessToken(account)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ name }),
      });
      if (!answer.ok) throw new Error(`Not created: ${answer.status}`);
      return name;
    },
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

  it('cost one call with its permit, whoever asks', async () => {
    const { names, boxOfficeId } = await connected();
    const before = await world.sandbox.callsTo('/contact_tags');
    world.permits.of.length = 0;
    await Promise.all([names('tags', '(first: 1)'), names('tags', '(search: "a")'), names('tags')]);
    await names('tags');
    expect(await world.sandbox.callsTo('/contact_tags')).toBe(before + 1);
    expect(world.permits.of).toEqual([boxOfficeId]);
  });

  it('are read by one of the processes that are asked at once', async () => {
    const organiser = await connected();
    const other = await world.startAnother();
    try {
      await world.sandbox.fault({ method: 'GET', path: '/contact_lists', kind: 'latency', ms: 300, times: 1 });
      const before = await world.sandbox.callsTo('/contact_lists');
      const query = '{ boxOffice { connections { contactLists { totalCount } } } }';
      const asked = { boxOfficeId: organiser.boxOfficeId, role: 'viewer' as const };
      const answers = await Promise.all([
        organiser.names('contactLists'),
        world.askAt(other.internalUrl)(asked, query),
        world.askAt(other.internalUrl)(asked, query),
      ]);
      expect(answers.slice(1)).toEqual(
        Array(2).fill({ data: { boxOffice: { connections: [{ contactLists: { totalCount: 2 } }] } } }),
      );
      expect(await world.sandbox.callsTo('/contact_lists')).toBe(before + 1);
    } finally {
      await other.close();
    }
  });

  it('cost a viewer who polls them every 15 seconds for an hour one call in ten minutes', async () => {
    const { items } = await connected();
    const before = await world.sandbox.callsTo('/contact_lists');
    for (let second = 0; second < 3_600; second += 15) {
      world.moment.aheadMs = second * 1_000;
      expect((await items('contactLists')).code).toBeUndefined();
    }
    expect(await world.sandbox.callsTo('/contact_lists')).toBe(before + 6);
  }, 60_000);

  it('are read anew for a manager who asks, at most every 15 seconds', async () => {
    const { names, items, createdElsewhere } = await connected();
    const refresh = '(refresh: true)';
    const first = await items('tags');
    const name = await createdElsewhere();
    expect(await names('tags')).not.toContain(name);
    expect(await names('tags', refresh, 'manager')).not.toContain(name);
    world.moment.aheadMs = 15_000;
    expect((await items('tags', refresh, 'viewer')).code).toBe('FORBIDDEN');
    expect(await names('tags')).not.toContain(name);
    expect(await names('tags', refresh, 'manager')).toContain(name);
    expect(await names('tags')).toContain(name);
    const { found } = await items('tags');
    expect(Date.parse(found!.readAt)).toBeGreaterThanOrEqual(Date.parse(first.found!.readAt) + 15_000);
  });

  it('are read anew after the connection changes, and forgotten when it ends', async () => {
    const { names, createdElsewhere, mutate, id, disconnect } = await connected();
    await names('tags');
    const name = await createdElsewhere();
    await mutate('updateConnectionSettings', 'UpdateConnectionSettingsInput', 'connection { id }', {
      connectionId: id,
      whenQuotaIsScarce: 'IMPORT',
    });
    expect(await names('tags')).toContain(name);
    expect(await world.lies('account_resources')).toContain(id);
    await disconnect(id);
    expect(await world.lies('account_resources')).not.toContain(id);
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

  it.each(['QUOTA_EXCEEDED', 'INTERACTIVE_CALLS_USED_UP', 'RATE_LIMITED'] as const)(
    'are not read if the ledger refuses the call: %s, with the time to retry',
    async (code) => {
      const { items } = await connected();
      const before = await world.sandbox.callsTo('/contact_tags');
      world.permits.take = async () => {
        throw new AppError(code, 'refused', {}, { retryAfterMs: 40_000 });
      };
      const refused = await items('tags');
      expect(refused).toMatchObject({ code: 'RATE_LIMITED', reason: code, retryAfterMs: 40_000 });
      const taken = world.permits.taken;
      expect((await items('tags')).reason).toBe(code);
      expect(world.permits.taken).toBe(taken);
      expect(await world.sandbox.callsTo('/contact_tags')).toBe(before);
    },
  );

  it('are not read again for 15 seconds after Constant Contact does not answer', async () => {
    const { items } = await connected();
    const before = await world.sandbox.callsTo('/contact_tags');
    await world.sandbox.fault({ method: 'GET', path: '/contact_tags', kind: 'status', status: 503 });
    expect((await items('tags')).code).toBe('UNAVAILABLE');
    const again = await items('tags');
    expect(again.code).toBe('UNAVAILABLE');
    expect(again.retryAfterMs).toBeGreaterThan(10_000);
    expect(await world.sandbox.callsTo('/contact_tags')).toBe(before + 1);
    world.moment.aheadMs = 15_000;
    expect((await items('tags')).found?.totalCount).toBeGreaterThan(0);
  });

  it('are shown as they were while they cannot be read again, for a day', async () => {
    const { items } = await connected();
    const { found: first } = await items('contactLists');
    world.permits.take = async () => {
      throw new AppError('INTERACTIVE_CALLS_USED_UP', 'used up', {}, { retryAfterMs: 3_600_000 });
    };
    world.moment.aheadMs = 11 * 60_000;
    expect((await items('contactLists')).found).toEqual(first);
    expect((await items('contactLists', '(refresh: true)', 'manager')).reason).toBe('INTERACTIVE_CALLS_USED_UP');
    world.moment.aheadMs = 25 * 3_600_000;
    expect((await items('contactLists')).reason).toBe('INTERACTIVE_CALLS_USED_UP');
  });
});

describe('without the add-on', () => {
  it('nothing is read, shown or created, and no account is connected', async () => {
    const office = await connected();
    expect((await office.items('tags')).code).toBeUndefined();
    await world.entitle(office.boxOfficeId, false, 2);
    const { permits } = world;
    await eventually(async () => {
      if ((await office.items('tags')).reason !== 'ENTITLEMENT_REQUIRED') throw new Error('not known yet');
    });
    const taken = permits.taken;
    expect((await office.items('contactLists')).reason).toBe('ENTITLEMENT_REQUIRED');
    expect((await office.createTag('without')).userErrors?.[0]?.code).toBe('ENTITLEMENT_REQUIRED');
    expect((await office.begin()).userErrors?.[0]?.code).toBe('ENTITLEMENT_REQUIRED');
    expect(permits.taken).toBe(taken);
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
