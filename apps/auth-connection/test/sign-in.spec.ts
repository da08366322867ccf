import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ticketOf } from '@boxlist/testkit';
import { createOrganiser, createWorld, wayBack, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 30_000);

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
const returnUrl = () => `${world.url}/health/live?tab=apps`;
const stateIn = (url: string): string => new URL(url).searchParams.get('state') ?? '';

describe('a sign-in', () => {
  it('makes a connection with the name of the account, and publishes it', async () => {
    const organiser = createOrganiser(world);
    const { connection } = await organiser.signIn('riverside');
    expect(connection).toMatchObject({ status: 'CONNECTED', accountName: 'Riverside Theatre' });
    expect(await organiser.connections()).toMatchObject([{ id: connection!.id, status: 'CONNECTED' }]);
    expect(await world.published(connection!.id, 'CONNECTED')).toMatchObject({
      boxOfficeId: organiser.boxOfficeId,
      accountId: 'riverside',
      // The country for phone numbers without a calling code.
      countryCode: 'GB',
      version: 1,
    });
  });

  it('returns to the requested page with a ticket, and with the connection if it renews one', async () => {
    const organiser = createOrganiser(world);
    const { authorizationUrl } = await organiser.begin({ returnUrl: returnUrl() });
    const landed = await organiser.land(authorizationUrl!, 'harbour');
    const { ticket, ...others } = Object.fromEntries(new URL(landed.url).searchParams);
    expect(others).toEqual({ tab: 'apps', status: 'SIGNED_IN' });
    const { connection } = await organiser.complete({ ticket: ticket!, confirm: true });
    const again = await organiser.begin({ returnUrl: returnUrl(), connectionId: connection!.id });
    const { searchParams } = new URL((await organiser.land(again.authorizationUrl!, 'harbour')).url);
    expect(Object.fromEntries(searchParams)).toMatchObject({ status: 'SIGNED_IN', connection: connection!.id });
  });

  it('leaves nothing that its return address said about a sign-in', async () => {
    const organiser = createOrganiser(world);
    const forged = `${returnUrl()}&ticket=forged&ticket=again&status=CONNECTED&connection=conn_forged`;
    const { authorizationUrl } = await organiser.begin({ returnUrl: forged });
    const landed = await organiser.land(authorizationUrl!, 'harbour', 'deny');
    expect([...new URL(landed.url).searchParams]).toEqual([
      ['tab', 'apps'],
      ['status', 'SIGN_IN_DENIED'],
    ]);
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

  it('that is answered several times at once gives one ticket', async () => {
    const organiser = createOrganiser(world);
    const { authorizationUrl } = await organiser.begin();
    const back = await wayBack(authorizationUrl!, 'riverside');
    const statuses = await Promise.all([statusOf(back), statusOf(back), statusOf(back)]);
    expect(statuses.sort()).toEqual([200, 400, 400]);
  });

  it('of one person in two windows makes one connection', async () => {
    const organiser = createOrganiser(world);
    const tickets = await Promise.all([organiser.ticket('riverside'), organiser.ticket('riverside')]);
    const done = await Promise.all(tickets.map((ticket) => organiser.complete({ ticket, confirm: true })));
    expect(done.map(({ connection }) => connection?.status)).toEqual(['CONNECTED', 'CONNECTED']);
    expect(await organiser.connections()).toHaveLength(1);
  });

  it('leaves no readable token, code, ticket or verifier in the database or the log', async () => {
    const organiser = createOrganiser(world);
    const { authorizationUrl } = await organiser.begin();
    const back = await wayBack(authorizationUrl!, 'riverside');
    const ticket = await ticketOf(await fetch(back));
    const secrets = [ticket, stateIn(back), new URL(back).searchParams.get('code')!];
    const hidden = async () => {
      const texts = [await world.lies('sign_ins'), await world.lies('connections'), world.logged()];
      for (const secret of secrets) for (const text of texts) expect(text.includes(secret)).toBe(false);
    };
    await hidden();
    await organiser.complete({ ticket });
    await hidden();
    const { connection } = await organiser.complete({ ticket, confirm: true });
    await hidden();
    const { tokens } = await world.stored(connection!.id);
    const header = JSON.parse(Buffer.from(tokens!.access.split('.')[0]!, 'base64url').toString()) as object;
    expect(header).toMatchObject({ enc: 'A256GCM', kid: 'test' });
    expect(tokens!.refresh).toMatch(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await world.lies('sign_ins')).not.toContain(tokens!.refresh);
  });
});

describe('the callback', () => {
  const refused = async (landed: Response, status: number, text: string) => {
    expect([landed.status, await landed.text()]).toEqual([status, expect.stringContaining(text)]);
    expect(landed.headers.get('content-type')).toContain('text/html');
  };

  it.each(['', '?code=x', '?state=&code=x', '?state=unknown&code=x', `?state=${'x'.repeat(5_000)}&code=y`, '?error=x'])(
    'refuses %j because the sign-in did not start here',
    async (query) => {
      await refused(await fetch(`${world.redirectUrl}${query}`), 400, 'did not start here');
    },
  );

  it('shows nothing of its input', async () => {
    for (const query of [
      '?state=<script>&error=<script>',
      '?state=<script>&code=<script>',
      '?error_description=<script>',
    ])
      expect(await (await fetch(`${world.redirectUrl}${query}`)).text()).not.toContain('<script');
  });

  it.each([
    ['access_denied', 'SIGN_IN_DENIED', 403, 'declined'],
    ['server_error', 'CONSTANT_CONTACT_UNAVAILABLE', 503, 'had a problem. Try again'],
    ['temporarily_unavailable', 'CONSTANT_CONTACT_UNAVAILABLE', 503, 'had a problem. Try again'],
    ['invalid_scope', 'SIGN_IN_REFUSED', 502, 'refused the sign-in'],
    ['unauthorized_client', 'SIGN_IN_REFUSED', 502, 'refused the sign-in'],
    ['"><script>alert(1)</script>', 'SIGN_IN_REFUSED', 502, 'refused the sign-in'],
  ])('says what the error %s means, once, on a page and to the return page', async (error, code, status, text) => {
    const organiser = createOrganiser(world);
    const parametersOf = async (input: object) =>
      new URLSearchParams({
        error,
        error_description: '<b>text of the vendor</b>',
        state: stateIn((await organiser.begin(input)).authorizationUrl!),
      }).toString();
    const there = `${world.redirectUrl}?${await parametersOf({})}`;
    const landed = await fetch(there);
    const page = await landed.clone().text();
    await refused(landed, status, text);
    expect(page).not.toMatch(/text of the vendor|<script|alert/);
    await refused(await fetch(there), 400, 'did not start here');
    const returned = await fetch(`${world.redirectUrl}?${await parametersOf({ returnUrl: returnUrl() })}`);
    expect(Object.fromEntries(new URL(returned.url).searchParams)).toEqual({ tab: 'apps', status: code });
  });

  it('is told to no cache and no other site, runs nothing and stands in no frame', async () => {
    const organiser = createOrganiser(world);
    const back = await wayBack((await organiser.begin()).authorizationUrl!, 'riverside');
    const withReturn = await organiser.begin({ returnUrl: returnUrl() });
    const redirect = await wayBack(withReturn.authorizationUrl!, 'riverside');
    for (const url of [back, redirect, back]) {
      const { headers } = await fetch(url, { redirect: 'manual' });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
    }
  });

  it('is not used up by a HEAD request, as programs send that look at links', async () => {
    const organiser = createOrganiser(world);
    const back = await wayBack((await organiser.begin()).authorizationUrl!, 'riverside');
    expect((await fetch(back, { method: 'HEAD' })).status).toBe(404);
    expect(await statusOf(back)).toBe(200);
  });

  it('returns to no page that is no longer allowed', async () => {
    const other = await world.startAnother({ ALLOWED_RETURN_URLS: 'https://elsewhere.example' });
    try {
      const { authorizationUrl } = await createOrganiser(world).begin({ returnUrl: returnUrl() });
      const back = new URL(await wayBack(authorizationUrl!, 'riverside'));
      const landed = await fetch(`${other.url}${back.pathname}${back.search}`, { redirect: 'manual' });
      await refused(landed, 200, 'One step is left');
    } finally {
      await other.close();
    }
  });
});

describe('a renewed connection', () => {
  it('must be to the same account', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected('riverside');
    const ticket = await organiser.ticket('harbour', { connectionId });
    expect((await organiser.complete({ ticket })).userErrors).toMatchObject([{ code: 'DIFFERENT_ACCOUNT' }]);
    expect((await organiser.complete({ ticket, confirm: true })).userErrors).toMatchObject([
      { code: 'TICKET_INVALID' },
    ]);
    expect((await organiser.connections()).map(({ id }) => id)).toEqual([connectionId]);
    expect((await organiser.signIn('riverside', { connectionId })).userErrors).toEqual([]);
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
