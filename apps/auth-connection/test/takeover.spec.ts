/**
 * A manager of one box office could send the link of `beginConnection` to somebody else. That person signed in, and
 * their account was attached to the sender's box office. State and PKCE do not help: both belong to the sender.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ticketOf } from '@boxlist/testkit';
import { createOrganiser, createWorld, wayBack, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 30_000);
afterEach(() => {
  world.moment.aheadMs = 0;
});

const attacker = () => createOrganiser(world, { subject: 'attacker' });
const victim = () => createOrganiser(world, { subject: 'victim' });
type Organiser = ReturnType<typeof createOrganiser>;

/** The whole answer for a ticket that never existed, as the graph shows it. */
const unknown = async (organiser: Organiser) => organiser.complete({ ticket: 'x'.repeat(43), confirm: true });
const begun = async (organiser: Organiser, input: object = {}): Promise<string> =>
  (await organiser.begin(input)).authorizationUrl!;
const stateOf = (url: string): string => new URL(url).searchParams.get('state') ?? '';
const codeOf = (url: string): string => new URL(url).searchParams.get('code') ?? '';
const codesSent = () => world.sandbox.exchanges();

describe('a link that its sender passes on', () => {
  it('attaches the account of the person who opens it to nobody', async () => {
    const [thief, person] = [attacker(), victim()];
    const before = await codesSent();
    const authorizationUrl = await begun(thief);
    const back = await wayBack(authorizationUrl, 'harbour');
    const landed = await fetch(back);
    const page = await landed.clone().text();
    expect([landed.status, page]).toEqual([200, expect.stringContaining('Did somebody send you here?')]);
    expect(page).toContain('Nothing is connected yet');
    const ticket = await ticketOf(landed);
    // The sender knows the state, and nothing that the browser of the other person got.
    for (const guess of [stateOf(authorizationUrl), 'x'.repeat(43), ''])
      expect((await thief.complete({ ticket: guess, confirm: true })).userErrors).toMatchObject([
        { code: 'TICKET_INVALID' },
      ]);
    expect(await person.complete({ ticket, confirm: true })).toEqual(await unknown(person));
    expect([await thief.connections(), await person.connections()]).toEqual([[], []]);
    expect(await codesSent()).toBe(before);
  });

  it('is not completed by the page that it returns to', async () => {
    const [thief, person] = [attacker(), victim()];
    const landed = await thief.land(await begun(thief, { returnUrl: `${world.url}/health/live` }), 'harbour');
    const ticket = await ticketOf(landed);
    expect(await person.complete({ ticket })).toEqual(await unknown(person));
    expect(await thief.connections()).toEqual([]);
  });
});

describe('a victim who opens the callback of an attacker', () => {
  it('does not get the attacker’s account', async () => {
    const [thief, person] = [attacker(), victim()];
    const back = await wayBack(await begun(thief), 'riverside');
    const ticket = await ticketOf(await fetch(back));
    expect(await person.complete({ ticket })).toEqual(await unknown(person));
    expect(await person.complete({ ticket, confirm: true })).toEqual(await unknown(person));
    expect([await thief.connections(), await person.connections()]).toEqual([[], []]);
  });

  it('does not get the attacker’s account through a state of their own either', async () => {
    const [thief, person] = [attacker(), victim()];
    const state = stateOf(await begun(person));
    const code = codeOf(await wayBack(await begun(thief), 'riverside'));
    const ticket = await ticketOf(await fetch(`${world.redirectUrl}?state=${state}&code=${code}`));
    // The code belongs to the attacker's PKCE challenge.
    expect((await person.complete({ ticket, confirm: true })).userErrors).toMatchObject([{ code: 'SIGN_IN_REFUSED' }]);
    expect(await person.complete({ ticket, confirm: true })).toEqual(await unknown(person));
    expect(await person.connections()).toEqual([]);
  });

  it('sees which account it is before it is saved', async () => {
    const [thief, person] = [attacker(), victim()];
    // The attacker signs in with the victim's own link, and lets the victim go on from there.
    const ticket = await ticketOf(await thief.land(await begun(person), 'harbour'));
    expect(await person.complete({ ticket })).toMatchObject({
      connection: null,
      account: { name: 'Harbour Hall', renews: null },
      needsConfirmation: true,
    });
    expect(await person.connections()).toEqual([]);
  });
});

describe('the ticket of somebody else', () => {
  const stages: [string, (owner: Organiser, ticket: string) => Promise<unknown>][] = [
    ['is parked', async () => undefined],
    ['waits for a confirmation', (owner, ticket) => owner.complete({ ticket })],
    ['is saved', (owner, ticket) => owner.complete({ ticket, confirm: true })],
  ];
  describe.each(stages)('whose sign-in %s', (_, prepare) => {
    it.each<[string, (owner: Organiser) => Organiser]>([
      ['another person elsewhere', () => victim()],
      ['a colleague', ({ boxOfficeId }) => createOrganiser(world, { boxOfficeId, subject: 'colleague' })],
      ['the same person for another box office', () => attacker()],
    ])('does not exist for %s, and still works for its owner', async (_who, createOther) => {
      const owner = attacker();
      const other = createOther(owner);
      const ticket = await owner.ticket('riverside');
      await prepare(owner, ticket);
      const before = await owner.connections();
      for (const confirm of [false, true])
        expect(await other.complete({ ticket, confirm })).toEqual(await unknown(other));
      expect(await owner.connections()).toEqual(before);
      expect((await owner.complete({ ticket, confirm: true })).connection).toMatchObject({ status: 'CONNECTED' });
    });
  });

  it('is refused to a viewer like any ticket', async () => {
    const owner = attacker();
    const ticket = await owner.ticket('riverside');
    for (const each of [ticket, 'x'.repeat(43)])
      expect((await owner.complete({ ticket: each, confirm: true }, 'viewer')).code).toBe('FORBIDDEN');
  });
});

describe('a role that was lowered', () => {
  it('after the sign-in began, or after it was shown, saves nothing', async () => {
    const organiser = attacker();
    const ticket = await organiser.ticket('riverside');
    expect((await organiser.complete({ ticket }, 'viewer')).code).toBe('FORBIDDEN');
    expect((await organiser.complete({ ticket })).needsConfirmation).toBe(true);
    expect((await organiser.complete({ ticket, confirm: true }, 'viewer')).code).toBe('FORBIDDEN');
    expect(await organiser.connections()).toEqual([]);
    expect((await organiser.complete({ ticket, confirm: true }, 'owner')).userErrors).toEqual([]);
  });
});

describe('time', () => {
  it('ends a sign-in after ten minutes at Constant Contact', async () => {
    const organiser = attacker();
    const back = await wayBack(await begun(organiser), 'riverside');
    world.moment.aheadMs = 10 * 60_000;
    const landed = await fetch(back);
    expect([landed.status, await landed.text()]).toEqual([400, expect.stringContaining('took too long')]);
  });

  it.each([
    ['a parked ticket', false],
    ['a ticket that waits for a confirmation', true],
  ])('ends %s after ten minutes', async (_, shown) => {
    const organiser = attacker();
    const ticket = await organiser.ticket('riverside');
    if (shown) await organiser.complete({ ticket });
    world.moment.aheadMs = 10 * 60_000;
    expect(await organiser.complete({ ticket, confirm: true })).toEqual(await unknown(organiser));
    expect(await organiser.connections()).toEqual([]);
  });
});

describe('another server', () => {
  it('cannot answer: a wrong issuer is refused, and uses up nothing', async () => {
    const organiser = attacker();
    const back = await wayBack(await begun(organiser), 'riverside');
    const forged = await fetch(`${back}&iss=${encodeURIComponent('https://evil.example')}`);
    expect([forged.status, await forged.text()]).toEqual([400, expect.stringContaining('did not start here')]);
    const issuer = encodeURIComponent(`${world.sandbox.url}/oauth2/default`);
    const ticket = await ticketOf(await fetch(`${back}&iss=${issuer}`));
    expect((await organiser.complete({ ticket, confirm: true })).userErrors).toEqual([]);
  });

  it('does not end a sign-in that began here', async () => {
    const other = await world.startAnother({ CONSTANT_CONTACT_ISSUER: 'https://issuer.example' });
    try {
      const organiser = attacker();
      const back = new URL(await wayBack(await begun(organiser), 'riverside'));
      const there = `${other.url}${back.pathname}${back.search}`;
      expect((await fetch(there)).status).toBe(400);
      expect((await fetch(`${other.url}${back.pathname}?error=access_denied&state=${stateOf(back.href)}`)).status).toBe(
        400,
      );
      expect((await fetch(back)).status).toBe(200);
    } finally {
      await other.close();
    }
  });
});
