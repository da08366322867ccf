import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  accessTokenClient,
  anOrder,
  anOrderEvent,
  eventually,
  signIn,
  ticketOf,
  type GraphClient,
  type Stack,
} from '@boxlist/testkit';
import { createHmac, randomUUID } from 'node:crypto';
import { deliveries, ready, settled } from '../src/organiser';
import { startScannedStack } from '../src/scanned-stack';

let stack: Stack;
let graph: GraphClient;
const boxOfficeId = 'bo_doors';
const secret = 'shared-with-ticket-tailor';

beforeAll(async () => {
  stack = await startScannedStack({ callsPerSecond: 50 });
  graph = await stack.graphAs({ boxOfficeId, role: 'owner' });
  await ready(graph, 'harbour');
}, 180_000);
afterAll(() => stack?.stop(), 150_000);

const send = async (
  body: string,
  options: { boxOffice?: string; key?: string; ageMs?: number; header?: string } = {},
) => {
  const time = Math.floor((Date.now() - (options.ageMs ?? 0)) / 1000);
  const signature = createHmac('sha256', options.key ?? secret)
    .update(`${time}`)
    .update(body)
    .digest('hex');
  const response = await fetch(
    `${stack.url('order-intake')}/webhooks/ticket-tailor/${options.boxOffice ?? boxOfficeId}`,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'Tickettailor-Webhook-Signature': options.header ?? `t=${time},v1=${signature}`,
      },
      body,
    },
  );
  return { status: response.status, body: (await response.json()) as { code?: string } };
};
const webhook = (order: object, event = 'ORDER.CREATED') =>
  JSON.stringify({
    id: `wh_${randomUUID()}`,
    created_at: new Date().toISOString().slice(0, 19).replace('T', ' '),
    event,
    resource_url: 'x',
    payload: order,
  });

describe('the webhook', () => {
  beforeAll(async () => {
    const token = await stack.token({ boxOfficeId, role: 'owner' });
    const put = (authorization: string) =>
      fetch(`${stack.url('order-intake')}/webhook-secret`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ secret }),
      });
    expect((await put('Bearer nonsense')).status).toBe(401);
    expect((await put(`Bearer ${await stack.token({ boxOfficeId, role: 'viewer' })}`)).status).toBe(403);
    expect((await put(`Bearer ${token}`)).status).toBe(200);
  });

  it('of an order reaches Constant Contact', async () => {
    const before = (await deliveries(graph)).length;
    expect((await send(webhook(anOrder({ buyer_details: { email: 'hook@example.com' } })))).status).toBe(200);
    const seen = await settled(graph, before + 1);
    expect(seen[0]).toMatchObject({ status: 'SYNCED' });
  });

  it.each<[string, Parameters<typeof send>, number, string]>([
    ['with another secret', ['{}', { key: 'another-secret' }], 401, 'SIGNATURE_INVALID'],
    ['replayed after five minutes', ['{}', { ageMs: 301_000 }], 401, 'SIGNATURE_INVALID'],
    ['without a signature', ['{}', { header: '' }], 401, 'SIGNATURE_INVALID'],
    ['of a box office without a secret', ['{}', { boxOffice: 'bo_other' }], 401, 'SIGNATURE_INVALID'],
    ['that is not JSON', ['{'], 400, 'BAD_EVENT'],
    ['that is no webhook', ['{}'], 400, 'BAD_EVENT'],
    ['that is too large', [`"${'x'.repeat(2_100_000)}"`], 413, 'BAD_INPUT'],
  ])('%s is refused and changes nothing', async (_, call, status, code) => {
    const before = await deliveries(graph);
    expect(await send(...call)).toMatchObject({ status, body: { code } });
    expect(await deliveries(graph)).toEqual(before);
  });

  // Regression: the refusal of such a webhook left no trace.
  it('of an unreadable order is one dead letter for all its tries, and a forged one is none', async () => {
    const letters = async () => {
      const { boxOffice } = await graph.query<{
        boxOffice: { deadLetters: { nodes: { orderId: string | null; canReplay: boolean; reason: string }[] } };
      }>(`{ boxOffice { deadLetters(first: 100) { nodes { orderId canReplay reason } } } }`);
      return boxOffice.deadLetters.nodes.filter(({ orderId }) => orderId?.startsWith('or_odd'));
    };
    const body = webhook({ ...anOrder({ id: 'or_odd1' }), status: 'odd' });
    expect((await send(webhook({ ...anOrder({ id: 'or_odd_forged' }), status: 'odd' }), { key: 'x' })).status).toBe(
      401,
    );
    for (const time of [1, 2, 3]) expect([time, (await send(body)).status]).toEqual([time, 400]);
    expect((await send(webhook({ ...anOrder({ id: 'or_odd2' }), status: 'odd' }))).status).toBe(400);
    const seen = await eventually(async () => {
      const found = await letters();
      expect(found.map(({ orderId }) => orderId)).toContain('or_odd2');
      return found;
    });
    expect(seen.map(({ orderId }) => orderId).sort()).toEqual(['or_odd1', 'or_odd2']);
    for (const letter of seen)
      expect(letter).toMatchObject({ canReplay: false, reason: expect.stringContaining('not an order: status') });
  });
});

describe('consuming from Kafka', () => {
  it('continues after events that cannot be understood, which have no effect', async () => {
    const before = (await deliveries(graph)).length;
    const event = anOrderEvent({ boxOfficeId });
    const bad = [
      { ...event, type: 'boxlist.order.vanished.v1' },
      { ...event, boxofficeid: 'nobody' },
      { ...event, time: 'yesterday' },
      { ...event, data: { ...event.data, id: '' } },
      { ...event, data: { ...event.data, padding: 'x'.repeat(300_000) } },
    ] as (typeof event)[];
    await stack.produce(bad);
    await stack.produce([
      anOrderEvent({ boxOfficeId, order: { buyer_details: { email: 'after.the.bad@example.com' } } }),
    ]);
    const seen = await settled(graph, before + 1);
    expect(seen[0]).toMatchObject({ status: 'SYNCED' });
  });
});

describe('the OAuth callback', () => {
  const callback = (query: string) => fetch(`${stack.url('auth-connection')}/oauth/constant-contact/callback${query}`);
  const begin = async (input: object = {}) => {
    const { beginConnection } = await graph.query<{
      beginConnection: { authorizationUrl: string; userErrors: { code: string }[] };
    }>(
      `mutation ($input: BeginConnectionInput!) {
        beginConnection(input: $input) { authorizationUrl userErrors { code } }
      }`,
      { input },
    );
    return beginConnection;
  };

  const complete = async (input: object, as = graph) => {
    const { completeConnection } = await as.query<{ completeConnection: object }>(
      `mutation ($input: CompleteConnectionInput!) {
        completeConnection(input: $input) { connection { id } account { name } userErrors { code } }
      }`,
      { input },
    );
    return completeConnection;
  };

  it.each(['', '?code=x', '?state=x&code=y', `?state=${'x'.repeat(500)}&code=y`])(
    'refuses %j, for which no sign-in was started',
    async (query) => {
      expect((await callback(query)).status).toBe(400);
    },
  );

  it('works once: the same answer is refused the second time', async () => {
    const { authorizationUrl } = await begin();
    const landed = await signIn(authorizationUrl, { account: 'harbour' });
    expect(landed.status).toBe(200);
    expect((await fetch(landed.url)).status).toBe(400);
  });

  it('reports that the person declined, and leaves the connection as it was', async () => {
    const { authorizationUrl } = await begin();
    const landed = await signIn(authorizationUrl, { account: 'harbour', decision: 'deny' });
    expect([landed.status, await landed.text()]).toEqual([403, expect.stringContaining('declined')]);
  });

  it('connects nothing by itself: the ticket is of use only to the person and the box office that began', async () => {
    const { authorizationUrl } = await begin();
    const ticket = await ticketOf(await signIn(authorizationUrl, { account: 'harbour' }));
    const stranger = await stack.graphAs({ boxOfficeId: 'bo_stranger', role: 'owner' });
    expect(await complete({ ticket, confirm: true }, stranger)).toMatchObject({
      connection: null,
      userErrors: [{ code: 'TICKET_INVALID' }],
    });
    expect(await complete({ ticket })).toMatchObject({ connection: null, account: { name: 'Harbour Hall' } });
  });

  it('refuses another account when a connection is renewed', async () => {
    const { boxOffice } = await graph.query<{ boxOffice: { connections: { id: string }[] } }>(
      `{ boxOffice { connections { id } } }`,
    );
    const { authorizationUrl } = await begin({ connectionId: boxOffice.connections[0]!.id });
    const ticket = await ticketOf(await signIn(authorizationUrl, { account: 'riverside' }));
    expect(await complete({ ticket, confirm: true })).toMatchObject({
      connection: null,
      userErrors: [{ code: 'DIFFERENT_ACCOUNT' }],
    });
  });

  it('redirects nobody to a page that is not allowed', async () => {
    expect((await begin({ returnUrl: 'https://evil.example/' })).userErrors).toEqual([
      { code: 'RETURN_URL_NOT_ALLOWED' },
    ]);
  });
});

describe('the graph', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${stack.url('gateway')}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  it.each([
    ['no token', {}],
    ['a token that is none', { authorization: 'Bearer x.y.z' }],
    [
      'an unsigned token',
      {
        authorization: `Bearer ${['{"alg":"none"}', '{"sub":"a","box_office_id":"bo_doors","role":"owner"}']
          .map((part) => Buffer.from(part).toString('base64url'))
          .join('.')}.`,
      },
    ],
  ])('answers 401 to %s', async (_, headers) => {
    const response = await post('{"query":"{ boxOffice { id } }"}', headers);
    expect([response.status, await response.json()]).toEqual([
      401,
      { errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
  });

  it.each([
    ['malformed JSON', '{"query":', 400],
    ['a query that does not parse', '{"query":"{"}', 400],
    ['an unknown field', '{"query":"{ nothing }"}', 400],
    ['a body that is too large', `{"query":"${'x'.repeat(120_000)}"}`, 413],
  ])('answers %s with an error in JSON', async (_, body, status) => {
    const response = await post(body, { authorization: `Bearer ${await stack.token({ boxOfficeId })}` });
    expect(response.status).toBe(status);
    expect(Object.keys((await response.json()) as object)).not.toHaveLength(0);
  });

  it('lets a viewer read but change nothing', async () => {
    const viewer = await stack.graphAs({ boxOfficeId, role: 'viewer' });
    expect(await deliveries(viewer)).not.toHaveLength(0);
    const answer = await viewer.raw(
      `mutation { deactivateApp(input: { appId: "app_constant-contact" }) { userErrors { code } } }`,
    );
    expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('hides the address of a service that does not answer, and shows the others', async () => {
    await stack.kill('billing');
    try {
      const answer = await graph.raw(`{ boxOffice { workflows(first: 1) { nodes { id } } apps { id } } }`);
      expect(answer.errors?.[0]?.extensions?.code).toBe('UNAVAILABLE');
      expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|ECONN/);
      expect(await deliveries(graph)).not.toHaveLength(0);
    } finally {
      await stack.start('billing');
    }
  });
});

describe('an expired token', () => {
  it('is renewed by exactly one of two processes that get requests at the same time', async () => {
    const other = await stack.startAnother('auth-connection');
    const { boxOffice } = await graph.query<{ boxOffice: { connections: { id: string; status: string }[] } }>(
      `{ boxOffice { connections { id status } } }`,
    );
    const connectionId = boxOffice.connections.find(({ status }) => status === 'CONNECTED')!.id;
    const tokens = accessTokenClient(stack.settings.SERVICE_TOKEN_SECRET ?? '', boxOfficeId);
    const ask = async (base: string, rejected?: string) => (await tokens.ask(base, connectionId, rejected)).accessToken;
    const rejected = await ask(stack.internalUrl('auth-connection'));
    const grants = async () =>
      (await stack.sandbox.journal()).filter(
        ({ body }) => (body as { grant_type?: string } | null)?.grant_type === 'refresh_token',
      ).length;
    const before = await grants();
    const bases = [stack.internalUrl('auth-connection'), other.internalUrl];
    const fresh = await Promise.all(Array.from({ length: 10 }, (_, index) => ask(bases[index % 2]!, rejected)));
    expect(new Set(fresh).size).toBe(1);
    for (const token of [rejected, fresh[0]]) expect(token).toEqual(expect.any(String));
    expect(fresh[0]).not.toBe(rejected);
    expect(await grants()).toBe(before + 1);
    await eventually(async () => expect((await fetch(`${other.url}/health/live`)).status).toBe(200));
    await other.stop();
  }, 90_000);
});
