/**
 * Regression: the composed schema knows custom scalars only by name, so the gateway let every value through. The
 * subgraph refused it with status 400, which the gateway took for a failure of the subgraph. So a date without a time
 * was answered as an outage.
 */
import { inputPlaces, readScalars } from '@boxlist/service-kit';
import { workspaceRoot } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, getNamedType, isScalarType, isSpecifiedScalarType, type GraphQLSchema } from 'graphql';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scalarPlaces } from './input-places';
import { startWorld, type Answer, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 60_000);
afterAll(() => world.close());

const send = async (body: object): Promise<Answer> =>
  world.post(JSON.stringify(body), { authorization: `Bearer ${await world.tokens.token()}` });
const api: GraphQLSchema = buildSchema(readFileSync(join(workspaceRoot(), 'docs/schema/api.graphql'), 'utf8'));
const places = scalarPlaces(api);
const badDates = [
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T25:00:00Z',
  '2026-01-01 00:00:00Z ',
  'yesterday',
  '',
  1_767_225_600,
  1.5,
  true,
  { date: '2026-01-01T00:00:00Z' },
  ['2026-01-01'],
];
/** Bad values of each custom scalar that is used as input. */
const badValues: Readonly<Record<string, readonly unknown[]>> = { DateTime: badDates };
const asLiteral = (value: unknown): string => JSON.stringify(value).replace(/"(\w+)":/g, '$1:');

const expectRefusal = ({ status, body }: Answer): void => {
  expect(status).toBe(400);
  expect(body.data).toBeUndefined();
  expect(body.errors?.map(({ extensions }) => (extensions as { code?: string }).code)).toEqual(['BAD_USER_INPUT']);
};

describe('a custom scalar', () => {
  const taken = inputPlaces(api).filter(({ type }) => {
    const scalar = getNamedType(type);
    return isScalarType(scalar) && !isSpecifiedScalarType(scalar);
  });

  it('is tested here everywhere the composed schema accepts one, with values that it cannot have', () => {
    expect(new Set(places.map(({ name }) => name))).toEqual(new Set(taken.map(({ name }) => name)));
    expect(places.length).toBeGreaterThan(4);
    for (const { type } of taken) expect(Object.keys(badValues)).toContain(getNamedType(type).name);
  });

  it('without a reader keeps the gateway from starting', () => {
    const schema = buildSchema('scalar Colour type Query { cars(of: [Colour!]): Int }');
    expect(() => readScalars(schema)).toThrow(/Query\.cars\(of:\) uses the scalar Colour/);
  });
});

describe.each(places.map((place) => [[...place.path, ...place.field].join('.'), place] as const))(
  'at %s',
  (_, place) => {
    it.each(badDates)('%j as a literal is bad input, with path and field', async (bad) => {
      const answer = await send({ query: place.withLiteral(asLiteral(bad)) });
      expectRefusal(answer);
      expect(answer.body.errors).toMatchObject([
        { path: place.path, extensions: { field: place.field }, message: expect.stringContaining('DateTime') },
      ]);
    });

    it.each(badDates)('%j in a variable is bad input, with its field', async (bad) => {
      const answer = await send(place.withVariable(bad));
      expectRefusal(answer);
      expect(answer.body.errors).toMatchObject([
        { extensions: { field: place.field }, message: expect.stringContaining(place.field.join('.')) },
      ]);
    });

    it('a valid value is passed to the subgraph', async () => {
      for (const body of [
        { query: place.withLiteral('"2026-01-01T00:00:00+01:00"') },
        place.withVariable('2026-02-28T23:59:59.5Z'),
      ]) {
        // sync is down here, so UNAVAILABLE shows that the request has passed the gateway.
        const { errors = [] } = (await send(body)).body;
        expect(errors.map(({ extensions }) => (extensions as { code?: string }).code)).toEqual(['UNAVAILABLE']);
      }
    });
  },
);

describe('a variable', () => {
  const filtered = 'query ($filter: DeliveryFilter) { boxOffice { deliveries(filter: $filter) { totalCount } } }';

  it('with several faults gets an error for each, up to 50', async () => {
    const { body } = await send({ query: filtered, variables: { filter: { from: 'x', to: 'y', first: 1 } } });
    expect(body.errors?.map(({ extensions }) => (extensions as { field?: string[] }).field)).toEqual([
      ['filter', 'from'],
      ['filter', 'to'],
      ['filter'],
    ]);
    const many = await send({ query: filtered, variables: { filter: { statuses: Array(5_000).fill('x') } } });
    expect(many.body.errors).toHaveLength(50);
    expect(many.body.errors?.[7]).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', field: ['filter', 'statuses', '7'] },
    });
  });

  it.each([
    ['not given', {}, /required type "DateTime!" was not provided/],
    ['null', { from: null }, /non-null type "DateTime!" must not be null/],
  ])('that is required and %s is bad input', async (_, variables, message) => {
    const query = 'query ($from: DateTime!) { boxOffice { deliveries(filter: { from: $from }) { totalCount } } }';
    const answer = await send({ query, variables });
    expectRefusal(answer);
    expect(answer.body.errors).toMatchObject([
      { message: expect.stringMatching(message), extensions: { field: ['from'] } },
    ]);
  });

  // A nullable variable may be used for a required value if it, or the argument, has a default. The subgraph found a
  // null in it, and the answer was an outage.
  it.each([
    ['in a variable with a default', 'query ($id: ID = "wf_1") { node(id: $id) { id } }', { id: null }, 'ID!'],
    [
      'in a fragment',
      'query ($id: ID = "wf_1") { ...A } fragment A on Query { node(id: $id) { id } }',
      { id: null },
      'ID!',
    ],
    [
      'inside an input',
      'mutation ($id: ID = "wf_1") { deleteWorkflow(input: { id: $id }) { __typename } }',
      { id: null },
      'ID!',
    ],
    [
      'of a whole input',
      'mutation ($id: DeadLettersInput = {}) { replayDeadLetters(input: $id) { __typename } }',
      { id: null },
      'DeadLettersInput!',
    ],
    ['at a directive', 'query ($id: Boolean = true) { boxOffice @include(if: $id) { id } }', { id: null }, 'Boolean!'],
  ])('that is null where a value is required is bad input: %s', async (_, query, variables, type) => {
    const answer = await send({ query, variables });
    expectRefusal(answer);
    expect(answer.body.errors).toMatchObject([
      { message: expect.stringContaining(`"${type}"`), extensions: { field: ['id'] } },
    ]);
  });

  it('that is null where null is allowed goes to the subgraph, and so does a default', async () => {
    for (const body of [
      { query: filtered, variables: { filter: null } },
      { query: 'query ($id: ID = "wf_1") { node(id: $id) { id } }', variables: {} },
    ]) {
      const { errors = [] } = (await send(body)).body;
      expect(errors.map(({ extensions }) => (extensions as { code?: string }).code)).not.toContain('BAD_USER_INPUT');
    }
  });

  it('with an unreadable default is bad input', async () => {
    const query =
      'query ($from: DateTime = "2026") { boxOffice { deliveries(filter: { from: $from }) { totalCount } } }';
    const answer = await send({ query });
    expectRefusal(answer);
    expect(answer.body.errors).toMatchObject([{ extensions: { field: ['from'] } }]);
  });
});

describe('a refusal of a subgraph with status 400', () => {
  const query = '{ boxOffice { syncHealth { __typename } } }';
  const answeredBy = async (error: object): Promise<Answer> => {
    const sync = await world.startSyncThatSays(400, { errors: [error] });
    try {
      return await send({ query });
    } finally {
      await sync.close();
    }
  };

  it('for bad input stays bad input, with its field', async () => {
    const { body } = await answeredBy({
      message: 'The value cannot be read',
      extensions: { code: 'BAD_USER_INPUT', field: ['filter', 'from'] },
    });
    expect(body.errors).toMatchObject([
      { message: 'The value cannot be read', extensions: { code: 'BAD_USER_INPUT', field: ['filter', 'from'] } },
    ]);
  });

  it('because of a different schema is no fault of the client', async () => {
    const { body } = await answeredBy({
      message: 'Cannot query field "syncHealth" on type "BoxOffice".',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    expect(JSON.stringify(body)).not.toContain('Cannot query field');
  });
});

describe('a persisted query', () => {
  const query = '{ __typename }';
  const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
  const persisted = (sha256Hash: unknown, version: unknown = 1) => ({
    extensions: { persistedQuery: { version, sha256Hash } },
  });

  it.each([
    ['the hash of another query', persisted(hashOf('{ boxOffice { id } }'))],
    ['a hash that is none', persisted(42)],
    ['no hash', persisted(undefined)],
    ['another version', persisted(hashOf(query), 2)],
    ['nothing that is known', { extensions: { persistedQuery: 'x' } }],
  ])('with %s is a bad request', async (_, given) => {
    expect(await send({ query, ...given })).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
  });

  it('that is unknown is reported, so that the client sends it in full, and is known from then on', async () => {
    const once = `query Once_${Date.now()} { __typename }`;
    expect(await send(persisted(hashOf(once)))).toMatchObject({
      status: 200,
      body: { errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] },
    });
    expect((await send({ query: once, ...persisted(hashOf(once)) })).body).toEqual({ data: { __typename: 'Query' } });
    expect((await send(persisted(hashOf(once)))).body).toEqual({ data: { __typename: 'Query' } });
  });
});

// Clients log what they are answered, and a key in the wrong place is still a key.
it.each([[{ apiKey: ['sk_canary_1'] }], [{ apiKey: 'x', key: 'sk_canary_1' }], ['sk_canary_1']])(
  'names the variable that holds %j, and not its value',
  async (input) => {
    const query =
      'mutation ($input: SetTicketTailorApiKeyInput!) { setTicketTailorApiKey(input: $input) { __typename } }';
    const answer = await send({ query, variables: { input } });
    expectRefusal(answer);
    expect(JSON.stringify(answer.body)).toContain('$input');
    expect(JSON.stringify(answer.body)).not.toContain('sk_canary');
  },
);
