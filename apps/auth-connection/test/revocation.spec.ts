import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type SandboxFault } from '@boxlist/testkit';
import { askToken } from './tokens';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld({}, 100);
}, 90_000);
afterAll(() => world?.close(), 30_000);
afterEach(() => {
  world.moment.aheadMs = 0;
});

const live = () => world.sandbox.liveRefreshTokens('harbour');
const untilLive = (count: number) => eventually(async () => expect(await live()).toBe(count));
const revokeFault = (fault: Omit<SandboxFault, 'method' | 'path'>) =>
  world.sandbox.fault({ method: 'POST', path: '/v1/revoke$', ...fault });
const allRights = ['contacts:read', 'contacts:write', 'account:read'];

describe('a disconnect', () => {
  it('revokes the token at Constant Contact', async () => {
    const organiser = createOrganiser(world);
    const before = await live();
    const id = await organiser.connected('harbour');
    expect(await live()).toBe(before + 1);
    await organiser.disconnect(id);
    await untilLive(before);
  });

  it('revokes the newest token after a refresh', async () => {
    const organiser = createOrganiser(world);
    const before = await live();
    const id = await organiser.connected('harbour');
    const { accessToken } = await askToken(world, id);
    await askToken(world, id, accessToken);
    expect(await live()).toBe(before + 1);
    await organiser.disconnect(id);
    await untilLive(before);
  });

  it.each<[string, Parameters<typeof revokeFault>[0]]>([
    ['answers with an error', { kind: 'status', status: 503 }],
    ['does not answer', { kind: 'timeout-before', ms: 20_000 }],
  ])('does not wait for a revocation that %s, and does not fail with it', async (_, fault) => {
    const organiser = createOrganiser(world);
    const id = await organiser.connected('harbour');
    const failures = () => world.logged().split('"result":"failed"').length;
    const before = failures();
    await revokeFault(fault);
    expect((await organiser.disconnect(id)).connection).toEqual({ status: 'DISCONNECTED' });
    if (fault.kind !== 'status') expect(failures()).toBe(before);
    expect((await world.stored(id)).tokens).toBeNull();
    await eventually(async () => expect(failures()).toBe(before + 1));
  });

  it('leaves the token of another box office with the same account alone', async () => {
    const [one, other] = [createOrganiser(world), createOrganiser(world)];
    const [ended, kept] = [await one.connected('harbour'), await other.connected('harbour')];
    const before = await live();
    await one.disconnect(ended);
    await untilLive(before - 1);
    const { accessToken } = await askToken(world, kept);
    expect((await askToken(world, kept, accessToken)).status).toBe(200);
  });
});

describe('a sign-in that ends without a connection', () => {
  it('because nobody confirms it, is deleted after its time and its token is revoked', async () => {
    const organiser = createOrganiser(world);
    const before = await live();
    const ticket = await organiser.ticket('harbour');
    expect((await organiser.complete({ ticket })).needsConfirmation).toBe(true);
    expect(await live()).toBe(before + 1);
    world.moment.aheadMs = 11 * 60_000;
    await untilLive(before);
    expect(await world.lies('sign_ins')).not.toContain(organiser.boxOfficeId);
  });

  it('because it is to another account, revokes its token', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected('riverside');
    const before = await live();
    expect((await organiser.signIn('harbour', { connectionId })).userErrors).toMatchObject([
      { code: 'DIFFERENT_ACCOUNT' },
    ]);
    await untilLive(before);
  });

  it('because the user may not write contacts, revokes its token', async () => {
    const organiser = createOrganiser(world);
    const before = await live();
    await world.sandbox.rights('harbour', ['contacts:read', 'account:read']);
    try {
      expect((await organiser.signIn('harbour')).userErrors).toMatchObject([{ code: 'MISSING_PRIVILEGES' }]);
      await untilLive(before);
      expect(await organiser.connections()).toEqual([]);
    } finally {
      await world.sandbox.rights('harbour', allRights);
    }
  });
});

it('a saved sign-in keeps its token, even if the process stopped before it recorded the save', async () => {
  const organiser = createOrganiser(world);
  const ticket = await organiser.ticket('harbour');
  await organiser.complete({ ticket });
  const signIns = world.collection('sign_ins');
  const [unrecorded] = await signIns.find({ boxOfficeId: organiser.boxOfficeId } as object).toArray();
  const { connection } = await organiser.complete({ ticket, confirm: true });
  await signIns.replaceOne({ _id: unrecorded!._id }, { ...unrecorded, savingBeganAt: new Date() });
  const before = await live();
  world.moment.aheadMs = 15 * 60_000;
  // A marker: another sign-in that ends later is gone.
  const marker = createOrganiser(world);
  await marker.complete({ ticket: await marker.ticket('harbour') });
  world.moment.aheadMs = 30 * 60_000;
  await untilLive(before);
  const { accessToken } = await askToken(world, connection!.id);
  expect((await askToken(world, connection!.id, accessToken)).status).toBe(200);
});

it('where no address for it is set, nothing is revoked and nothing fails', async () => {
  const plain = await world.startAnother({ CONSTANT_CONTACT_REVOKE_URL: '' });
  try {
    const organiser = createOrganiser({ ...world, ask: world.askAt(plain.internalUrl) });
    const before = await world.sandbox.callsTo('/revoke');
    const id = await organiser.connected('harbour');
    expect((await organiser.disconnect(id)).connection).toEqual({ status: 'DISCONNECTED' });
    await plain.close();
    expect(await world.sandbox.callsTo('/revoke')).toBe(before);
  } finally {
    await plain.close();
  }
});
