import { identityHeader } from '@boxlist/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, listId, tagId, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 60_000);
afterAll(() => world.close());

const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `33333333-3333-5333-a333-${String(index).padStart(12, '0')}`);

const wrong: [string, object, string, string[]][] = [
  ['a blank name', { name: ' ' }, 'BAD_INPUT', ['name']],
  ['a name too long', { name: 'x'.repeat(101) }, 'BAD_INPUT', ['name']],
  ['an unknown template', { templateId: 'nope' }, 'UNKNOWN_TEMPLATE', ['templateId']],
  ['a detail missing', { details: [] }, 'DETAIL_REQUIRED', ['details', 'listId']],
  ['a detail blank', { details: [{ key: 'listId', value: ' ' }] }, 'DETAIL_REQUIRED', ['details', 'listId']],
  [
    'a detail that is no id',
    { details: [{ key: 'listId', value: '{"$ne":1}' }] },
    'DETAIL_INVALID',
    ['details', 'listId'],
  ],
  ['a detail nobody asked for', { details: [{ key: 'other', value: listId }] }, 'DETAIL_INVALID', ['details', 'other']],
  ['too many lists', { listIds: ids(51) }, 'BAD_INPUT', ['listIds']],
  ["too many lists with the template's own", { listIds: ids(50) }, 'BAD_INPUT', ['listIds']],
  ['a list that is no id', { listIds: ['x'] }, 'BAD_INPUT', ['listIds']],
  ['a tag that is no id', { tagIds: [''] }, 'BAD_INPUT', ['tagIds']],
  ['too many tags', { tagIds: ids(51) }, 'BAD_INPUT', ['tagIds']],
  ['too many events', { filter: { eventIds: Array<string>(201).fill('ev_1') } }, 'BAD_INPUT', ['filter', 'eventIds']],
  ['a blank series', { filter: { eventSeriesIds: [''] } }, 'BAD_INPUT', ['filter', 'eventSeriesIds']],
  ['a ticket type too long', { filter: { ticketTypeIds: ['t'.repeat(81)] } }, 'BAD_INPUT', ['filter', 'ticketTypeIds']],
  [
    'too many mappings',
    { fieldMapping: ids(26).map((customFieldId) => ({ source: 'ORDER_ID', customFieldId })) },
    'BAD_INPUT',
    ['fieldMapping'],
  ],
  [
    'a custom field that is no id',
    { fieldMapping: [{ source: 'ORDER_ID', customFieldId: 'x' }] },
    'BAD_INPUT',
    ['fieldMapping', '0', 'customFieldId'],
  ],
  [
    'a custom field filled twice',
    {
      fieldMapping: [
        { source: 'ORDER_ID', customFieldId: tagId },
        { source: 'EVENT_NAME', customFieldId: tagId },
      ],
    },
    'BAD_INPUT',
    ['fieldMapping', '1', 'customFieldId'],
  ],
  [
    'a question missing',
    { fieldMapping: [{ source: 'CUSTOM_QUESTION', customFieldId: tagId }] },
    'BAD_INPUT',
    ['fieldMapping', '0', 'question'],
  ],
  [
    'a list for a template that subscribes nobody',
    { templateId: 'update-existing', details: [], listIds: [listId] },
    'BAD_INPUT',
    ['listIds'],
  ],
  [
    'new contacts for a template that creates none',
    { templateId: 'update-existing', details: [], whenNotOptedIn: 'ADD_WITHOUT_LIST' },
    'BAD_INPUT',
    ['whenNotOptedIn'],
  ],
];

describe('an invalid workflow', () => {
  it('is refused with the field named, and nothing is created', async () => {
    const organiser = await createOrganiser(world);
    for (const [what, input, code, field] of wrong) {
      const { payload } = await organiser.create(input);
      expect([what, payload]).toEqual([what, { workflow: null, userErrors: [{ code, field: ['input', ...field] }] }]);
    }
    expect(await organiser.total()).toBe(0);
  });

  it('is also refused as a change, and nothing is changed', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    for (const [what, input, code, field] of wrong.filter(([, given]) => !('templateId' in given))) {
      const { payload } = await organiser.update({ id, expectedVersion: 1, ...input });
      expect([what, payload]).toEqual([what, { workflow: null, userErrors: [{ code, field: ['input', ...field] }] }]);
    }
    expect(await organiser.versions(id)).toEqual([1]);
  });

  it('is refused by the schema if a value is outside its closed set', async () => {
    const organiser = await createOrganiser(world);
    const { errors } = await organiser.create({ whenNotOptedIn: 'ADD_ANYWAY' });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: ['input', 'whenNotOptedIn'] });
  });
});

describe('a stranger', () => {
  it('can neither see nor change a workflow of another box office', async () => {
    const organiser = await createOrganiser(world);
    const stranger = await createOrganiser(world);
    const { id } = await organiser.created();
    const { data } = await stranger.ask<{ node: null; _entities: null[]; boxOffice: object }>(
      `query ($id: ID!, $of: [_Any!]!) { node(id: $id) { id } _entities(representations: $of) { __typename }
         boxOffice { workflows { nodes { id } } } }`,
      { id, of: [{ __typename: 'Workflow', id }] },
    );
    expect(data).toEqual({ node: null, _entities: [null], boxOffice: { workflows: { nodes: [] } } });
    const { errors } = await stranger.ask('query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }', {
      of: [{ __typename: 'BoxOffice', id: organiser.boxOfficeId }],
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    const hidden = { workflow: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'id'] }] };
    for (const act of [stranger.pause, stranger.resume, stranger.remove, stranger.duplicate])
      expect((await act({ id })).payload).toEqual(hidden);
    expect((await stranger.update({ id, expectedVersion: 1, name: 'Mine' })).payload).toEqual(hidden);
    expect(await organiser.versions(id)).toEqual([1]);
  });

  it('is refused without a valid signature of the gateway', async () => {
    const call = (headers: Record<string, string>) =>
      fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ boxOffice { id } }' }),
      });
    expect((await call({})).status).toBe(401);
    expect((await call({ [identityHeader]: 'e30.e30.e30' })).status).toBe(401);
  });
});

describe('a viewer', () => {
  it('can read and change nothing', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    const answers = [
      await organiser.create({}, 'viewer'),
      await organiser.update({ id, expectedVersion: 1, name: 'x' }, 'viewer'),
      await organiser.pause({ id }, 'viewer'),
      await organiser.resume({ id }, 'viewer'),
      await organiser.remove({ id }, 'viewer'),
      await organiser.duplicate({ id }, 'viewer'),
    ];
    for (const { errors } of answers) expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    expect([await organiser.total(), await organiser.versions(id)]).toEqual([1, [1]]);
  });

  it('differs from an owner, who can do everything that a manager can', async () => {
    const organiser = await createOrganiser(world);
    expect((await organiser.create({}, 'owner')).payload?.userErrors).toEqual([]);
  });
});

describe('the HTTP server', () => {
  it('refuses malformed and oversized requests, and continues to answer', async () => {
    const organiser = await createOrganiser(world);
    const send = async (body: string) => {
      const response = await fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [identityHeader]: world.sign(
            { subject: 'u', boxOfficeId: organiser.boxOfficeId, role: 'owner' },
            { subgraph: 'workflow', body },
          ),
        },
        body,
      });
      return [response.status, await response.json()];
    };
    expect(await send('{"query":')).toEqual([400, expect.objectContaining({ code: 'BAD_INPUT' })]);
    expect(await send(JSON.stringify({ query: `{ boxOffice { id } } # ${'x'.repeat(1024 * 1024)}` }))).toEqual([
      413,
      expect.objectContaining({ code: 'BAD_INPUT' }),
    ]);
    expect(await organiser.total()).toBe(0);
  });

  it('reports that it is ready', async () => {
    const response = await fetch(`${world.url}/health/ready`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { ready: true, checks: { mongodb: 'ok', kafka: 'ok', events: 'ok' } },
    ]);
  });
});
