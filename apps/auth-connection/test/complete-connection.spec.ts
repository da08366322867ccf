import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@boxlist/contracts';
import type { ListeningService } from '@boxlist/service-kit';
import { eventually, ticketOf, type SandboxFault } from '@boxlist/testkit';
import { askToken } from './tokens';
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
afterEach(() => {
  world.moment.aheadMs = 0;
  world.permits.take = async () => undefined;
});

const codesSent = () => world.sandbox.exchanges();
const tokenFault = (fault: Omit<SandboxFault, 'method' | 'path'>) =>
  world.sandbox.fault({ method: 'POST', path: '/v1/token$', ...fault });
const invalid = [{ code: 'TICKET_INVALID', field: ['input', 'ticket'] }];
const versionOf = async (id: string): Promise<number> => (await world.stored(id)).version;

describe('a completion', () => {
  it('first says which account signed in, and saves nothing', async () => {
    const organiser = createOrganiser(world);
    const ticket = await organiser.ticket('riverside');
    const shown = { connection: null, account: { name: 'Riverside Theatre', renews: null }, needsConfirmation: true };
    expect(await organiser.complete({ ticket })).toMatchObject({ ...shown, userErrors: [] });
    const before = [await codesSent(), world.permits.taken];
    expect(await organiser.complete({ ticket })).toMatchObject({ ...shown, userErrors: [] });
    expect([await codesSent(), world.permits.taken]).toEqual(before);
    expect(await organiser.connections()).toEqual([]);
    expect(await organiser.complete({ ticket, confirm: true })).toMatchObject({
      connection: { status: 'CONNECTED', accountName: 'Riverside Theatre' },
      account: null,
      needsConfirmation: false,
    });
  });

  it('says which connection it would renew, in its present status', async () => {
    const organiser = createOrganiser(world);
    const id = await organiser.connected();
    const first = await organiser.complete({ ticket: await organiser.ticket('riverside') });
    expect(first.account).toEqual({ name: 'Riverside Theatre', renews: { id, status: 'CONNECTED' } });
    await organiser.disconnect(id);
    const second = await organiser.complete({ ticket: await organiser.ticket('riverside', { connectionId: id }) });
    expect(second.account).toEqual({ name: 'Riverside Theatre', renews: { id, status: 'DISCONNECTED' } });
  });

  it('that is repeated returns the same connection and changes nothing', async () => {
    const organiser = createOrganiser(world);
    const ticket = await organiser.ticket('riverside');
    const { connection } = await organiser.complete({ ticket, confirm: true });
    const { accessToken } = await askToken(world, connection!.id);
    const { accessToken: rotated } = await askToken(world, connection!.id, accessToken);
    for (const confirm of [true, false])
      expect(await organiser.complete({ ticket, confirm })).toMatchObject({ connection, needsConfirmation: false });
    expect(await versionOf(connection!.id)).toBe(1);
    expect((await askToken(world, connection!.id)).accessToken).toBe(rotated);
  });

  it('of many calls at once in two processes sends the code once and saves one connection once', async () => {
    const organiser = createOrganiser(world);
    const elsewhere = createOrganiser({ ...world, ask: world.askAt(another.internalUrl) }, organiser);
    const ticket = await organiser.ticket('riverside');
    const before = await codesSent();
    await tokenFault({ kind: 'latency', ms: 300 });
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, n) => (n % 2 ? elsewhere : organiser).complete({ ticket, confirm: n % 3 !== 0 })),
    );
    expect(all.map(({ userErrors, code }) => [userErrors, code])).toEqual(all.map(() => [[], undefined]));
    expect(await codesSent()).toBe(before + 1);
    const [connection, ...more] = await organiser.connections();
    expect(more).toEqual([]);
    expect(await versionOf(connection!.id)).toBe(1);
    expect((await askToken(world, connection!.id)).status).toBe(200);
  });

  it('does not restore a connection that somebody disconnected after the sign-in began', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const ticket = await organiser.ticket('riverside', { connectionId });
    expect((await organiser.complete({ ticket })).account?.renews).toEqual({ id: connectionId, status: 'CONNECTED' });
    await organiser.disconnect(connectionId);
    expect((await organiser.complete({ ticket, confirm: true })).userErrors).toMatchObject([
      { code: 'VERSION_CONFLICT' },
    ]);
    expect((await world.stored(connectionId)).status).toBe('DISCONNECTED');
    expect((await organiser.signIn('riverside', { connectionId })).userErrors).toEqual([]);
  });
});

describe('a completion that fails', () => {
  it('on a code that Constant Contact did not issue needs a new sign-in', async () => {
    const organiser = createOrganiser(world);
    const state = new URL((await organiser.begin()).authorizationUrl!).searchParams.get('state')!;
    const ticket = await ticketOf(await fetch(`${world.redirectUrl}?state=${state}&code=made-up`));
    expect((await organiser.complete({ ticket })).userErrors).toEqual([{ code: 'SIGN_IN_REFUSED', field: null }]);
    expect((await organiser.complete({ ticket })).userErrors).toEqual(invalid);
  });

  it('because Constant Contact does not take the code says so, and never sends it again', async () => {
    const organiser = createOrganiser(world);
    const ticket = await organiser.ticket('riverside');
    const before = await codesSent();
    await tokenFault({ kind: 'status', status: 503 });
    expect((await organiser.complete({ ticket, confirm: true })).code).toBe('UNAVAILABLE');
    expect((await organiser.complete({ ticket, confirm: true })).userErrors).toEqual(invalid);
    expect(await codesSent()).toBe(before + 1);
    expect(await organiser.connections()).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      'an outage of Constant Contact',
      () => world.sandbox.fault({ method: 'GET', path: 'account/', kind: 'status', status: 503 }),
    ],
    [
      'a day without calls',
      async () => {
        world.permits.take = async () => {
          world.permits.take = async () => undefined;
          throw new AppError('QUOTA_EXCEEDED', 'none left');
        };
      },
    ],
  ])('after the exchange, for %s, goes on with the same ticket', async (_, prepare) => {
    const organiser = createOrganiser(world);
    const ticket = await organiser.ticket('riverside');
    const before = await codesSent();
    await prepare();
    const failed = await organiser.complete({ ticket, confirm: true });
    expect([failed.connection ?? null, await organiser.connections()]).toEqual([null, []]);
    expect((await organiser.complete({ ticket, confirm: true })).connection).toMatchObject({ status: 'CONNECTED' });
    expect(await codesSent()).toBe(before + 1);
  });
});

describe('a process that stops', () => {
  it('between the exchange and the save is told plainly, and the code is not sent again', async () => {
    const organiser = createOrganiser(world);
    const ticket = await organiser.ticket('riverside');
    const before = await codesSent();
    await tokenFault({ kind: 'timeout-after-write', ms: 3_000 });
    const stopped = organiser.complete({ ticket, confirm: true });
    await eventually(async () => expect(await codesSent()).toBe(before + 1));
    world.moment.aheadMs = 46_000;
    const elsewhere = createOrganiser({ ...world, ask: world.askAt(another.internalUrl) }, organiser);
    expect((await elsewhere.complete({ ticket, confirm: true })).userErrors).toEqual([
      { code: 'SIGN_IN_INTERRUPTED', field: ['input', 'ticket'] },
    ]);
    await stopped;
    expect((await organiser.complete({ ticket, confirm: true })).userErrors).toEqual(invalid);
    expect([await codesSent(), await organiser.connections()]).toEqual([before + 1, []]);
  });

  it('between the save of the connection and the record of it saves nothing twice', async () => {
    const organiser = createOrganiser(world);
    const ticket = await organiser.ticket('riverside');
    await organiser.complete({ ticket });
    const signIns = world.collection('sign_ins');
    const [unrecorded] = await signIns.find({ boxOfficeId: organiser.boxOfficeId } as object).toArray();
    const { connection } = await organiser.complete({ ticket, confirm: true });
    const id = connection!.id;
    const { accessToken } = await askToken(world, id);
    const { accessToken: rotated } = await askToken(world, id, accessToken);
    // As if the process had stopped before it recorded the connection.
    await signIns.replaceOne({ _id: unrecorded!._id }, { ...unrecorded, savingBeganAt: new Date() });
    expect((await organiser.complete({ ticket, confirm: true })).connection).toEqual(connection);
    expect(await versionOf(id)).toBe(1);
    // The sign-in's own tokens have been used up since.
    expect((await askToken(world, id)).accessToken).toBe(rotated);
  });

  it('while it exchanges finishes the exchange first, even if its caller hung up', async () => {
    const organiser = createOrganiser(world);
    const stopping = await world.startAnother();
    const caller = new AbortController();
    const there = createOrganiser({ ...world, ask: world.askAt(stopping.internalUrl, caller.signal) }, organiser);
    const ticket = await organiser.ticket('riverside');
    const before = await codesSent();
    await tokenFault({ kind: 'slow-body', ms: 800 });
    const cut = there.complete({ ticket }).catch(() => undefined);
    await eventually(async () => expect(await codesSent()).toBe(before + 1));
    caller.abort();
    await cut;
    await stopping.close();
    expect((await organiser.complete({ ticket, confirm: true })).connection).toMatchObject({ status: 'CONNECTED' });
    expect(await codesSent()).toBe(before + 1);
  });
});
