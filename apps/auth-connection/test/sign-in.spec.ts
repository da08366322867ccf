import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, wayBack, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 30_000);

const allRights = ['contacts:read', 'contacts:write', 'account:read'];
const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

describe('a sign-in', () => {
  it('makes a connection with the name of the account, and publishes it', async () => {
    const organiser = createOrganiser(world);
    const landed = await organiser.signIn('riverside');
    expect([landed.status, await landed.text()]).toEqual([200, expect.stringContaining('Connected')]);
    expect(landed.headers.get('cache-control')).toBe('no-store');
    const [connection] = await organiser.connections();
    expect(connection).toMatchObject({ status: 'CONNECTED', accountName: 'Riverside Theatre' });
    expect(await world.published(connection!.id, 'CONNECTED')).toMatchObject({
      boxOfficeId: organiser.boxOfficeId,
      accountId: 'riverside',
      // The country for phone numbers without a calling code.
      countryCode: 'GB',
      version: 1,
    });
  });

  it('returns to the requested page, with the connection and the result', async () => {
    const organiser = createOrganiser(world);
    const returnUrl = `${world.url}/health/live?tab=apps`;
    const { searchParams } = new URL((await organiser.signIn('harbour', { returnUrl })).url);
    const [connection] = await organiser.connections();
    expect(Object.fromEntries(searchParams)).toEqual({ tab: 'apps', status: 'CONNECTED', connection: connection!.id });
    const denied = new URL((await organiser.signIn('harbour', { returnUrl }, 'deny')).url);
    expect(Object.fromEntries(denied.searchParams)).toEqual({ tab: 'apps', status: 'SIGN_IN_DENIED' });
  });

  it('to the same account again is the same connection', async () => {
    const organiser = createOrganiser(world);
    const id = await organiser.connected();
    expect(await organiser.connected()).toBe(id);
    expect(await organiser.connections()).toHaveLength(1);
    expect((await world.published(id, 'CONNECTED')).version).toBeGreaterThanOrEqual(1);
  });

  it('to another account is another connection', async () => {
    const organiser = createOrganiser(world);
    await organiser.connected('riverside');
    await organiser.connected('harbour');
    expect((await organiser.connections()).map(({ accountName }) => accountName)).toEqual([
      'Harbour Hall',
      'Riverside Theatre',
    ]);
  });

  it('that is answered twice at once connects once', async () => {
    const organiser = createOrganiser(world);
    const { authorizationUrl } = await organiser.begin();
    const back = await wayBack(authorizationUrl!, 'riverside');
    const statuses = await Promise.all([statusOf(back), statusOf(back), statusOf(back)]);
    expect(statuses.sort()).toEqual([200, 400, 400]);
    expect(await organiser.connections()).toHaveLength(1);
  });

  it('of one person in two windows makes one connection', async () => {
    const organiser = createOrganiser(world);
    const windows = await Promise.all([organiser.begin(), organiser.begin()]);
    const backs = await Promise.all(windows.map(({ authorizationUrl }) => wayBack(authorizationUrl!, 'riverside')));
    expect(await Promise.all(backs.map(statusOf))).toEqual([200, 200]);
    expect(await organiser.connections()).toHaveLength(1);
  });

  it('leaves no readable token or verifier in the database', async () => {
    const organiser = createOrganiser(world);
    const id = await organiser.connected();
    const { tokens } = await world.stored(id);
    const header = JSON.parse(Buffer.from(tokens!.access.split('.')[0]!, 'base64url').toString()) as object;
    expect(header).toMatchObject({ enc: 'A256GCM', kid: 'test' });
    expect(tokens!.refresh).toMatch(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/);
  });
});

describe('the callback', () => {
  const refused = async (
    organiser: ReturnType<typeof createOrganiser>,
    landed: Response,
    status: number,
    text: string,
  ) => {
    expect([landed.status, await landed.text()]).toEqual([status, expect.stringContaining(text)]);
    expect(landed.headers.get('content-type')).toContain('text/html');
    expect(await organiser.connections()).toEqual([]);
  };

  it.each(['', '?code=x', '?state=&code=x', '?state=unknown&code=x', `?state=${'x'.repeat(5_000)}&code=y`, '?error=x'])(
    'refuses %j because the sign-in did not start here',
    async (query) => {
      await refused(createOrganiser(world), await fetch(`${world.redirectUrl}${query}`), 400, 'did not start here');
    },
  );

  it('shows nothing of its input', async () => {
    const page = await (await fetch(`${world.redirectUrl}?state=<script>&error=<script>`)).text();
    expect(page).not.toContain('<script');
  });

  it('refuses a sign-in after ten minutes', async () => {
    const organiser = createOrganiser(world);
    const { authorizationUrl } = await organiser.begin();
    const back = await wayBack(authorizationUrl!, 'riverside');
    world.moment.aheadMs = 10 * 60_000;
    try {
      await refused(organiser, await fetch(back), 400, 'took too long');
    } finally {
      world.moment.aheadMs = 0;
    }
  });

  it('says that the person declined', async () => {
    const organiser = createOrganiser(world);
    await refused(organiser, await organiser.signIn('riverside', {}, 'deny'), 403, 'declined');
  });

  it('refuses a code that Constant Contact did not issue', async () => {
    const organiser = createOrganiser(world);
    const { authorizationUrl } = await organiser.begin();
    const state = new URL(authorizationUrl!).searchParams.get('state')!;
    const back = `${world.redirectUrl}?state=${state}&code=made-up`;
    await refused(organiser, await fetch(back), 409, 'no longer accepts');
  });

  it('refuses the code of another sign-in, which needs the verifier of that sign-in', async () => {
    const [victim, thief] = [createOrganiser(world), createOrganiser(world)];
    const code = new URL(await wayBack((await victim.begin()).authorizationUrl!, 'riverside')).searchParams.get(
      'code',
    )!;
    const state = new URL((await thief.begin()).authorizationUrl!).searchParams.get('state')!;
    await refused(thief, await fetch(`${world.redirectUrl}?state=${state}&code=${code}`), 409, 'no longer accepts');
  });

  it('says that Constant Contact does not answer', async () => {
    const organiser = createOrganiser(world);
    await world.sandbox.fault({ method: 'POST', path: '/v1/token$', kind: 'status', status: 503 });
    await refused(organiser, await organiser.signIn('riverside'), 503, 'did not answer');
  });

  it('refuses a user who is not allowed to write contacts', async () => {
    const organiser = createOrganiser(world);
    await world.sandbox.rights('harbour', ['contacts:read', 'account:read']);
    try {
      await refused(organiser, await organiser.signIn('harbour'), 502, 'not allowed to read and write contacts');
    } finally {
      await world.sandbox.rights('harbour', allRights);
    }
  });
});

describe('a renewed connection', () => {
  it('must be to the same account', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected('riverside');
    const landed = await organiser.signIn('harbour', { connectionId });
    expect([landed.status, await landed.text()]).toEqual([
      409,
      expect.stringContaining('a different Constant Contact account'),
    ]);
    expect((await organiser.connections()).map(({ id }) => id)).toEqual([connectionId]);
    expect((await organiser.signIn('riverside', { connectionId })).status).toBe(200);
  });

  it('keeps its id after it has ended, and ending erases the tokens', async () => {
    const organiser = createOrganiser(world);
    const id = await organiser.connected();
    expect((await organiser.disconnect(id)).connection).toEqual({ status: 'DISCONNECTED' });
    expect((await world.stored(id)).tokens).toBeNull();
    const { version } = await world.published(id, 'DISCONNECTED');
    expect((await organiser.disconnect(id)).connection).toEqual({ status: 'DISCONNECTED' });
    expect(await organiser.connected()).toBe(id);
    expect((await world.published(id, 'CONNECTED')).version).toBe(version + 1);
  });
});

describe('the graph', () => {
  it.each(['https://evil.example/', 'javascript:alert(1)', '//evil.example', 'x'.repeat(20_000)])(
    'sends nobody to %.40s',
    async (returnUrl) => {
      const { authorizationUrl, userErrors } = await createOrganiser(world).begin({ returnUrl });
      expect(authorizationUrl).toBeNull();
      expect(userErrors).toEqual([{ code: 'RETURN_URL_NOT_ALLOWED', field: ['input', 'returnUrl'] }]);
    },
  );

  it.each(['conn_unknown', '', '{"$ne":null}', 'x'.repeat(20_000)])(
    'finds no connection %.20j',
    async (connectionId) => {
      const organiser = createOrganiser(world);
      const expected = [{ code: 'CONNECTION_NOT_FOUND', field: ['input', 'connectionId'] }];
      // An empty id means no renewal.
      if (connectionId) expect((await organiser.begin({ connectionId })).userErrors).toEqual(expected);
      expect((await organiser.disconnect(connectionId)).userErrors).toEqual(expected);
    },
  );

  it('hides the connection of another box office', async () => {
    const id = await createOrganiser(world).connected();
    const stranger = createOrganiser(world);
    expect((await stranger.disconnect(id)).userErrors?.[0]?.code).toBe('CONNECTION_NOT_FOUND');
    expect((await stranger.begin({ connectionId: id })).userErrors?.[0]?.code).toBe('CONNECTION_NOT_FOUND');
    const { data } = await stranger.ask(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Connection { accountName } } }`,
      { of: [{ __typename: 'Connection', id }] },
    );
    expect(data).toEqual({ _entities: [null] });
    expect(await stranger.connections()).toEqual([]);
    expect((await world.stored(id)).status).toBe('CONNECTED');
  });

  it('hides another box office', async () => {
    const { boxOfficeId } = createOrganiser(world);
    const { data, errors } = await createOrganiser(world).ask(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on BoxOffice { connections { id } } } }`,
      { of: [{ __typename: 'BoxOffice', id: boxOfficeId }] },
    );
    expect(JSON.stringify(data)).not.toContain('conn_');
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  it('lets a viewer read and change nothing', async () => {
    const organiser = createOrganiser(world);
    const id = await organiser.connected();
    expect((await organiser.begin({}, 'viewer')).code).toBe('FORBIDDEN');
    expect((await organiser.disconnect(id, 'viewer')).code).toBe('FORBIDDEN');
    expect((await world.stored(id)).status).toBe('CONNECTED');
  });

  it('answers only the gateway', async () => {
    const response = await fetch(`${world.internalUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ boxOffice { id } }' }),
    });
    expect(response.status).toBe(401);
  });
});
