import { AppError, type BoxOfficeId } from '@boxlist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { createHash } from 'node:crypto';
import {
  createHttp,
  createIdentitySigner,
  createIdentityVerifier,
  createLog,
  identityHeader,
  inputScalars,
  isMutation,
  listen,
  mountSubgraph,
  withUserErrors,
  type Identity,
  type SignedCall,
} from '../src';

const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar DateTime
  type Query { me: String! broken: String! missing: String! year(of: DateTime!): Int! page(first: Int! = 10): Int! }
  type Workflow @key(fields: "id") { id: ID! found: Boolean! }
  type Mutation { tryIt: Payload! own: String! }
  type Payload { done: Boolean userErrors: [UserError!]! }
  type UserError { code: String! message: String! field: [String!] }
`;
const resolvers = {
  DateTime: inputScalars.DateTime,
  Query: {
    year: (_: unknown, { of }: { of: Date }) => of.getUTCFullYear(),
    page: (_: unknown, { first }: { first: number }) => first,
    me: (_: unknown, __: unknown, ctx: { identity: Identity }) => ctx.identity.boxOfficeId,
    broken: () => {
      throw new Error('mongodb://secret-host refused');
    },
    missing: () => {
      throw new AppError('NOT_FOUND', 'There is no such thing');
    },
  },
  Workflow: {
    __resolveReference: ({ id }: { id: unknown }) => ({ id, found: true }),
  },
  Mutation: {
    own: () => 'done',
    tryIt: () =>
      withUserErrors({ done: null }, async () => {
        throw new AppError('BAD_INPUT', 'name is too long', { field: ['input', 'name'] });
      }),
  },
};
const lines: string[] = [];
let app: FastifyInstance;
let privateKey: CryptoKey;
let url: string;
let signed: (body: string, call?: Partial<SignedCall>) => string;
const used = new Set<string>();

beforeAll(async () => {
  const keys = await generateKeyPair('EdDSA', { extractable: true });
  ({ privateKey } = keys);
  const { publicKey } = keys;
  const log = createLog('test', 'info', { write: (line) => lines.push(line) });
  app = createHttp({ log, health: { always: async () => undefined } });
  await mountSubgraph(app, {
    typeDefs,
    resolvers,
    roles: { 'Mutation.tryIt': 'viewer', 'Mutation.own': 'owner' },
    identity: await createIdentityVerifier(await exportJWK(publicKey), {
      audience: 'test',
      usedTokens: { spend: async (id) => !used.has(id) && used.add(id).size > 0 },
    }),
    context: (caller) => caller,
    log,
  });
  url = await listen(app, '127.0.0.1', 0);
  const sign = await createIdentitySigner(await exportJWK(privateKey));
  signed = (body, call = {}) =>
    sign({ subject: 'u', boxOfficeId: 'bo_1' as BoxOfficeId, role: 'owner' }, { subgraph: 'test', body, ...call });
});
afterAll(() => app.close());

const ask = async (
  query: string,
  headers?: Record<string, string>,
  variables: Record<string, unknown> = {},
  operationName?: string,
) => {
  const body = JSON.stringify({ query, variables, operationName });
  return post(body, headers ?? { [identityHeader]: signed(body, { once: isMutation(query) }) });
};

const post = async (body: string, headers: Record<string, string>) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return {
    status: response.status,
    body: (await response.json()) as { data?: unknown; errors?: Record<string, unknown>[] },
  };
};

describe('a subgraph', () => {
  it('answers the gateway and knows the caller', async () => {
    expect((await ask('{ me }')).body).toEqual({ data: { me: 'bo_1' } });
  });

  it.each([
    ['without an identity', {}],
    ['with an identity that another key signed', { [identityHeader]: 'eyJhbGciOiJFZERTQSJ9.e30.AAAA' }],
  ])('refuses a call %s, even for its schema', async (_, headers) => {
    const { status, body } = await ask('{ _service { sdl } }', headers);
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each<[string, unknown, boolean]>([
    ['an id of the type', 'wf_1', true],
    ['an id of another type', 'conn_1', false],
    ['an id of no form', 'wf_$ne', false],
    ['a number', 1, false],
    ['nothing', undefined, false],
    ['a condition on the id', { $gt: 'wf_' }, false],
    ['a list', ['wf_1'], false],
  ])('resolves a reference only by an id of its type: %s', async (_, id, isFound) => {
    const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Workflow { found } } }';
    const { body } = await ask(query, undefined, { of: [{ __typename: 'Workflow', id }] });
    expect(body).toEqual({ data: { _entities: [isFound ? { found: true } : null] } });
  });

  it('hides a defect from the caller and logs it', async () => {
    const { body } = await ask('{ broken }');
    expect(body.errors?.[0]).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(JSON.stringify(body)).not.toContain('secret-host');
    expect(lines.join()).toContain('graphql.defect');
  });

  it('shows an expected error by its kind, with the reason', async () => {
    const { body } = await ask('{ missing }');
    expect(body.errors?.[0]).toMatchObject({
      message: 'There is no such thing',
      extensions: { code: 'NOT_FOUND', reason: 'NOT_FOUND' },
    });
  });

  // Regression: a literal was refused as a document that does not validate. The gateway takes that for a subgraph of
  // another version.
  it.each([
    ['a literal', '{ year(of: "2026-01-01") }', {}],
    ['a literal of another kind', '{ year(of: 2026) }', {}],
    ['a variable', 'query ($of: DateTime!) { year(of: $of) }', { of: '2026-02-30T00:00:00Z' }],
    ['a variable of another kind', 'query ($of: DateTime!) { year(of: $of) }', { of: {} }],
    ['no variable', 'query ($of: DateTime!) { year(of: $of) }', {}],
  ])(
    'answers BAD_USER_INPUT for %s that a custom scalar cannot read, and logs no defect',
    async (_, query, variables) => {
      const before = lines.length;
      const { status, body } = await ask(query, undefined, variables);
      expect([status, body.data]).toEqual([400, undefined]);
      expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(lines.slice(before).join()).not.toContain('graphql.defect');
      expect((await ask('{ year(of: "2026-01-01T00:00:00Z") }')).body).toEqual({ data: { year: 2026 } });
    },
  );

  // GraphQL finds such a null when it resolves the field. The error had no status 400 and looked like an outage.
  it('answers BAD_USER_INPUT for a null that only a default made valid for a required value', async () => {
    const query = 'query ($first: Int) { page(first: $first) }';
    const { status, body } = await ask(query, undefined, { first: null });
    expect([status, body.data]).toEqual([400, undefined]);
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['first'] } }]);
    const ofNull = await ask('query ($first: Int = null) { page(first: $first) }');
    expect(ofNull.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['first'] } }]);
    expect((await ask(query)).body).toEqual({ data: { page: 10 } });
    expect((await ask(query, undefined, { first: 3 })).body).toEqual({ data: { page: 3 } });
  });

  it.each([
    ['another operation', 'query A($n: Int) { me @skip(if: false) here: page(first: 1) ...M @skip(if: true) }'],
    ['a field that is left out', 'query A($n: Int, $with: Boolean = false) { me page(first: $n) @include(if: $with) }'],
    ['a fragment that is left out', 'query A($n: Int) { me ... @skip(if: true) { page(first: $n) } }'],
  ])('does not require a value in %s', async (_, operation) => {
    const query = `${operation} query B($n: Int) { ...M } fragment M on Query { me page(first: $n) }`;
    const { body } = await ask(query, undefined, { n: null }, 'A');
    expect(body).toMatchObject({ data: { me: 'bo_1' } });
    const other = await ask(query, undefined, { n: null }, 'B');
    expect([other.status, other.body.errors]).toMatchObject([400, [{ extensions: { field: ['n'] } }]]);
  });

  it('returns problems that the caller can fix as data', async () => {
    const { body } = await ask('mutation { tryIt { done userErrors { code field } } }');
    expect(body.data).toEqual({ tryIt: { done: null, userErrors: [{ code: 'BAD_INPUT', field: ['input', 'name'] }] } });
  });

  it('answers the health checks and has metrics', async () => {
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ ready: true, checks: { always: 'ok' } });
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('answers malformed JSON and unknown addresses with an error in JSON', async () => {
    const malformed = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [identityHeader]: signed('{"query":') },
      body: '{"query":',
    });
    expect([malformed.status, await malformed.json()]).toEqual([400, expect.objectContaining({ code: 'BAD_INPUT' })]);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });
});

describe("the gateway's token", () => {
  const query = JSON.stringify({ query: '{ me }' });
  const mutation = JSON.stringify({ query: 'mutation { tryIt { done } }' });
  const statusWith = async (token: string, body = query): Promise<number> =>
    (await post(body, { [identityHeader]: token })).status;

  it('is valid again for the same query at the same subgraph, and is then the same token', async () => {
    const token = signed(query);
    expect([await statusWith(token), await statusWith(token), signed(query)]).toEqual([200, 200, token]);
  });

  it('is refused at another subgraph', async () => {
    expect(await statusWith(signed(query, { subgraph: 'other' }))).toBe(401);
  });

  it('is refused with another body, even one that means the same', async () => {
    const token = signed(query);
    expect(await statusWith(token, JSON.stringify({ query: '{ me missing }' }))).toBe(401);
    expect(await statusWith(token, `${query} `)).toBe(401);
    expect(await statusWith(token)).toBe(200);
  });

  it('is refused with a body of another type, which is not read', async () => {
    for (const type of ['text/plain', 'application/graphql']) {
      const headers = { 'content-type': type, [identityHeader]: signed(query) };
      expect((await fetch(`${url}/graphql`, { method: 'POST', headers, body: query })).status).not.toBe(200);
    }
  });

  it('is valid for one mutation only, however many arrive at once', async () => {
    const token = signed(mutation, { once: true });
    const statuses = await Promise.all(Array.from({ length: 5 }, () => statusWith(token, mutation)));
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401]);
    expect(signed(mutation, { once: true })).not.toBe(token);
  });

  it('is refused for a mutation if it is valid for more than one request', async () => {
    expect(await statusWith(signed(mutation), mutation)).toBe(401);
  });
});

describe('a token that the key of the gateway signed', () => {
  const body = JSON.stringify({ query: '{ me }' });
  const now = Math.floor(Date.now() / 1_000);
  const good = {
    iss: 'boxlist-gateway',
    aud: 'test',
    sub: 'u',
    box_office_id: 'bo_1',
    role: 'owner',
    iat: now,
    exp: now + 15,
    body: createHash('sha256').update(body).digest('base64url'),
  };
  const header = { alg: 'EdDSA', typ: 'boxlist-identity+jwt' };
  const statusOf = async (claims: object, protectedHeader = header): Promise<number> => {
    const payload = JSON.parse(JSON.stringify({ ...good, ...claims })) as Record<string, unknown>;
    const token = await new SignJWT(payload).setProtectedHeader(protectedHeader).sign(privateKey);
    return (await post(body, { [identityHeader]: token })).status;
  };

  it('is accepted as the gateway makes it', async () => {
    expect(await statusOf({})).toBe(200);
  });

  it.each([
    ['has no end', { exp: undefined }],
    ['ends late', { exp: now + 3_600 }],
    ['has ended', { iat: now - 30, exp: now - 15 }],
    ['is of the future', { iat: now + 60, exp: now + 70 }],
    ['has no time of issue', { iat: undefined }],
    ['is of another issuer', { iss: 'boxlist-service' }],
    ['is for several subgraphs', { aud: ['test', 'other'] }],
    ['names no body', { body: undefined }],
    ['names an odd role', { role: 'admin' }],
  ])('is refused if it %s', async (_, claims) => {
    expect(await statusOf(claims)).toBe(401);
  });

  it('is refused with another header', async () => {
    expect(await statusOf({}, { alg: 'EdDSA', typ: 'JWT' })).toBe(401);
  });
});
