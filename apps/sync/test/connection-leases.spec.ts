import { eventually } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPauses } from './pauses';
import { createOffice, createWorld, type World } from './world';

let world: World;
const pauses = createPauses();
let dispatcher: Awaited<ReturnType<World['startAnother']>>;
beforeAll(async () => {
  world = await createWorld({ SYNC_WORK: 'intake', DISPATCH_LEASE_MS: '1000' });
  dispatcher = await world.startAnother({ SYNC_WORK: 'dispatch' }, pauses);
}, 120_000);
afterAll(async () => {
  pauses.openAll();
  await dispatcher?.close();
  await world?.close();
}, 120_000);

/** Holds the next write that makes a delivery wait for an activity. */
const holdSave = () =>
  pauses.before('deliveryQueue.save', ([results]) =>
    results.some(({ to }) => 'next' in to && to.next.waitingFor === 'ACTIVITY_RUNNING'),
  );

/** An import for a buyer has started. Its lease holder is about to record that the delivery waits for it. */
const importBegun = async (who: string) => {
  const office = await createOffice(world);
  await world.sandbox.seed('riverside', { email: office.emailOf(who), permission_to_send: 'explicit' });
  await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
  const save = holdSave();
  await world.produce([office.order(who)]);
  await save.reached();
  return { office, save };
};

describe('a connection lease whose holder loses it in the middle of its work', () => {
  // The holder had started an import and was about to record which activity its delivery waits for. The next holder saw
  // that activity end before the record came. Nothing was left to release the delivery, for half an hour.
  it('does not let a delivery wait for an activity whose end was already seen', async () => {
    const { office, save } = await importBegun('ada');
    const renewal = pauses.before('connectionLeases.renew');
    await renewal.reached();
    const nextClaim = pauses.before('deliveryQueue.claim', ([, queue]) => queue === 'live');
    await nextClaim.reached();
    expect(await world.mongo.collection('activities').countDocuments({ connectionId: office.connectionId })).toBe(0);

    const release = pauses.before('connectionLeases.release');
    save.open();
    renewal.open();
    await release.reached();
    release.open();
    nextClaim.open();
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);
    expect(await office.contact('ada')).toMatchObject({ list_memberships: [world.listIds[0]] });
  }, 120_000);

  /** The holder stalls: its renewal of the lease comes too late. */
  const loseLease = async () => {
    const renewal = pauses.before('connectionLeases.renew');
    await renewal.reached();
    return renewal;
  };
  /**
   * An import for a buyer whose holder lost the lease before it recorded which deliveries the import serves: it may
   * serve any delivery that was being worked on. Returns the pauses that let that holder continue.
   */
  const unrecorded = async (who: string) => {
    const { office, save } = await importBegun(who);
    return { office, held: [save, await loseLease()] };
  };
  /** From now on the next holder cannot ask Constant Contact whether an activity has ended. */
  const noFollowing = () => world.sandbox.fault({ kind: 'status', path: '/activities', status: 500, times: 100 });

  // The second holder had released all deliveries that waited for the import, and was about to forget it. The third
  // made the delivery wait for it, because the import may have served it.
  it('does not let a delivery wait for an activity that is about to be forgotten', async () => {
    const { office, held } = await unrecorded('bob');
    const forgetting = pauses.before('activities.forget');
    await forgetting.reached();
    held.push(forgetting, await loseLease());
    await noFollowing();
    const ofOffice = { boxOfficeId: office.boxOfficeId };
    await eventually(async () =>
      expect(['WAITING', 'SYNCED']).toContain((await world.mongo.collection('deliveries').findOne(ofOffice))?.status),
    );

    for (const each of held.toReversed()) each.open();
    await world.sandbox.clearFaults();
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);
  }, 120_000);

  /**
   * The second holder had seen the import end and was about to record that. The third had not seen it, and was about to
   * record that the delivery waits for the import.
   */
  const savedLate = async (who: string) => {
    const { office, held } = await unrecorded(who);
    const ending = pauses.before('activities.ended');
    await ending.reached();
    held.push(await loseLease());
    await noFollowing();
    const lateSave = holdSave();
    await lateSave.reached();
    ending.open();
    const ofConnection = { connectionId: office.connectionId };
    await eventually(async () =>
      expect(await world.mongo.collection('activities').countDocuments(ofConnection)).toBe(0),
    );
    return { office, held, lateSave };
  };

  it('works again on a delivery that is recorded too late as waiting for an activity', async () => {
    const { office, held, lateSave } = await savedLate('cleo');
    lateSave.open();
    for (const each of held) each.open();
    await world.sandbox.clearFaults();
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);
  }, 120_000);

  it('works on it again even if the process that recorded the wait stalls before it checks the activity', async () => {
    const { office, held, lateSave } = await savedLate('dora');
    const releasing = pauses.before('deliveryHolds.releaseByIds', ([ids]) => ids.length > 0);
    lateSave.open();
    await releasing.reached();
    held.push(await loseLease());
    await world.sandbox.clearFaults();
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);

    for (const each of [releasing, ...held]) each.open();
  }, 120_000);
});

describe('a connection lease whose holder waits for a permit to poll an activity', () => {
  it('is renewed, however long that takes', async () => {
    const { office, save } = await importBegun('edda');
    const permit = pauses.before('ledger.take', ([{ class: kind }]) => kind === 'poll');
    save.open();
    await permit.reached();
    const connectionLeases = world.mongo.collection<{ _id: string; fence: number; leaseUntil: Date }>(
      'connection_leases',
    );
    const lease = async () => {
      const { fence = 0, leaseUntil } = (await connectionLeases.findOne({ _id: office.connectionId })) ?? {};
      return { fence, leasedUntil: leaseUntil?.getTime() ?? 0 };
    };
    const before = await lease();
    const twoLeasesMs = 2_000;
    await eventually(async () => expect((await lease()).leasedUntil).toBeGreaterThan(before.leasedUntil + twoLeasesMs));
    expect((await lease()).fence).toBe(before.fence);

    permit.open();
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);
  }, 120_000);
});
