import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServiceTokens, type ListeningService, type ServiceCall } from '@boxlist/service-kit';
import { eventually, type SandboxFault } from '@boxlist/testkit';
import { askToken, authorizationFor, hash, postForToken as post, tokenWorks } from './tokens';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
let another: ListeningService;
beforeAll(async () => {
  world = await createWorld();
  another = await world.startAnother();
}, 90_000);
afterAll(async () => {
  try {
    await another?.close();
  } finally {
    await world?.close();
  }
}, 30_000);
beforeEach(() => {
  world.moment.aheadMs = 0;
});

const day = 86_400_000;
const minute = 60_000;
const ask = (connectionId: string, rejected?: string, base = world.internalUrl) =>
  askToken(world, connectionId, rejected, base);
/** Sends many requests at once, alternately to two processes. */
const askAll = (count: number, id: string, rejected?: string) =>
  Promise.all(
    Array.from({ length: count }, (_, index) => ask(id, rejected, index % 2 ? another.internalUrl : world.internalUrl)),
  );
const works = (token: string): Promise<boolean> => tokenWorks(world, token);
const tokenFault = (fault: Omit<SandboxFault, 'method' | 'path'>) =>
  world.sandbox.fault({ method: 'POST', path: '/v1/token$', ...fault });

describe('an access token', () => {
  it('is returned unchanged while it lasts', async () => {
    const id = await createOrganiser(world).connected();
    const before = await world.sandbox.refreshes();
    const [first, second] = [await ask(id), await ask(id, undefined, another.internalUrl)];
    expect(await works(first.accessToken)).toBe(true);
    expect(second.accessToken).toBe(first.accessToken);
    expect(await world.sandbox.refreshes()).toBe(before);
  });

  it('that was rejected is refreshed by one of two processes, and every caller gets the new one', async () => {
    const id = await createOrganiser(world).connected();
    const { accessToken: rejected } = await ask(id);
    const before = await world.sandbox.refreshes();
    const given = await askAll(20, id, rejected);
    expect(new Set(given.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(given[0]!.accessToken).not.toBe(rejected);
    expect(await works(given[0]!.accessToken)).toBe(true);
    expect(await world.sandbox.refreshes()).toBe(before + 1);
  });

  it('that another caller reported before is not refreshed twice', async () => {
    const id = await createOrganiser(world).connected();
    const { accessToken: rejected } = await ask(id);
    const { accessToken: fresh } = await ask(id, rejected);
    const before = await world.sandbox.refreshes();
    expect((await ask(id, rejected)).accessToken).toBe(fresh);
    expect(await world.sandbox.refreshes()).toBe(before);
  });

  it('is refreshed ten minutes before it expires by one of two processes, and nobody waits for it', async () => {
    const id = await createOrganiser(world).connected();
    const { accessToken: old } = await ask(id);
    world.moment.aheadMs = day - 9 * minute;
    const before = await world.sandbox.refreshes();
    const given = await askAll(20, id);
    expect(given.every(({ status }) => status === 200)).toBe(true);
    expect(await world.sandbox.refreshes()).toBe(before + 1);
    expect((await ask(id)).accessToken).not.toBe(old);
  });

  it('can be refreshed repeatedly, because every rotated token was saved', async () => {
    const id = await createOrganiser(world).connected();
    let { accessToken } = await ask(id);
    for (let round = 0; round < 5; round += 1) {
      const next = await ask(id, accessToken, round % 2 ? another.internalUrl : world.internalUrl);
      expect([next.status, next.accessToken === accessToken]).toEqual([200, false]);
      ({ accessToken } = next);
    }
  });

  it('is also refreshed with a refresh token that stays the same', async () => {
    await world.sandbox.switches({ refreshTokens: 'long-lived' });
    try {
      const id = await createOrganiser(world).connected();
      const { accessToken: first } = await ask(id);
      const { accessToken: second } = await ask(id, first);
      expect((await ask(id, second)).status).toBe(200);
    } finally {
      await world.sandbox.switches({ refreshTokens: 'rotating' });
    }
  });
});

describe('while Constant Contact does not answer', () => {
  it('the current token is used as long as it lasts', async () => {
    const id = await createOrganiser(world).connected();
    const { accessToken: old } = await ask(id);
    world.moment.aheadMs = day - 9 * minute;
    await tokenFault({ kind: 'status', status: 503 });
    expect(await ask(id)).toMatchObject({ status: 200, accessToken: old });
    expect((await ask(id)).accessToken).not.toBe(old);
  });

  it.each<[string, Parameters<typeof tokenFault>[0]]>([
    ['answers with a server error', { kind: 'status', status: 503 }],
    ['asks to slow down', { kind: 'status', status: 429 }],
  ])('and %s, an expired token is an outage and never needs a new sign-in', async (_, fault) => {
    const id = await createOrganiser(world).connected();
    world.moment.aheadMs = day;
    await tokenFault(fault);
    expect(await ask(id)).toMatchObject({ status: 503, code: 'CONSTANT_CONTACT_UNAVAILABLE' });
    expect((await world.stored(id)).status).toBe('CONNECTED');
    expect((await ask(id)).status).toBe(200);
  });
});

describe('a refresh token that is no longer accepted', () => {
  it.each([400, 401])(
    '(%i) makes the connection need a new sign-in, with the reason, and a sign-in fixes it',
    async (invalidGrantStatus) => {
      await world.sandbox.switches({ invalidGrantStatus });
      const organiser = createOrganiser(world);
      const id = await organiser.connected();
      await world.sandbox.revokeRefreshTokens();
      const { accessToken } = await ask(id);
      const before = await world.sandbox.refreshes();
      for (const { status, code } of await askAll(6, id, accessToken))
        expect([status, code]).toEqual([409, 'CONNECTION_NEEDS_RECONNECT']);
      expect(await world.sandbox.refreshes()).toBe(before + 1);
      expect(await organiser.connections()).toEqual([
        expect.objectContaining({
          status: 'NEEDS_RECONNECT',
          needsReconnectReason: expect.stringContaining('no longer'),
        }),
      ]);
      await world.published(id, 'NEEDS_RECONNECT');
      expect((await organiser.signIn('riverside', { connectionId: id })).userErrors).toEqual([]);
      await world.published(id, 'CONNECTED');
      expect((await ask(id)).status).toBe(200);
      expect(await organiser.connections()).toEqual([
        expect.objectContaining({ status: 'CONNECTED', needsReconnectReason: null }),
      ]);
    },
  );
});

describe('a refresh in progress', () => {
  /** Starts a slow refresh. Resolves, once the refresh is claimed, with the promise of its outcome. */
  const slowRefresh = async (id: string, kind: 'latency' | 'slow-body' = 'latency') => {
    const { accessToken } = await ask(id);
    await tokenFault({ kind, ms: 600 });
    const outcome = ask(id, accessToken);
    await world.beginsRefresh(id);
    return { outcome, rejected: accessToken };
  };

  it('restores nothing if the connection ends meanwhile, and its token is revoked', async () => {
    const organiser = createOrganiser(world);
    const before = await world.sandbox.liveRefreshTokens('harbour');
    const id = await organiser.connected('harbour');
    const { outcome } = await slowRefresh(id, 'slow-body');
    await eventually(async () => expect(await world.sandbox.liveRefreshTokens('harbour')).toBe(before + 1));
    await organiser.disconnect(id);
    expect((await outcome).status).toBe(503);
    expect(await world.stored(id)).toMatchObject({ status: 'DISCONNECTED', tokens: null });
    expect(await ask(id)).toMatchObject({ status: 409, code: 'CONNECTION_NEEDS_RECONNECT' });
    // The refresh replaced the token that the disconnect revoked.
    await eventually(async () => expect(await world.sandbox.liveRefreshTokens('harbour')).toBe(before));
  });

  it('does not undo a sign-in that happens meanwhile, even if the refresh is refused', async () => {
    const organiser = createOrganiser(world);
    const id = await organiser.connected();
    const ticket = await organiser.ticket('riverside', { connectionId: id });
    const { outcome, rejected } = await slowRefresh(id);
    await world.sandbox.revokeRefreshTokens();
    expect((await organiser.complete({ ticket, confirm: true })).userErrors).toEqual([]);
    const now = await ask(id);
    await outcome;
    expect((await world.stored(id)).status).toBe('CONNECTED');
    expect((await ask(id)).accessToken).toBe(now.accessToken);
    expect(now.accessToken).not.toBe(rejected);
    expect((await ask(id, now.accessToken)).status).toBe(200);
  });

  it('is saved before its process stops, even if its caller hung up', async () => {
    const organiser = createOrganiser(world);
    const id = await organiser.connected();
    const { accessToken: rejected } = await ask(id);
    const stopping = await world.startAnother();
    await tokenFault({ kind: 'latency', ms: 600 });
    const caller = new AbortController();
    const body = { boxOfficeId: organiser.boxOfficeId, connectionId: id, rejectedTokenHash: hash(rejected) };
    const hungUp = post(stopping.internalUrl, body, await authorizationFor(world, body), caller.signal).catch(
      () => undefined,
    );
    await world.beginsRefresh(id);
    caller.abort();
    await hungUp;
    await stopping.close();
    const before = await world.sandbox.refreshes();
    const given = await ask(id, rejected);
    expect([given.status, given.accessToken === rejected]).toEqual([200, false]);
    expect(await world.sandbox.refreshes()).toBe(before);
  });
});

describe('a refresh whose process stops before it has saved the new tokens', () => {
  /** Constant Contact rotates the token, and its answer reaches nobody in time. */
  const interrupted = async (organiser: ReturnType<typeof createOrganiser>) => {
    const id = await organiser.connected();
    const { accessToken } = await ask(id);
    await tokenFault({ kind: 'timeout-after-write', ms: 3_000 });
    const before = await world.sandbox.refreshes();
    const lost = ask(id, accessToken).catch(() => undefined);
    await eventually(async () => expect(await world.sandbox.refreshes()).toBe(before + 1));
    return { id, accessToken, lost };
  };

  it('needs a new sign-in, and the organiser is told what happened', async () => {
    const organiser = createOrganiser(world);
    const { id, accessToken, lost } = await interrupted(organiser);
    const before = await world.sandbox.refreshes();
    world.moment.aheadMs = 46_000;
    expect(await ask(id, accessToken, another.internalUrl)).toMatchObject({
      status: 409,
      code: 'CONNECTION_NEEDS_RECONNECT',
    });
    await lost;
    expect(await world.sandbox.refreshes()).toBe(before + 1);
    const [connection] = await organiser.connections();
    expect(connection).toMatchObject({ status: 'NEEDS_RECONNECT' });
    expect(connection?.needsReconnectReason).toMatch(/interrupted .* lost the new access.* sign in again/);
    expect((await organiser.signIn('riverside', { connectionId: id })).userErrors).toEqual([]);
    expect(await organiser.connections()).toMatchObject([{ status: 'CONNECTED', needsReconnectReason: null }]);
  });

  it('is also told if Constant Contact does not answer in between', async () => {
    const organiser = createOrganiser(world);
    const { id, accessToken, lost } = await interrupted(organiser);
    world.moment.aheadMs = 46_000;
    await tokenFault({ kind: 'status', status: 503 });
    expect(await ask(id, accessToken, another.internalUrl)).toMatchObject({ status: 503 });
    expect((await ask(id, accessToken, another.internalUrl)).status).toBe(409);
    await lost;
    expect((await organiser.connections())[0]?.needsReconnectReason).toMatch(/interrupted/);
  });
});
/** A call of the door, as sync signs it. */
const call = { audience: 'auth-connection', path: '/internal/access-token' };
const sign = async (given: ServiceCall, service = 'sync', secret = world.serviceSecret ?? ''): Promise<string> => {
  const tokens = createServiceTokens(secret, { service, usedTokens: { spend: async () => true } });
  return `Bearer ${await tokens.sign(given)}`;
};
/** A token whose one use was at the other process. */
const usedToken = async (body: string): Promise<string> => {
  const authorization = await sign({ ...call, body });
  expect((await post(another.internalUrl, body, authorization)).status).toBe(200);
  return authorization;
};

describe('the internal door', () => {
  it.each([
    ['no token', async () => undefined],
    ['a token that is none', async () => 'Bearer x.y.z'],
    ['a token for another service', async (body: string) => sign({ ...call, audience: 'sync', body })],
    ['a token for another endpoint', async (body: string) => sign({ ...call, path: '/internal/other', body })],
    ['a token for another question', async () => sign({ ...call, body: '{"connectionId":"conn_1"}' })],
    ['a token of itself', async (body: string) => sign({ ...call, body }, 'auth-connection')],
    ['a token of another secret', async (body: string) => sign({ ...call, body }, 'sync', 'x'.repeat(64))],
    ['a token that was used', usedToken],
  ])('refuses %s', async (_, authorization) => {
    const { boxOfficeId, connected } = createOrganiser(world);
    const question = JSON.stringify({ boxOfficeId, connectionId: await connected() });
    const response = await post(world.internalUrl, question, await authorization(question));
    expect([response.status, await response.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    ]);
  });

  it.each<[string, unknown, number, string]>([
    ['malformed JSON', '{', 400, 'BAD_INPUT'],
    ['no connection', { boxOfficeId: 'bo_1' }, 400, 'BAD_INPUT'],
    ['no box office', { connectionId: 'conn_1' }, 400, 'BAD_INPUT'],
    ['an operator for an id', { boxOfficeId: 'bo_1', connectionId: { $ne: null } }, 400, 'BAD_INPUT'],
    ['an operator for a box office', { boxOfficeId: { $ne: null }, connectionId: 'conn_1' }, 400, 'BAD_INPUT'],
    ['a bad hash', { boxOfficeId: 'bo_1', connectionId: 'conn_1', rejectedTokenHash: 'x' }, 400, 'BAD_INPUT'],
    ['too much', { boxOfficeId: 'bo_1', connectionId: 'x'.repeat(1_100_000) }, 413, 'BAD_INPUT'],
    ['an unknown connection', { boxOfficeId: 'bo_1', connectionId: 'conn_unknown' }, 404, 'CONNECTION_NOT_FOUND'],
  ])('answers %s with a clear error', async (_, body, status, code) => {
    const response = await post(world.internalUrl, body, await authorizationFor(world, body));
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ code })]);
  });

  it("answers for another box office's connection as for an unknown one, and refreshes nothing", async () => {
    const connectionId = await createOrganiser(world).connected();
    const { boxOfficeId } = createOrganiser(world);
    const { accessToken } = await ask(connectionId);
    const before = await world.sandbox.refreshes();
    const answers: object[] = [];
    for (const body of [
      { boxOfficeId, connectionId },
      { boxOfficeId, connectionId, rejectedTokenHash: hash(accessToken) },
      { boxOfficeId, connectionId: 'conn_unknown' },
    ]) {
      const { requestId: _, ...answer } = (await (
        await post(world.internalUrl, body, await authorizationFor(world, body))
      ).json()) as {
        code: string;
        requestId?: string;
      };
      answers.push(answer);
    }
    expect(answers[0]).toMatchObject({ code: 'CONNECTION_NOT_FOUND' });
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await world.sandbox.refreshes()).toBe(before);
  });

  it('forbids caching of its answer', async () => {
    const { boxOfficeId, connected } = createOrganiser(world);
    const question = { boxOfficeId, connectionId: await connected() };
    const response = await post(world.internalUrl, question, await authorizationFor(world, question));
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
