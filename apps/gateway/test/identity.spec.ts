import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import { eventually, freePort, type IssuerAnswer } from '@boxlist/testkit';
import { startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 60_000);
afterAll(() => world.close());

const query = JSON.stringify({ query: '{ boxOffice { id } }' });
const now = () => Math.floor(Date.now() / 1000);
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const foreignKey = async () => (await generateKeyPair('ES256')).privateKey;

describe('a caller', () => {
  const notValid = 'The token is not valid';
  const lacks = 'The token lacks sub, box_office_id or role';
  it.each<[string, string, (tokens: World['tokens']) => Promise<string | undefined>]>([
    ['without a token', 'Send a bearer token', async () => undefined],
    ['with another scheme', 'Send a bearer token', async () => 'Basic dXNlcjpwYXNz'],
    ['with something that is no token', notValid, async () => 'Bearer nonsense'],
    ['with a scheme and no token', 'Send a bearer token', async () => 'Bearer '],
    ['with a scheme that runs into its token', 'Send a bearer token', async (t) => `Bearer${await t.token()}`],
    ['with two tokens', 'Send a bearer token', async (t) => `Bearer ${await t.token()} ${await t.token()}`],
    ['with a token that has expired', 'The token has expired', (t) => bearer(t.token({ exp: now() - 60 }))],
    ['with a token without an end', notValid, (t) => bearer(t.token({ exp: undefined }))],
    ['with a token that is not valid yet', notValid, (t) => bearer(t.token({ nbf: now() + 600 }))],
    ['with a token of another issuer', notValid, (t) => bearer(t.token({ iss: 'https://other.example.com' }))],
    ['with a token for others', notValid, (t) => bearer(t.token({ aud: 'another-api' }))],
    [
      'with a key that the issuer does not have',
      notValid,
      (t) => bearer(t.token({ iat: now() - 600 }, { kid: 'key-2' })),
    ],
    [
      'with a token that somebody else signed under the name of the key',
      notValid,
      async (t) => bearer(t.token({}, { key: await foreignKey() })),
    ],
    [
      'with a token that nobody signed',
      notValid,
      async (t) => {
        const [, claims] = (await t.token()).split('.');
        return `Bearer ${encoded({ alg: 'none', kid: 'key-1' })}.${claims}.`;
      },
    ],
    [
      'with a token that is signed with the public key as a shared secret',
      notValid,
      (t) => bearer(t.token({}, { alg: 'HS256', key: Buffer.from(JSON.stringify(t.publicJwk)) })),
    ],
    [
      'with a token that was changed',
      notValid,
      async (t) => {
        const [head, , signature] = (await t.token()).split('.');
        const claims = { sub: 'user-1', box_office_id: 'bo_other', role: 'owner', exp: now() + 600 };
        return `Bearer ${head}.${encoded(claims)}.${signature}`;
      },
    ],
    ['with a token of nobody', notValid, (t) => bearer(t.token({ sub: undefined }))],
    ['without a role', lacks, (t) => bearer(t.token({ role: undefined }))],
    ['with a role that there is not', lacks, (t) => bearer(t.token({ role: 'admin' }))],
    ['without a box office', lacks, (t) => bearer(t.token({ box_office_id: undefined }))],
    ['with a box office that is none', lacks, (t) => bearer(t.token({ box_office_id: 'bo_a"}{' }))],
  ])('%s gets the reason, and no subgraph is called', async (_, message, authorization) => {
    const header = await authorization(world.tokens);
    const answer = await world.post(query, header ? { authorization: header } : {});
    expect(answer).toMatchObject({
      status: 401,
      body: { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.body.data).toBeUndefined();
    expect([...world.billing.calls, ...world.workflow.calls]).toEqual([]);
  });

  it('that is unknown gets the answer before the body is read', async () => {
    expect((await world.post(`{"query":"${'x'.repeat(100_000)}`, {})).status).toBe(401);
  });

  it('that cannot be checked because the issuer does not answer gets UNAVAILABLE, and may try again', async () => {
    const alone = await startWorld({ JWT_JWKS_URL: `http://127.0.0.1:${await freePort()}/jwks` });
    try {
      const authorization = `Bearer ${await world.tokens.token()}`;
      const answer = await alone.post(query, { authorization });
      expect(answer).toMatchObject({
        status: 503,
        body: { errors: [{ extensions: { code: 'UNAVAILABLE', reason: 'ISSUER_UNAVAILABLE' } }] },
      });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await alone.close();
    }
  });
});

const bearer = async (token: Promise<string>): Promise<string> => `Bearer ${await token}`;

describe("an issuer's failure", () => {
  it.each<IssuerAnswer>(['error', 'html', 'empty', 'redirect'])('(%s) signs nobody out', async (answers) => {
    const alone = await startWorld();
    try {
      alone.tokens.answers(answers);
      const authorization = `Bearer ${await alone.tokens.token()}`;
      const failed = await alone.post(query, { authorization });
      expect([failed.status, Number(failed.headers.get('retry-after')) > 0]).toEqual([503, true]);
      expect(failed.headers.get('www-authenticate')).toBeNull();
      alone.tokens.answers('keys');
      await eventually(async () => expect((await alone.post(query, { authorization })).status).toBe(200));
      alone.tokens.answers(answers);
      expect((await alone.post(query, { authorization: `Bearer ${await alone.tokens.token()}` })).status).toBe(200);
    } finally {
      await alone.close();
    }
  });
});

describe('a subgraph that refuses the gateway', () => {
  // Regression: the client got UNAUTHENTICATED, and signed its person out.
  it('is an outage for the caller', async () => {
    const sync = await world.startSyncThatSays(401, { code: 'UNAUTHENTICATED' });
    try {
      const { status, body } = await world.ask('{ boxOffice { deliveries(first: 1) { nodes { id } } } }');
      expect([status, body.errors?.map(({ extensions }) => extensions)]).toEqual([200, [{ code: 'UNAVAILABLE' }]]);
    } finally {
      await sync.close();
    }
  });
});

describe('the identity of the caller', () => {
  const ask = '{ boxOffice { apps { id } } }';

  it.each(['owner', 'manager', 'viewer'])('reaches the subgraph, signed by the gateway (%s)', async (role) => {
    const token = await world.tokens.token({ sub: `user-${role}`, box_office_id: `bo_${role}`, role });
    const { body } = await world.ask(ask, { authorization: `Bearer ${token}` });
    expect(body.errors).toBeUndefined();
    expect(world.billing.calls.at(-1)?.identity).toEqual({
      subject: `user-${role}`,
      boxOfficeId: `bo_${role}`,
      role,
      requestId: expect.any(String),
    });
  });

  // Regression: only a single blank was accepted. RFC 9110 allows one or more between the scheme, in any case, and the
  // token.
  it.each(['Bearer  ', 'Bearer        ', 'bearer ', 'BEARER   '])('is read after %j', async (scheme) => {
    const { status, body } = await world.ask(ask, { authorization: `${scheme}${await world.tokens.token()}` });
    expect([status, body.errors]).toEqual([200, undefined]);
  });

  it('cannot be set by the caller, and nothing else of the caller is passed on', async () => {
    const { privateKey } = await generateKeyPair('EdDSA');
    const forged = await new SignJWT({ box_office_id: 'bo_victim', role: 'owner' })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setSubject('mallory')
      .setIssuer('boxlist-gateway')
      .setAudience('subgraphs')
      .setExpirationTime('60s')
      .sign(privateKey);
    await world.ask(ask, {
      [world.identityHeader]: forged,
      cookie: 'session=1',
      'x-other': '1',
      'x-request-id': 'mine',
    });
    const { identity, headers } = world.billing.calls.at(-1)!;
    expect(identity.boxOfficeId).toBe('bo_own');
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-other');
    expect(headers['x-request-id']).not.toBe('mine');
    const direct = await fetch(`${world.billing.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [world.identityHeader]: forged },
      body: query,
    });
    expect(direct.status).toBe(401);
  });

  it('is for one subgraph and one query', async () => {
    await world.ask(ask);
    const { headers } = world.billing.calls.at(-1)!;
    const token = String(headers[world.identityHeader]);
    const replay = async (url: string, body: string): Promise<number> => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [world.identityHeader]: token },
        body,
      });
      return response.status;
    };
    expect(await replay(world.workflow.url, query)).toBe(401);
    expect(await replay(world.billing.url, query)).toBe(401);
  });

  it('is never mixed up between concurrent calls', async () => {
    const callers = Array.from({ length: 20 }, (_, index) => `bo_caller${index}`);
    const answers = await Promise.all(
      callers.map(async (box_office_id) =>
        world.ask('{ boxOffice { id apps { id } } }', {
          authorization: `Bearer ${await world.tokens.token({ box_office_id })}`,
        }),
      ),
    );
    expect(answers.map(({ body }) => (body.data?.boxOffice as { id: string }).id)).toEqual(callers);
  });
});
