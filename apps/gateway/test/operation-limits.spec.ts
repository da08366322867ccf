import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type World } from './world';

let world: World;

beforeAll(async () => {
  world = await startWorld({ OPERATION_DEADLINE_MS: '1500' });
});
afterAll(() => world.close());

const callsMade = (): number => world.billing.calls.length + world.workflow.calls.length;

interface Request {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

const send = async (request: Request | readonly Request[]) =>
  world.post(JSON.stringify(request), { authorization: `Bearer ${await world.tokens.token()}` });

// Regression: the old limit counted literals of `first` only. With a variable, or without `first`, one query kept sync
// busy for 13 seconds.
const inner = (size: string): string => `deliveries${size} { nodes { workflow { deliveries${size} { nodes {
  workflow { deliveries${size} { nodes { id status } } } } } } } }`;
const creation = (alias: string): string =>
  `${alias}: createTag(input: { connectionId: "conn_1", name: "${alias}" }) { tag { id } }`;
const thirteenSeconds = (size: string): string => `boxOffice { ${inner(size)} }`;

describe('a query that costs more than the budget', () => {
  it.each<[string, Request]>([
    ['literals', { query: `{ ${thirteenSeconds('(first: 50)')} }` }],
    ['variables', { query: `query ($n: Int) { ${thirteenSeconds('(first: $n)')} }`, variables: { n: 50 } }],
    ['defaults of variables', { query: `query ($n: Int = 50) { ${thirteenSeconds('(first: $n)')} }` }],
    ['pages from the end', { query: `query ($n: Int) { ${thirteenSeconds('(last: $n)')} }`, variables: { n: 50 } }],
    ['nothing', { query: `{ ${thirteenSeconds('')} }` }],
    ['fragments', { query: `{ ...A } fragment A on Query { ${thirteenSeconds('')} }` }],
    [
      'an operation among others',
      { query: `query A { __typename } query B { ${thirteenSeconds('')} }`, operationName: 'B' },
    ],
    [
      'creations under many names',
      {
        query: `mutation { ${Array.from({ length: 21 }, (_, index) => creation(`c${index}`)).join(' ')} }`,
      },
    ],
  ])('through %s is refused before anything is planned', async (_, request) => {
    const before = callsMade();
    const { status, body } = await send(request);
    expect([status, body.data]).toEqual([400, undefined]);
    expect(body.errors).toMatchObject([
      {
        message: expect.stringMatching(/costs \d+, and the budget is 10000/),
        extensions: {
          code: 'BAD_USER_INPUT',
          reason: 'OPERATION_TOO_COSTLY',
          cost: expect.any(Number),
          budget: 10_000,
        },
      },
    ]);
    expect(callsMade()).toBe(before);
  });

  it('is not one that only stands beside the executed one', async () => {
    const query = `query A { __typename } query B { ${thirteenSeconds('')} }`;
    expect(await send({ query, operationName: 'A' })).toMatchObject({ status: 200, body: { data: expect.anything() } });
  });

  it('does not come through as one of several requests at once', async () => {
    expect((await send([{ query: '{ __typename }' }, { query: '{ __typename }' }])).status).toBe(400);
  });

  it('is refused by a page that is larger than its list allows', async () => {
    const { status, body } = await send({ query: '{ boxOffice { workflows(first: 101) { totalCount } } }' });
    expect([status, body.errors]).toMatchObject([
      400,
      [{ message: 'first must be between 0 and 100', extensions: { reason: 'BAD_INPUT', field: ['first'] } }],
    ]);
  });
});

const endOf = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => (signal?.aborted ? resolve() : signal?.addEventListener('abort', () => resolve())));

describe('a query that waits for a subgraph', () => {
  it('is answered at its deadline with what the other subgraphs said', async () => {
    let release = (): void => undefined;
    const waits = new Promise<null>((resolve) => (release = () => resolve(null)));
    const sync = await world.startSync({ buyerErasure: () => waits });
    try {
      const { status, body } = await send({
        query: '{ boxOffice { id apps { id } buyerErasure(email: "ada@example.com") { status } } }',
      });
      expect([status, body.data]).toEqual([
        200,
        { boxOffice: { id: expect.any(String), apps: [], buyerErasure: null } },
      ]);
      expect(body.errors).toMatchObject([
        { extensions: { code: 'UNAVAILABLE', reason: 'DEADLINE_EXCEEDED', status: 504, deadlineMs: 1_500 } },
      ]);
      expect(JSON.stringify(body)).not.toContain('ada@example.com');
      await endOf(sync.calls[0]?.signal);
    } finally {
      release();
      await sync.close();
    }
  });

  it('ends in the subgraph when its client leaves', async () => {
    let release = (): void => undefined;
    const waits = new Promise<null>((resolve) => (release = () => resolve(null)));
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const sync = await world.startSync({
      buyerErasure: () => {
        begin();
        return waits;
      },
    });
    try {
      const client = new AbortController();
      const left = fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await world.tokens.token()}` },
        body: JSON.stringify({ query: '{ boxOffice { buyerErasure(email: "ada@example.com") { status } } }' }),
        signal: client.signal,
      });
      await begun;
      const { signal } = sync.calls[0] ?? {};
      client.abort();
      await expect(left).rejects.toThrow(/abort/i);
      await endOf(signal);
      expect(signal?.reason).toMatchObject({ message: expect.stringMatching(/caller left/) });
    } finally {
      release();
      await sync.close();
    }
  });
});
