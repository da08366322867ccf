import { AppError } from '@boxlist/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { settings } from '@boxlist/service-kit';
import { getIntrospectionQuery } from 'graphql';
import { configSchema } from '../src/config';
import { startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 60_000);
afterAll(() => world.close());
beforeEach(() => {
  world.behaviour.apps = () => [];
  world.behaviour.templates = () => [];
});

const ours = '{ boxOffice { id apps { id } workflowTemplates { id } } }';

describe('an answer', () => {
  it('combines several subgraphs', async () => {
    expect(await world.ask(ours)).toMatchObject({
      status: 200,
      body: { data: { boxOffice: { id: 'bo_own', apps: [], workflowTemplates: [] } } },
    });
  });

  it.each([
    ['malformed', '{"query":', {}, 400, { code: 'BAD_INPUT' }],
    [
      'of another kind',
      '{"query":"{ __typename }"}',
      { 'content-type': 'application/xml' },
      415,
      { code: 'BAD_INPUT' },
    ],
    ['without a query', '{}', {}, 400, { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }],
    [
      'a list of queries',
      '[{"query":"{ __typename }"}]',
      {},
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ],
    // What a form on a foreign page could send.
    [
      'of a form',
      '{"query":"{ __typename }"}',
      { 'content-type': 'text/plain' },
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ],
    ['over 100 kB', `{"query":"${'x'.repeat(100_000)}"}`, {}, 413, { code: 'BAD_INPUT' }],
  ])('to a body that is %s is an error that says so', async (_, body, headers, status, expected) => {
    const authorization = `Bearer ${await world.tokens.token()}`;
    expect(await world.post(body, { authorization, ...headers })).toMatchObject({ status, body: expected });
  });

  it.each([
    ['a syntax error', '{ boxOffice { ', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
    ['an unknown field', '{ nonsense }', 'GRAPHQL_VALIDATION_FAILED', /Cannot query field "nonsense"/],
    [
      'a missing argument',
      'mutation { activateApp { userErrors { code } } }',
      'GRAPHQL_VALIDATION_FAILED',
      /activateApp/,
    ],
  ])('to a query with %s names the fault', async (_, query, code, message) => {
    const { status, body } = await world.ask(query);
    expect(status).toBe(400);
    expect(body.errors?.[0]).toMatchObject({ message: expect.stringMatching(message), extensions: { code } });
  });

  it.each([
    ['names none of several operations', undefined, /Name one in operationName/],
    ['names none of several operations, in blank', '', /Name one in operationName/],
    ['names an operation that is not there', 'C', /no operation named "C"/],
  ])('to a document that %s says so', async (_, operationName, message) => {
    const body = JSON.stringify({ query: 'query A { __typename } query B { __typename }', operationName });
    const answer = await world.post(body, { authorization: `Bearer ${await world.tokens.token()}` });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        errors: [{ message: expect.stringMatching(message), extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }],
      },
    });
  });
});

// Regression: the gateway looked for an operation with a blank name and found none. Forms of clients send a blank name
// with each request.
it.each(['{ __typename }', 'query A { __typename }'])(
  '%s with a blank operationName runs that operation',
  async (query) => {
    const authorization = `Bearer ${await world.tokens.token()}`;
    const body = { data: { __typename: 'Query' } };
    expect(await world.post(JSON.stringify({ query, operationName: '' }), { authorization })).toMatchObject({ body });
    const params = new URLSearchParams({ query, operationName: '' }).toString();
    const got = await fetch(`${world.url}/graphql?${params}`, {
      headers: { authorization, 'apollo-require-preflight': '1' },
    });
    expect(await got.json()).toEqual(body);
  },
);

describe('a query that asks too much', () => {
  const nested = (depth: number): string =>
    depth === 0 ? '{ id }' : `{ deliveries { nodes { workflow ${nested(depth - 1)} } } }`;

  it.each([
    ['depth', /depth/i, `{ node(id: "wf_1") { ... on Workflow ${nested(6)} } }`],
    ['aliases', /alias/i, `{ ${Array.from({ length: 61 }, (_, index) => `a${index}: boxOffice { id }`).join(' ')} }`],
    ['tokens', /token/i, `{ ${'__typename '.repeat(4_001)} }`],
    ['recursion', /selections/i, `{ boxOffice { ...a ...a } } ${fragments(10)}`],
  ])('by its %s is refused before any subgraph is called', async (_, message, query) => {
    const before = world.billing.calls.length + world.workflow.calls.length;
    const { status, body } = await world.ask(query);
    expect(status).toBe(400);
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringMatching(message),
      extensions: { code: expect.stringMatching(/^GRAPHQL_/) },
    });
    expect(world.billing.calls.length + world.workflow.calls.length).toBe(before);
  });

  it('is not one of 60 aliases', async () => {
    const sixty = Array.from({ length: 60 }, (_, index) => `a${index}: __typename`).join(' ');
    expect((await world.ask(`{ ${sixty} }`)).status).toBe(200);
  });
});

/** Fragments that each spread the next one twice: few words, and twice as many selections at each step. */
function fragments(count: number): string {
  const names = Array.from({ length: count }, (_, index) => String.fromCharCode(97 + index));
  return names
    .map((name, index) => {
      const next = names[index + 1];
      return `fragment ${name} on BoxOffice { ${next ? `...${next} ...${next}` : 'id'} }`;
    })
    .join(' ');
}

describe('an error of a subgraph', () => {
  it('that is expected is shown by its kind, with the reason', async () => {
    world.behaviour.apps = () => {
      throw new AppError('RATE_LIMITED', 'Too many calls', {}, { retryAfterMs: 1_500 });
    };
    const { body } = await world.ask(ours);
    expect(body.errors).toEqual([
      {
        message: 'Too many calls',
        path: ['boxOffice', 'apps'],
        extensions: { code: 'RATE_LIMITED', reason: 'RATE_LIMITED', retryAfterMs: 1_500 },
      },
    ]);
  });

  it('that is a defect is not shown', async () => {
    world.behaviour.apps = () => {
      throw new Error('mongodb://secret-host refused');
    };
    const { body } = await world.ask(ours);
    expect(body.errors?.[0]).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(JSON.stringify(body)).not.toContain('secret-host');
  });
});

describe('a subgraph that is down', () => {
  const needsSync = '{ boxOffice { id syncHealth { __typename } } }';

  it('does not affect queries that do not need it', async () => {
    expect((await world.ask(ours)).body.errors).toBeUndefined();
  });

  it('removes its part of the answer, up to the next nullable field, with UNAVAILABLE', async () => {
    const { status, body } = await world.ask(
      '{ boxOffice { id apps { id } } node(id: "wf_1") { ... on Workflow { name stats { __typename } } } }',
    );
    expect(status).toBe(200);
    expect(body.data).toEqual({ boxOffice: { id: 'bo_own', apps: [] }, node: null });
    expect(body.errors).toEqual([
      expect.objectContaining({
        message: 'Part of the answer is not available at the moment.',
        extensions: { code: 'UNAVAILABLE' },
      }),
    ]);
  });

  it('is called again by the next query and answers once it is up; its address is never shown', async () => {
    const down = await world.ask(needsSync);
    expect(down.body.errors?.[0]?.extensions).toEqual({ code: 'UNAVAILABLE' });
    expect(JSON.stringify(down.body)).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
    const sync = await world.startSync({ syncHealth: () => ({}) });
    try {
      expect((await world.ask(needsSync)).body.data).toEqual({
        boxOffice: { id: 'bo_own', syncHealth: { __typename: 'SyncHealth' } },
      });
    } finally {
      await sync.close();
    }
    expect((await world.ask(needsSync)).body.errors?.[0]?.extensions).toEqual({ code: 'UNAVAILABLE' });
  });

  it('does not make the gateway unready', async () => {
    const ready = await fetch(`${world.gateway.internalUrl}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, checks: {} }]);
    const live = await fetch(`${world.url}/health/live`);
    expect([live.status, await live.json()]).toEqual([200, { live: true }]);
  });
});

describe('the explorer', () => {
  const page = (at: World, path = '/graphql') =>
    fetch(`${at.url}${path}`, { headers: { accept: 'text/html' }, redirect: 'manual' });

  it('is a page that needs no token and nothing from elsewhere, and clients may read the schema', async () => {
    const answer = await page(world);
    const html = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(html).toContain('Boxlist graph');
    expect(html).not.toMatch(/<(script|link)[^>]+(src|href)="(https?:)?\/\//);
    expect((await page(world, '/')).headers.get('location')).toBe('/graphql');
    expect((await world.ask('{ __schema { queryType { name } } }')).body.data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
  });

  // The page was 9 MB for each visitor, never cached and never compressed, because its script was inside.
  it('is small, and browsers keep it', async () => {
    const first = await page(world);
    const html = await first.text();
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    expect(first.headers.get('vary')).toBe('accept');
    const again = await fetch(`${world.url}/graphql`, {
      headers: { accept: 'text/html', 'if-none-match': first.headers.get('etag') ?? '' },
    });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(files).toEqual([
      expect.stringMatching(/^explorer\/[0-9a-f]{16}\.css$/),
      expect.stringMatching(/^explorer\/[0-9a-f]{16}\.js$/),
    ]);
    for (const coding of ['br', 'gzip']) {
      const headers = { 'accept-encoding': coding };
      const all = await Promise.all(files.map((file) => fetch(`${world.url}/${file}`, { headers })));
      for (const file of all)
        expect(Object.fromEntries(file.headers)).toMatchObject({
          'cache-control': 'public, max-age=31536000, immutable',
          'content-encoding': coding,
          vary: 'accept-encoding',
        });
      expect(all.reduce((sum, file) => sum + Number(file.headers.get('content-length')), html.length)).toBeLessThan(
        500_000,
      );
      // The browser's side: what it unpacks is GraphiQL.
      expect(await all[1]?.text()).toContain('GraphiQL.createFetcher({ url: location.pathname })');
    }
    expect((await fetch(`${world.url}/${files[0]}`, { headers: { 'accept-encoding': 'br;q=0' } })).status).toBe(406);
    expect((await fetch(`${world.url}/explorer/0123456789abcdef.js`)).status).toBe(404);
  });

  it('runs scripts of this server only', async () => {
    const policy = (await page(world)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy.split("'unsafe-inline'")[0]).toMatch(/style-src 'self' $/);
  });

  it('gets the schema once in a document, not under many names', async () => {
    const parts = '{ types { name fields { name } } }';
    for (const query of [`{ a: __schema ${parts} b: __schema ${parts} }`, `{ __schema { ts: types { name } } }`]) {
      const { status, body } = await world.ask(query);
      expect([status, body.errors?.[0]?.message]).toEqual([400, expect.stringMatching(/another name \(alias\)/)]);
    }
    expect((await world.ask(getIntrospectionQuery())).body.errors).toBeUndefined();
  });

  it.each([
    ['off in production', { NODE_ENV: 'production' }, 401],
    ['on in production where it is set', { NODE_ENV: 'production', EXPLORER_ENABLED: 'true' }, 200],
  ])('is %s', async (_, given, status) => {
    const other = await startWorld({ JWT_JWKS_URL: 'https://issuer.example.com/jwks', ...given });
    expect((await page(other)).status).toBe(status);
    await other.close();
  });

  it('is gone when it is switched off, and so is the schema', async () => {
    const closed = await startWorld({ EXPLORER_ENABLED: 'false' });
    try {
      expect((await page(closed)).status).toBe(401);
      expect((await page(closed, '/')).status).toBe(404);
      const { body } = await closed.ask('{ __schema { queryType { name } } }');
      expect(body).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
      const near = await closed.ask('{ boxOffic { id } }');
      expect(near.body.errors?.[0]?.message).not.toContain('boxOffice');
    } finally {
      await closed.close();
    }
  });

  it('does not allow queries by a plain link', async () => {
    const authorization = `Bearer ${await world.tokens.token()}`;
    const get = (headers: Record<string, string>) =>
      fetch(`${world.url}/graphql?query=${encodeURIComponent('{ __typename }')}`, { headers });
    expect((await get({ authorization })).status).toBe(400);
    expect((await get({ authorization, 'apollo-require-preflight': '1' })).status).toBe(200);
  });
});

it('by default pages of other origins are not allowed: the gateway sends no CORS headers', async () => {
  const headers = { origin: 'https://other.example.com', 'access-control-request-method': 'POST' };
  const preflight = await fetch(`${world.url}/graphql`, { method: 'OPTIONS', headers });
  expect(preflight.ok).toBe(false);
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
});

describe('a page of another origin', () => {
  const own = 'https://app.example.com';
  const allowedOrigin = ({ headers }: { headers: Headers }) => headers.get('access-control-allow-origin');
  const asksFirst = (at: World, origin: string) =>
    fetch(`${at.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const queries = (at: World, origin: string, authorization = '') =>
    at.post('{"query":"{ __typename }"}', { origin, authorization });

  it('can query if its origin is allowed, and can read why a query is refused', async () => {
    const named = await startWorld({ BROWSER_ORIGINS: `https://other.example.com, ${own}` });
    try {
      const first = await asksFirst(named, own);
      expect([first.status, allowedOrigin(first)]).toEqual([204, own]);
      expect(first.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
      expect(first.headers.get('access-control-allow-methods')).toContain('POST');
      const authorization = `Bearer ${await named.tokens.token()}`;
      const [answer, refusal] = [await queries(named, own, authorization), await queries(named, own)];
      expect([answer.status, allowedOrigin(answer)]).toEqual([200, own]);
      expect([refusal.status, allowedOrigin(refusal)]).toEqual([401, own]);

      expect(allowedOrigin(await asksFirst(named, 'https://evil.example.com'))).toBeNull();
      expect(allowedOrigin(await queries(named, 'https://evil.example.com', authorization))).toBeNull();
    } finally {
      await named.close();
    }
  });

  it('cannot query if no origin is allowed', async () => {
    const first = await asksFirst(world, own);
    expect([first.ok, allowedOrigin(first)]).toEqual([false, null]);
    expect(allowedOrigin(await queries(world, own))).toBeNull();
  });

  it.each(['*', 'app.example.com', 'https://app.example.com/', 'https://app.example.com/console'])(
    'is not allowed by %s',
    (BROWSER_ORIGINS) => {
      expect(() => settings(configSchema, { BROWSER_ORIGINS })).toThrow(/BROWSER_ORIGINS.*must be origins/);
    },
  );
});
