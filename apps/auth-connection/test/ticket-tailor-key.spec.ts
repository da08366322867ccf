import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '@boxlist/service-kit';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 30_000);

const firstKey = 'sk_1000_1000_Zmlyc3RrZXk0YmNk';
const secondKey = 'sk_1000_1000_c2Vjb25ka2V5d3h5';
const mark = 'ticketTailorApiKey { setAt lastFour }';

type Organiser = ReturnType<typeof createOrganiser>;
interface Office {
  readonly ticketTailorApiKey: { readonly setAt: string; readonly lastFour: string } | null;
}
const seen = async (organiser: Organiser) =>
  (await organiser.ask<{ boxOffice: Office }>(`{ boxOffice { ${mark} } }`, {}, 'viewer')).data?.boxOffice
    .ticketTailorApiKey;
const set = (organiser: Organiser, apiKey: unknown, role?: Role) =>
  organiser.mutate<{ boxOffice: Office | null }>(
    'setTicketTailorApiKey',
    'SetTicketTailorApiKeyInput',
    `boxOffice { ${mark} }`,
    { apiKey },
    role,
  );
const remove = async (organiser: Organiser, role?: Role) => {
  const { data, errors } = await organiser.ask<{ result: { boxOffice: Office; userErrors: object[] } }>(
    `mutation { result: removeTicketTailorApiKey { boxOffice { ${mark} } userErrors { code } } }`,
    {},
    role,
  );
  return { ...data?.result, code: errors?.[0]?.extensions.code };
};

const knock = (body: unknown, authorization?: string) =>
  fetch(`${world.internalUrl}/internal/ticket-tailor-key`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    body: JSON.stringify(body),
  });
const authorization = async (question: unknown, audience = 'auth-connection'): Promise<string> => {
  const body = JSON.stringify(question);
  return `Bearer ${await world.tokens.sign({ audience, path: '/internal/ticket-tailor-key', body })}`;
};
const keyFor = async (boxOfficeId: unknown) => {
  const response = await knock({ boxOfficeId }, await authorization({ boxOfficeId }));
  return {
    status: response.status,
    kept: response.headers.get('cache-control'),
    body: (await response.json()) as object,
  };
};

describe('the Ticket Tailor API key', () => {
  it.each(['owner', 'manager'] as const)(
    'can be set by the %s, shows its last four characters, and is returned to sync',
    async (role) => {
      const organiser = createOrganiser(world);
      expect(await seen(organiser)).toBeNull();
      const { boxOffice, userErrors } = await set(organiser, ` ${firstKey}\n`, role);
      const shown = { lastFour: firstKey.slice(-4), setAt: expect.stringMatching(/^\d{4}-.*Z$/) };
      expect([boxOffice, userErrors]).toEqual([{ ticketTailorApiKey: shown }, []]);
      expect(await seen(organiser)).toEqual(shown);
      expect(await keyFor(organiser.boxOfficeId)).toEqual({
        status: 200,
        kept: 'no-store',
        body: { apiKey: firstKey },
      });
    },
  );

  it('can be replaced by another, and removed', async () => {
    const organiser = createOrganiser(world);
    await set(organiser, firstKey);
    await set(organiser, secondKey);
    expect((await seen(organiser))?.lastFour).toBe(secondKey.slice(-4));
    expect((await keyFor(organiser.boxOfficeId)).body).toEqual({ apiKey: secondKey });
    for (let times = 0; times < 2; times += 1)
      expect(await remove(organiser)).toEqual({ boxOffice: { ticketTailorApiKey: null }, userErrors: [] });
    expect(await keyFor(organiser.boxOfficeId)).toMatchObject({
      status: 404,
      body: { code: 'TICKET_TAILOR_KEY_MISSING' },
    });
  });

  it('is encrypted in the database, and never in the log', async () => {
    const organiser = createOrganiser(world);
    await set(organiser, firstKey);
    await keyFor(organiser.boxOfficeId);
    const lies = await world.lies('ticket_tailor_keys');
    expect(lies).toContain(organiser.boxOfficeId);
    expect(lies).not.toContain(firstKey);
    expect(world.logged()).toContain('ticket-tailor-key.changed');
    expect(world.logged()).not.toContain(firstKey);
  });

  it.each([
    ['blank', ' '],
    ['invisible', '\u200b\ufeff\u3164'],
    ['another kind of secret', 'whsec_1000_1000_Zmlyc3RrZXk'],
    ['cut off', 'sk_1000_10'],
    ['with a blank inside', 'sk_1000_1000 Zmlyc3RrZXk0YmNk'],
    ['with a colon, which would end the user name', 'sk_1000_1000:Zmlyc3RrZXk0YmNk'],
    ['too long', `sk_${'x'.repeat(251)}`],
  ])('is refused if it is %s; no answer repeats it, and the previous key stays', async (_, malformed) => {
    const organiser = createOrganiser(world);
    await set(organiser, secondKey);
    const answer = await organiser.ask<{ result: { userErrors: object[] } }>(
      `mutation ($input: SetTicketTailorApiKeyInput!) { result: setTicketTailorApiKey(input: $input) {
         boxOffice { id } userErrors { code message field } } }`,
      { input: { apiKey: malformed } },
    );
    expect(answer.data?.result).toMatchObject({
      boxOffice: null,
      userErrors: [{ code: 'BAD_INPUT', field: ['input', 'apiKey'] }],
    });
    if (malformed.startsWith('sk_'))
      expect(JSON.stringify(answer.data?.result.userErrors) + world.logged()).not.toContain(malformed);
    expect((await keyFor(organiser.boxOfficeId)).body).toEqual({ apiKey: secondKey });
  });

  // Regression: only white space was removed, and a key that was copied from a page with other invisible characters
  // was refused.
  it('is stored without the invisible characters that were copied with it', async () => {
    const organiser = createOrganiser(world);
    await set(organiser, `\ufeff ${firstKey}\u200b\u00a0\n`);
    expect((await keyFor(organiser.boxOfficeId)).body).toEqual({ apiKey: firstKey });
  });

  it('is refused if it is not a text', async () => {
    const organiser = createOrganiser(world);
    for (const apiKey of [null, 7, { $ne: null }]) expect((await set(organiser, apiKey)).code).toBe('BAD_USER_INPUT');
    expect(await seen(organiser)).toBeNull();
  });

  it('cannot be set or removed by viewers', async () => {
    const organiser = createOrganiser(world);
    await set(organiser, firstKey);
    expect((await set(organiser, secondKey, 'viewer')).code).toBe('FORBIDDEN');
    expect((await remove(organiser, 'viewer')).code).toBe('FORBIDDEN');
    expect((await keyFor(organiser.boxOfficeId)).body).toEqual({ apiKey: firstKey });
  });

  it('cannot be seen, replaced or removed by another box office', async () => {
    const [organiser, stranger] = [createOrganiser(world), createOrganiser(world)];
    await set(organiser, firstKey);
    expect(await seen(stranger)).toBeNull();
    const { data, errors } = await stranger.ask<{ _entities: [Office | null] }>(
      `query ($id: ID!) {
        _entities(representations: [{ __typename: "BoxOffice", id: $id }]) { ... on BoxOffice { ${mark} } }
      }`,
      { id: organiser.boxOfficeId },
    );
    expect([data?._entities?.[0] ?? null, errors?.[0]?.extensions.code]).toEqual([null, 'NOT_FOUND']);
    await set(stranger, secondKey);
    await remove(stranger);
    expect((await keyFor(organiser.boxOfficeId)).body).toEqual({ apiKey: firstKey });
    expect((await keyFor(stranger.boxOfficeId)).status).toBe(404);
  });
});

describe('the internal door', () => {
  it.each([
    ['no token', async () => undefined],
    ['a token that is none', async () => 'Bearer x.y.z'],
    ['a token for another service', (question: object) => authorization(question, 'sync')],
    ['a token for another question', () => authorization({ boxOfficeId: 'bo_1' })],
  ])('refuses %s', async (_, signed) => {
    const organiser = createOrganiser(world);
    await set(organiser, firstKey);
    const question = { boxOfficeId: organiser.boxOfficeId };
    const response = await knock(question, await signed(question));
    const body = await response.text();
    expect([response.status, body]).toEqual([401, expect.stringContaining('UNAUTHENTICATED')]);
    expect(body).not.toContain(firstKey);
  });

  it.each([[undefined], [''], ['conn_1'], ['bo_x"}{'], [{ $ne: null }], [['bo_1']]])(
    'answers %j for a box office with a clear error',
    async (boxOfficeId) => {
      await set(createOrganiser(world), firstKey);
      expect(await keyFor(boxOfficeId)).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
    },
  );
});
