import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { callsDuring, createOffice, createWorld, type World } from './world';

let world: World;
let onList: { lists: { fixed: string[]; perEvent: boolean } };
beforeAll(async () => {
  world = await createWorld({
    CONSTANT_CONTACT_SIGN_UP_KEEPS_OPT_OUTS: 'true',
    CONSTANT_CONTACT_CALLS_PER_SECOND: '20',
    CONSTANT_CONTACT_CALLS_PER_DAY: '2000',
    GATHER_MIN_MS: '0',
    GATHER_MAX_MS: '0',
  });
  onList = { lists: { fixed: [world.listIds[0]!], perEvent: false } };
  await world.sandbox.switches({ signUpFormResubscribes: false });
}, 120_000);
afterAll(() => world?.close(), 60_000);

const dayMs = 86_400_000;
/** Starts each test at noon of a day of its own, with so few calls left that sync imports new buyers. */
let day = 0;
beforeEach(() => {
  day += 1;
  world.moment.aheadMs = dayMs * day - (Date.now() % dayMs) + dayMs / 2;
});
/** Moves the clock close to midnight: calls that no order can use any more are left over. */
const beforeMidnight = (): void => {
  const now = Date.now() + world.moment.aheadMs;
  world.moment.aheadMs += dayMs - (now % dayMs) - 60_000;
};

interface Health {
  readonly upgradesWaiting: number;
  readonly quota: {
    readonly expectedToday: number;
    readonly usedBy: readonly { readonly class: string; readonly calls: number }[];
  };
}
const health = async (boxOfficeId: Parameters<World['ask']>[0]): Promise<Health> => {
  const { data } = await world.ask<{ boxOffice: { syncHealth: Health } }>(
    boxOfficeId,
    '{ boxOffice { syncHealth { upgradesWaiting quota { expectedToday usedBy { class calls } } } } }',
  );
  return data!.boxOffice.syncHealth;
};

type Office = Awaited<ReturnType<typeof createOffice>>;
const who = ['ann', 'ben', 'cleo', 'dan'];
/** A box office whose buyers were imported, because many others came in the same hour. */
const withImported = async (given: Parameters<typeof createOffice>[1] = {}): Promise<Office> => {
  const crowd = await createOffice(world);
  await crowd.workflow(onList);
  // They count as buyers of the hour, and cost no call.
  world.broken.add(crowd.connectionId);
  await world.produce(Array.from({ length: 150 }, (_, index) => crowd.order(`crowd${index}`)));
  await eventually(async () =>
    expect((await health(crowd.boxOfficeId)).quota.expectedToday).toBeGreaterThan(2_000 / 1.25),
  );
  const office = await createOffice(world, { whenQuotaIsScarce: 'IMPORT', upgradesImported: true, ...given });
  await office.workflow(onList);
  // They become ready together, so that they share an import.
  world.broken.add(office.connectionId);
  await world.produce(who.map((each) => office.order(each)));
  await office.until(who.length, ({ reason }) => reason?.code === 'CONNECTION_NEEDS_RECONNECT');
  world.broken.delete(office.connectionId);
  await office.publishConnection();
  await office.settledWhileScarce(who.length);
  return office;
};
const permissions = async (office: Office): Promise<Record<string, string | undefined>> =>
  Object.fromEntries(
    (await office.contacts()).map(({ email_address: email }) => [
      email.address.split('.')[0]!,
      email.permission_to_send,
    ]),
  );
const all = (permission: string) => Object.fromEntries(who.map((each) => [each, permission]));

describe('buyers who were imported because calls ran short', () => {
  it('get explicit permission with calls that the day leaves over, and not before', async () => {
    const office = await withImported();
    expect(await permissions(office)).toEqual(all('implicit'));
    expect((await health(office.boxOfficeId)).upgradesWaiting).toBe(4);

    const calls = await callsDuring(world, async () => {
      beforeMidnight();
      await eventually(async () => expect(await permissions(office)).toEqual(all('explicit')));
      await eventually(async () => expect((await health(office.boxOfficeId)).upgradesWaiting).toBe(0));
    });
    expect(calls).toEqual({ 'GET /contacts': 4, 'POST /contacts/sign_up_form': 4 });
    // A permit that came too late for its call counts as well.
    const { usedBy } = (await health(office.boxOfficeId)).quota;
    expect(usedBy.find((each) => each.class === 'UPGRADE')?.calls).toBeGreaterThanOrEqual(8);
    for (const delivery of await office.deliveries()) {
      expect(delivery).toMatchObject({ status: 'SYNCED', reason: { code: 'SYNCED' } });
      expect(delivery.performed).toContain('made the permission explicit');
      expect(delivery.attempts.at(-1)).toMatchObject({ call: 'sign up', answer: 'OK' });
    }
  }, 120_000);

  it('stay as they are if something has changed since, and unsubscribed after a late opt-out', async () => {
    const office = await withImported();
    await world.sandbox.act('riverside', office.emailOf('ann'), 'unsubscribe');
    await world.sandbox.act('riverside', office.emailOf('ben'), 'hold');
    await world.sandbox.act('riverside', office.emailOf('cleo'), 'delete');
    await world.sandbox.fault({ kind: 'latency', path: 'sign_up_form', method: 'POST', ms: 4_000 });
    beforeMidnight();
    // sync has read the contact as mailable, and the call that relies on it is under way.
    await world.called('GET', office.emailOf('dan'));
    await world.sandbox.act('riverside', office.emailOf('dan'), 'unsubscribe');
    await eventually(async () => expect((await health(office.boxOfficeId)).upgradesWaiting).toBe(0));
    expect(await permissions(office)).toEqual({
      ann: 'unsubscribed',
      ben: 'temp_hold',
      cleo: 'implicit',
      dan: 'unsubscribed',
    });
    const present = (await office.contacts()).filter(({ deleted_at }) => deleted_at === undefined);
    expect(present).toHaveLength(3);
  }, 120_000);

  it('stay implicit if the organiser did not choose upgrades', async () => {
    const office = await withImported({ upgradesImported: false });
    expect((await health(office.boxOfficeId)).upgradesWaiting).toBe(0);
    beforeMidnight();
    await world.produce([office.order('marker')]);
    await office.settled(5);
    expect(await permissions(office)).toMatchObject(all('implicit'));
  }, 120_000);

  it('are not upgraded after the choice is withdrawn or the buyer is erased', async () => {
    const office = await withImported();
    const { data } = await world.ask<{ exportBuyer: { export: { upgrades: object[] } } }>(
      office.boxOfficeId,
      'mutation ($email: String!) { exportBuyer(input: { email: $email }) { export } }',
      { email: office.emailOf('ann') },
    );
    expect(data?.exportBuyer.export.upgrades).toMatchObject([{ connectionId: office.connectionId }]);
    await world.ask(
      office.boxOfficeId,
      'mutation ($email: String!) { eraseBuyer(input: { email: $email, deleteContact: false }) { userErrors { code ' +
        '} } }',
      { email: office.emailOf('ann') },
      'owner',
    );
    expect((await health(office.boxOfficeId)).upgradesWaiting).toBe(3);
    await office.publishConnection({ upgradesImported: false });
    await eventually(async () => expect((await health(office.boxOfficeId)).upgradesWaiting).toBe(0));
    beforeMidnight();
    await world.produce([office.order('marker')]);
    await office.settled(5);
    expect(await permissions(office)).toMatchObject({ ben: 'implicit', cleo: 'implicit', dan: 'implicit' });
  }, 120_000);

  it('are not upgraded after the add-on has ended', async () => {
    const office = await withImported();
    await world.entitle(office.boxOfficeId, false, 2);
    const calls = await callsDuring(world, async () => {
      beforeMidnight();
      await eventually(async () => expect((await health(office.boxOfficeId)).upgradesWaiting).toBe(0));
    });
    expect(calls).toEqual({});
    expect(await permissions(office)).toEqual(all('implicit'));
  }, 120_000);
});

it('imported buyers are never upgraded if the sign-up form may not leave opt-outs alone', async () => {
  const careful = await createWorld({
    CONSTANT_CONTACT_CALLS_PER_SECOND: '20',
    CONSTANT_CONTACT_CALLS_PER_DAY: '2000',
    GATHER_MIN_MS: '0',
    GATHER_MAX_MS: '0',
  });
  const trusting = world;
  world = careful;
  try {
    world.moment.aheadMs = dayMs - (Date.now() % dayMs) + dayMs / 2;
    const office = await withImported();
    expect(await permissions(office)).toEqual(all('implicit'));
    expect((await health(office.boxOfficeId)).upgradesWaiting).toBe(0);
  } finally {
    world = trusting;
    await careful.close();
  }
}, 120_000);
