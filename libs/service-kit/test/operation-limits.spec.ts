import type { BoxOfficeId } from '@boxlist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair } from 'jose';
import {
  createHttp,
  createIdentitySigner,
  createIdentityVerifier,
  createLog,
  identityHeader,
  listen,
  mountSubgraph,
} from '../src';

const typeDefs = `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.9"
      import: ["@key", "@cost", "@listSize", "@composeDirective"]
    )
    @link(url: "https://boxlist.dev/limits/v1.0", import: ["@atMost"])
    @composeDirective(name: "@atMost")
  directive @atMost(value: Int!) on ARGUMENT_DEFINITION
  type Query {
    shelves(first: Int @atMost(value: 50)): Shelves! ${sized('"first"')}
    slow: String
    quick: String
    shelf: Shelf
  }
  type Shelves { nodes: [Shelf!]! total: Int }
  type Shelf @key(fields: "id") {
    id: ID!
    books(first: Int @atMost(value: 50), last: Int @atMost(value: 50)): Shelves! ${sized('"first", "last"')}
    pages: [Page!]! @listSize(assumedSize: 10)
    read: String
  }
  type Page { text: String }
`;

function sized(names: string): string {
  return `@cost(weight: 5) @listSize(assumedSize: 20, slicingArguments: [${names}],
    sizedFields: ["nodes"], requireOneSlicingArgument: false)`;
}

/** A resolver that waits until the test lets it go on, and counts its calls. */
const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const waiters: { count: number; until: () => void }[] = [];
  const state = { begun: 0, open: () => open() };
  return {
    state,
    wait: async (): Promise<string> => {
      state.begun += 1;
      for (const { count, until } of waiters) if (state.begun >= count) until();
      await opened;
      return 'read';
    },
    begun: (count: number) =>
      new Promise<void>((until) => (state.begun >= count ? until() : void waiters.push({ count, until }))),
  };
};

const lines: string[] = [];
const waitingFor: { text: string; until: () => void }[] = [];
const logged = (text: string): Promise<void> =>
  new Promise((until) => (lines.some((line) => line.includes(text)) ? until() : void waitingFor.push({ text, until })));

let reading = gate();
let seen: AbortSignal | undefined;
let app: FastifyInstance;
let url: string;
let signed: (body: string) => string;
const shelf = { id: 's', pages: [] };

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const log = createLog('test', 'info', {
    write: (line) => {
      lines.push(line);
      for (const { text, until } of waitingFor) if (line.includes(text)) until();
    },
  });
  app = createHttp({ log, health: {} });
  await mountSubgraph(app, {
    typeDefs,
    resolvers: {
      Query: {
        shelves: (_: unknown, { first }: { first?: number }) => ({
          nodes: Array.from({ length: first ?? 20 }, () => shelf),
        }),
        slow: () => reading.wait(),
        quick: () => 'quick',
        shelf: () => shelf,
      },
      Shelf: {
        __resolveReference: ({ id }: { id: string }) => ({ ...shelf, id }),
        books: () => ({ nodes: [] }),
        read: () => reading.wait(),
      },
    },
    identity: await createIdentityVerifier(await exportJWK(publicKey), {
      audience: 'test',
      usedTokens: { spend: async () => true },
    }),
    context: ({ identity, signal }) => {
      seen = signal;
      return { identity };
    },
    log,
    costBudget: 1_000,
    deadlineMs: 1_000,
  });
  url = await listen(app, '127.0.0.1', 0);
  const sign = await createIdentitySigner(await exportJWK(privateKey));
  signed = (body) =>
    sign({ subject: 'u', boxOfficeId: 'bo_1' as BoxOfficeId, role: 'viewer' }, { subgraph: 'test', body, once: true });
});
afterAll(() => app.close());

interface Asked {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly signal?: AbortSignal;
}

interface Body {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: {
    readonly message: string;
    readonly path?: unknown;
    readonly extensions: Record<string, unknown>;
  }[];
}

const ask = async (query: string, { variables, operationName, signal }: Asked = {}) => {
  const body = JSON.stringify({ query, variables, operationName });
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [identityHeader]: signed(body) },
    body,
    signal: signal ?? null,
  });
  return { status: response.status, body: (await response.json()) as Body };
};

const refusal = (cost: number) => ({
  status: 400,
  body: { errors: [{ extensions: { code: 'BAD_USER_INPUT', reason: 'OPERATION_TOO_COSTLY', cost, budget: 1_000 } }] },
});
const nested = (size: string): string =>
  `shelves${size && `(first: ${size})`} { nodes { books${size && `(first: ${size})`} { nodes { id } } } }`;

describe('an operation that costs too much', () => {
  // Each list costs 5, and each shelf 1 and its own list.
  const whole = (n: number): number => 5 + n * (1 + 5 + n);

  it.each<[string, string, Asked, number]>([
    ['literals', `{ ${nested('40')} }`, {}, whole(40)],
    ['variables', `query ($n: Int) { ${nested('$n')} }`, { variables: { n: 40 } }, whole(40)],
    ['defaults of variables', `query ($n: Int = 40) { ${nested('$n')} }`, {}, whole(40)],
    [
      'an alias for each',
      `{ ${['a', 'b', 'c'].map((name) => `${name}: ${nested('')}`).join(' ')} }`,
      {},
      3 * whole(20),
    ],
    [
      'fragments',
      `query ($n: Int) { ...A } fragment A on Query { ${nested('$n')} }`,
      { variables: { n: 50 } },
      whole(50),
    ],
    [
      'the page from the end of a list',
      '{ shelves(first: 40) { nodes { books(last: 40) { nodes { id } } } } }',
      {},
      whole(40),
    ],
    [
      '@include',
      `query ($with: Boolean!) { ... @include(if: $with) { ${nested('40')} } }`,
      { variables: { with: true } },
      whole(40),
    ],
    [
      'many representations of entities',
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Shelf { books { nodes { id } } } } }',
      { variables: { of: Array.from({ length: 50 }, () => ({ __typename: 'Shelf', id: 's' })) } },
      50 * (5 + 20),
    ],
    [
      'the operation that is executed',
      `query A { quick } query B { ${nested('40')} }`,
      { operationName: 'B' },
      whole(40),
    ],
  ])('by %s is refused before anything runs, with its cost and the budget', async (_, query, asked, cost) => {
    expect(await ask(query, asked)).toMatchObject(refusal(cost));
  });

  it.each<[string, string, Asked]>([
    ['smaller pages', `query ($n: Int) { ${nested('$n')} }`, { variables: { n: 10 } }],
    [
      'a list that is left out',
      `query ($no: Boolean!) { quick ... @include(if: $no) { ${nested('40')} } }`,
      { variables: { no: false } },
    ],
    ['a list that is skipped', `{ quick ...A @skip(if: true) } fragment A on Query { ${nested('40')} }`, {}],
    ['another operation of the document', `query A { quick } query B { ${nested('40')} }`, { operationName: 'A' }],
    [
      'few representations',
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Shelf { id } } }',
      { variables: { of: [{ __typename: 'Shelf', id: 's' }] } },
    ],
    ['the schema', '{ __schema { types { name fields { name args { name } } } } _service { sdl } }', {}],
  ])('does not include %s', async (_, query, asked) => {
    const { status, body } = await ask(query, asked);
    expect([status, body.errors]).toEqual([200, undefined]);
  });

  it.each<[string, unknown]>([
    ['a text', 'many'],
    ['a fraction', 1.5],
    ['more than 32 bits', 2 ** 40],
    ['a list', [1, 2]],
    ['an object', { first: 1 }],
  ])('is not asked for by %s: such a variable gets its own answer', async (_, n) => {
    const { status, body } = await ask(`query ($n: Int) { ${nested('$n')} }`, { variables: { n } });
    expect([status, body.errors?.[0]?.extensions]).toMatchObject([400, { code: 'BAD_USER_INPUT', field: ['n'] }]);
  });

  it.each<[string, number]>([
    ['less than none', -1],
    ['more than the list has on a page', 51],
  ])('cannot hide behind a page of %s', async (_, n) => {
    const { status, body } = await ask('query ($n: Int) { shelves(first: $n) { total } }', { variables: { n } });
    expect([status, body.errors]).toMatchObject([
      400,
      [{ message: 'first must be between 0 and 50', extensions: { field: ['first'] } }],
    ]);
  });

  it('cannot hide in fragments that spread each other, nor in several requests at once', async () => {
    const cyclic = await ask('{ ...A } fragment A on Query { quick ...B } fragment B on Query { ...A }');
    expect([cyclic.status, cyclic.body.errors?.[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    const both = JSON.stringify([{ query: '{ quick }' }, { query: '{ quick }' }]);
    const batch = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [identityHeader]: signed(both) },
      body: both,
    });
    expect(batch.status).toBe(400);
  });
});

it('has the cost of its own variables, whatever was asked before with the same words', async () => {
  const query = `query ($n: Int = 40, $of: [_Any!]!, $with: Boolean = true) {
    ... @include(if: $with) { ${nested('$n')} } _entities(representations: $of) {
      ... on Shelf { books { nodes { id } } } } }`;
  const of = (count: number) => Array.from({ length: count }, () => ({ __typename: 'Shelf', id: 's' }));
  const statuses: number[] = [];
  for (const variables of [
    { of: of(1), n: 5 },
    { of: of(1), n: 50 },
    { of: of(1) },
    { of: of(1), n: null },
    { of: of(1), with: false },
    { of: of(50), with: false },
    { of: of(2), with: false },
    { of: of(1), n: 5 },
  ])
    statuses.push((await ask(query, { variables })).status);
  expect(statuses).toEqual([200, 400, 400, 200, 200, 400, 200, 200]);
});

describe('an operation that takes too long', () => {
  it('is answered at its deadline with the fields that were ready', async () => {
    reading = gate();
    const { status, body } = await ask('{ quick slow }');
    expect([status, body.data]).toEqual([200, { quick: 'quick', slow: null }]);
    expect(body.errors).toMatchObject([
      {
        path: ['slow'],
        extensions: { code: 'UNAVAILABLE', reason: 'DEADLINE_EXCEEDED', status: 504, deadlineMs: 1_000 },
      },
    ]);
    expect(seen?.aborted).toBe(true);
    reading.state.open();
  });
});

describe('an operation whose caller left', () => {
  it('ends: its signal aborts, and no resolver begins that has not begun', async () => {
    reading = gate();
    const caller = new AbortController();
    const left = ask('{ shelves(first: 50) { nodes { read } } }', { signal: caller.signal });
    await reading.begun(8);
    caller.abort();
    await expect(left).rejects.toThrow(/abort/i);
    await logged('CALLER_LEFT');
    expect(seen?.aborted).toBe(true);
    reading.state.open();
    // Whatever still ran of it would run before this one is answered.
    expect((await ask('{ shelf { read } }')).body).toEqual({ data: { shelf: { read: 'read' } } });
    expect(reading.state.begun).toBe(9);
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/boxlist_operations_cut_total\{.*CALLER_LEFT.*\} 1/);
  });

  it('does not end another operation, and one that is answered does not count as left', async () => {
    reading = gate();
    reading.state.open();
    const { body } = await ask('{ shelves(first: 50) { nodes { read } } }');
    expect(body.data).toEqual({ shelves: { nodes: Array.from({ length: 50 }, () => ({ read: 'read' })) } });
    expect(reading.state.begun).toBe(50);
    expect(seen?.aborted).toBe(false);
  });
});
