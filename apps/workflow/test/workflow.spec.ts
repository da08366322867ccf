import { topics } from '@boxlist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, listId, tagId, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 60_000);
afterAll(() => world.close());

const refused = (code: string, ...field: string[]) => ({
  workflow: null,
  userErrors: [{ code, field: field.length > 0 ? field : null }],
});

describe('creating a workflow', () => {
  it('starts with the templates and the details that each needs', async () => {
    const organiser = await createOrganiser(world);
    const { data } = await organiser.ask<{ boxOffice: { workflowTemplates: { id: string; details: object[] }[] } }>(
      '{ boxOffice { workflowTemplates { id name description details { key label kind required default choices ' +
        'maxLength } } } }',
    );
    expect(data?.boxOffice.workflowTemplates.map(({ id }) => id)).toEqual([
      'event-tag',
      'tag-all-buyers',
      'add-to-list',
      'list-per-event',
      'ticket-type-tag',
      'update-existing',
    ]);
    expect(data?.boxOffice.workflowTemplates[2]?.details).toEqual([
      {
        key: 'listId',
        label: 'Contact list',
        kind: 'CONTACT_LIST',
        required: true,
        default: null,
        choices: [],
        maxLength: null,
      },
    ]);
  });

  it('makes it active, shows it, and publishes what it does', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created({
      name: ' News ',
      tagIds: [tagId.toUpperCase()],
      filter: { eventIds: ['ev_1', 'ev_1'], ticketTypeIds: null },
      fieldMapping: [{ source: 'EVENT_NAME', customFieldId: tagId }],
    });
    const { data } = await organiser.ask<{ boxOffice: { workflows: { nodes: object[] } } }>(
      `{ boxOffice { workflows { nodes { id name status version template { id } connection { id } details { key value }
         filter { eventIds eventSeriesIds ticketTypeIds } listIds tagIds fieldMapping { source question customFieldId }
         whenNotOptedIn whenUnsubscribed onCancelledOrder createdAt updatedAt } } } }`,
    );
    const shown = {
      name: 'News',
      status: 'ACTIVE',
      version: 1,
      filter: { eventIds: ['ev_1'], eventSeriesIds: [], ticketTypeIds: [] },
      fieldMapping: [{ source: 'EVENT_NAME', question: null, customFieldId: tagId }],
      whenNotOptedIn: 'SKIP',
      whenUnsubscribed: 'SKIP',
      onCancelledOrder: 'KEEP',
    };
    expect(data?.boxOffice.workflows.nodes).toEqual([
      {
        id,
        ...shown,
        template: { id: 'add-to-list' },
        connection: { id: organiser.connectionId },
        details: [{ key: 'listId', value: listId }],
        listIds: [],
        tagIds: [tagId],
        createdAt: expect.stringMatching(/^2026-07-01T10:/),
        updatedAt: expect.stringMatching(/^2026-07-01T10:/),
      },
    ]);
    expect(await world.published(id, 1)).toMatchObject({
      ...shown,
      workflowId: id,
      boxOfficeId: organiser.boxOfficeId,
      connectionId: organiser.connectionId,
      lists: { fixed: [listId], perEvent: false },
      tags: { fixed: [tagId], event: false, ticketTypes: false },
      createsContacts: true,
    });
  });

  it('needs the add-on, and sees an activation at once', async () => {
    const organiser = await createOrganiser(world, { addOn: false });
    expect((await organiser.create()).payload).toEqual(refused('ENTITLEMENT_REQUIRED'));
    await world.entitle(organiser.boxOfficeId, 1);
    expect((await organiser.create()).payload?.userErrors).toEqual([]);
  });

  it('needs a working connection of the box office', async () => {
    const organiser = await createOrganiser(world, { connection: false });
    const stranger = await createOrganiser(world);
    const { boxOfficeId, connectionId, create } = organiser;
    const required = refused('CONNECTION_REQUIRED', 'input', 'connectionId');
    expect((await create()).payload).toEqual(required);
    expect((await create({ connectionId: stranger.connectionId })).payload).toEqual(required);
    await world.connection(boxOfficeId, connectionId, 'DISCONNECTED', 1);
    expect((await create()).payload).toEqual(required);
    await world.connection(boxOfficeId, connectionId, 'NEEDS_RECONNECT', 2);
    expect((await create()).payload).toEqual(refused('CONNECTION_NEEDS_RECONNECT', 'input', 'connectionId'));
    await world.connection(boxOfficeId, connectionId, 'CONNECTED', 3);
    expect((await create()).payload?.userErrors).toEqual([]);
  });

  it('is not misled by facts that are repeated, older, or invalid', async () => {
    const organiser = await createOrganiser(world, { addOn: false });
    await world.entitle(organiser.boxOfficeId, 3);
    await world.entitle(organiser.boxOfficeId, 2, false);
    await world.entitle(organiser.boxOfficeId, 3);
    const key = `${organiser.boxOfficeId}:app_constant-contact`;
    await world.bus.publish(topics.entitlements.name, [
      { key, value: 'no JSON' },
      { key, value: JSON.stringify({ data: { boxOfficeId: organiser.boxOfficeId, entitled: false, version: 9 } }) },
    ]);
    // A refusal comes only after the facts have caught up, so everything above has been applied by then.
    const other = await createOrganiser(world, { addOn: false });
    expect((await other.create()).payload).toEqual(refused('ENTITLEMENT_REQUIRED'));
    await organiser.created();
  });

  it('copies one under a new name', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created({ tagIds: [tagId] });
    await organiser.pause({ id });
    const { payload } = await organiser.duplicate({ id });
    expect(payload).toMatchObject({ workflow: { name: 'News (copy)', status: 'ACTIVE', version: 1 }, userErrors: [] });
    expect(payload?.workflow?.id).not.toBe(id);
    expect((await world.published(payload?.workflow?.id ?? '', 1)).tags.fixed).toEqual([tagId]);
    expect((await organiser.duplicate({ id, name: '' })).payload).toEqual(refused('BAD_INPUT', 'input', 'name'));
  });
});

describe('changing a workflow', () => {
  it('changes the given fields, keeps the others, and stores each earlier state', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created({ tagIds: [tagId], filter: { eventIds: ['ev_1'] } });
    const { payload } = await organiser.update({ id, expectedVersion: 1, name: 'Letters', tagIds: [], filter: null });
    expect(payload?.workflow).toEqual({ id, name: 'Letters', status: 'ACTIVE', version: 2 });
    await organiser.pause({ id, expectedVersion: 2 });
    const { data } = await organiser.ask<{ node: object }>(
      `query ($id: ID!) { node(id: $id) { ... on Workflow { version versions(first: 10) { nodes {
         version name status tagIds changedBy filter { eventIds } connection { id } template { id } } } } } }`,
      { id },
    );
    const state = {
      changedBy: 'user_1',
      filter: { eventIds: ['ev_1'] },
      connection: { id: organiser.connectionId },
      template: { id: 'add-to-list' },
    };
    expect(data?.node).toEqual({
      version: 3,
      versions: {
        nodes: [
          { ...state, version: 3, name: 'Letters', status: 'PAUSED', tagIds: [] },
          { ...state, version: 2, name: 'Letters', status: 'ACTIVE', tagIds: [] },
          { ...state, version: 1, name: 'News', status: 'ACTIVE', tagIds: [tagId] },
        ],
      },
    });
  });

  it('lets one of many changes to the same version succeed, and reports the conflict to the others', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => organiser.update({ id, expectedVersion: 1, name: `Name ${index}` })),
    );
    const won = answers.filter(({ payload }) => payload?.workflow);
    const lost = answers.filter(({ payload }) => !payload?.workflow);
    expect([won.length, lost.length]).toEqual([1, 7]);
    for (const { payload } of lost) expect(payload).toEqual(refused('VERSION_CONFLICT', 'input', 'expectedVersion'));
    expect(await organiser.versions(id)).toEqual([2, 1]);
    expect((await world.published(id, 2)).name).toBe(won[0]?.payload?.workflow?.name);
    expect(world.factsOf(id).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('applies concurrent changes one after the other, without a gap, if no version is expected', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    await Promise.all([
      organiser.pause({ id }),
      organiser.pause({ id }),
      organiser.resume({ id }),
      organiser.pause({ id }),
    ]);
    const versions = await organiser.versions(id);
    expect(versions).toEqual(Array.from({ length: versions.length }, (_, index) => versions.length - index));
    await world.published(id, versions.length);
  });

  it('leaves no gap and no duplicate in the history after a crash between its two writes', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    const doc = await world.mongo.collection<{ _id: string }>('workflows').findOne({ _id: id });
    const { _id, outbox: _, ...state } = { outbox: [], ...doc };
    await world.mongo.collection('workflow_versions').insertOne({ ...state, workflowId: _id });
    expect(await organiser.versions(id)).toEqual([1]);
    expect((await organiser.pause({ id })).payload?.userErrors).toEqual([]);
    expect(await organiser.versions(id)).toEqual([2, 1]);
  });

  it('pauses it, resumes it from now on, and deletes it for good', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    expect((await organiser.pause({ id })).payload?.workflow).toMatchObject({ status: 'PAUSED', version: 2 });
    expect((await organiser.pause({ id })).payload?.workflow).toMatchObject({ status: 'PAUSED', version: 2 });
    expect((await organiser.resume({ id })).payload?.workflow).toMatchObject({ status: 'ACTIVE', version: 3 });
    const [first, third] = [await world.published(id, 1), await world.published(id, 3)];
    expect(Date.parse(third.activeSince)).toBeGreaterThan(Date.parse(first.activeSince));
    expect((await organiser.remove({ id })).payload?.workflow).toMatchObject({ status: 'DELETED', version: 4 });
    expect((await world.published(id, 4)).status).toBe('DELETED');
    for (const act of [organiser.pause, organiser.resume, organiser.remove, organiser.duplicate])
      expect((await act({ id })).payload).toEqual(refused('NOT_FOUND', 'input', 'id'));
    expect(await organiser.total()).toBe(0);
    const { data } = await organiser.ask<{ boxOffice: { workflows: object } }>(
      '{ boxOffice { workflows(status: DELETED) { totalCount nodes { id } } } }',
    );
    expect(data?.boxOffice.workflows).toEqual({ totalCount: 1, nodes: [{ id }] });
    expect(await organiser.versions(id)).toEqual([4, 3, 2, 1]);
  });

  it('allows a pause without the add-on, but no resume, change or copy', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    await world.entitle(organiser.boxOfficeId, 2, false);
    // A refusal comes only after the facts have caught up, so the end of the add-on is known from here on.
    const { payload } = await createOrganiser(world, { addOn: false }).then((other) => other.create());
    expect(payload).toEqual(refused('ENTITLEMENT_REQUIRED'));
    expect((await organiser.pause({ id })).payload?.workflow?.status).toBe('PAUSED');
    expect((await organiser.resume({ id })).payload).toEqual(refused('ENTITLEMENT_REQUIRED'));
    expect((await organiser.update({ id, expectedVersion: 2, name: 'x' })).payload).toEqual(
      refused('ENTITLEMENT_REQUIRED'),
    );
    expect((await organiser.duplicate({ id })).payload).toEqual(refused('ENTITLEMENT_REQUIRED'));
    expect((await organiser.remove({ id })).payload?.workflow?.status).toBe('DELETED');
  });
});

describe('reading workflows', () => {
  const names = `workflows(first: $first, after: $after, last: $last, before: $before) { totalCount nodes { name }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
  const listQuery = `query ($first: Int, $after: String, $last: Int, $before: String) { boxOffice { ${names} } }`;
  interface Listed {
    boxOffice: {
      workflows: {
        totalCount: number;
        nodes: { name: string }[];
        pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
      };
    };
  }

  it('returns them in pages, newest first, forwards and backwards', async () => {
    const organiser = await createOrganiser(world);
    for (const name of ['1', '2', '3', '4', '5']) await organiser.created({ name });
    const page = async (variables: object) => {
      const list = (await organiser.ask<Listed>(listQuery, { ...variables })).data!.boxOffice.workflows;
      return { ...list.pageInfo, total: list.totalCount, names: list.nodes.map(({ name }) => name).join('') };
    };
    const first = await page({ first: 2 });
    expect(first).toMatchObject({ names: '54', total: 5, hasNextPage: true, hasPreviousPage: false });
    const second = await page({ first: 2, after: first.endCursor });
    expect(second).toMatchObject({ names: '32', hasNextPage: true, hasPreviousPage: true });
    expect(await page({ first: 2, after: second.endCursor })).toMatchObject({ names: '1', hasNextPage: false });
    expect(await page({ last: 2 })).toMatchObject({ names: '21', hasPreviousPage: true });
    expect(await page({ last: 2, before: second.startCursor })).toMatchObject({ names: '54', hasPreviousPage: false });
    expect(await page({ first: 5, after: first.startCursor, before: second.endCursor })).toMatchObject({ names: '43' });
  });

  it('returns versions in pages too', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    for (let version = 1; version < 5; version += 1)
      await organiser.update({ id, expectedVersion: version, name: 'x' });
    const page = async (args: string) => {
      const { data } = await organiser.ask<{
        node: { versions: { edges: { cursor: string; node: { version: number } }[]; pageInfo: object } };
      }>(`{ node(id: "${id}") { ... on Workflow { versions(${args}) {
            edges { cursor node { version } } pageInfo { hasNextPage hasPreviousPage } } } } }`);
      const { edges, pageInfo } = data!.node.versions;
      return {
        ...pageInfo,
        versions: edges.map(({ node }) => node.version),
        cursors: edges.map(({ cursor }) => cursor),
      };
    };
    const first = await page('first: 2');
    expect(first).toMatchObject({ versions: [5, 4], hasNextPage: true });
    expect(await page(`first: 9, after: "${first.cursors[1]}"`)).toMatchObject({
      versions: [3, 2, 1],
      hasNextPage: false,
    });
    expect(await page('last: 2')).toMatchObject({ versions: [2, 1], hasPreviousPage: true });
    expect(await page(`last: 9, before: "${first.cursors[1]}"`)).toMatchObject({ versions: [5] });
  });

  it('finds any object by its global id, and null for an unknown id', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    const type = async (of: string) => {
      const { data } = await organiser.ask<{ node: { __typename: string } | null }>(
        'query ($id: ID!) { node(id: $id) { __typename id } }',
        { id: of },
      );
      return data?.node?.__typename ?? null;
    };
    expect(await type(id)).toBe('Workflow');
    expect(await type('conn_1')).toBe('Connection');
    expect(await type('dlv_1')).toBe('Delivery');
    expect(await type('sub_1')).toBe('AppSubscription');
    expect(await type('bf_1')).toBe('Backfill');
    expect(await type('ntc_1')).toBe('Notice');
    for (const nothing of ['wf_nothing', 'wf_ $ne', 'bo_1', '', 'x'.repeat(10_000)])
      expect(await type(nothing)).toBeNull();
  });

  it.each([
    ['a size below nothing', { first: -1 }, 'first'],
    ['a size too large', { first: 101 }, 'first'],
    ['both ends at once', { first: 1, last: 1 }, 'last'],
    ['a cursor that is none', { after: 'nonsense!' }, 'after'],
    ['a cursor of another list', { before: Buffer.from('7').toString('base64url') }, 'before'],
    ['a cursor outside of time', { after: Buffer.from('[1e300,"wf_1"]').toString('base64url') }, 'after'],
  ])('refuses %s, and the error names the field', async (_, variables, field) => {
    const organiser = await createOrganiser(world, { addOn: false, connection: false });
    const { errors } = await organiser.ask(listQuery, variables);
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', reason: 'BAD_INPUT', field: [field] });
  });
});
