import { eventually } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMongoGate } from './mongo-gate';
import { createOffice, createWorld, type World } from './world';

let world: World;
let gate: Awaited<ReturnType<typeof createMongoGate>>;
let dispatcher: Awaited<ReturnType<World['startAnother']>>;
beforeAll(async () => {
  world = await createWorld({ SYNC_WORK: 'intake', DISPATCH_LEASE_MS: '1000' });
  gate = await createMongoGate(world.config.MONGODB_URI);
  dispatcher = await world.startAnother({ MONGODB_URI: gate.uri, SYNC_WORK: 'dispatch' });
}, 120_000);
afterAll(async () => {
  await dispatcher?.close();
  await gate?.close();
  await world?.close();
}, 30_000);

/** Holds the next note that a delivery waits for an activity. */
const holdNote = () => gate.hold('update', 'deliveries', 'ACTIVITY_RUNNING', 'held');

/** An import for a buyer that has begun; its holder is about to note that the delivery waits for it. */
const importBegun = async (who: string) => {
  const office = await createOffice(world);
  await world.sandbox.seed('riverside', { email: office.emailOf(who), permission_to_send: 'explicit' });
  await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
  const note = holdNote();
  await world.produce([office.order(who)]);
  await note.reached();
  return { office, note };
};

describe('a lane whose holder lost it in the middle', () => {
  // The holder had begun an import and was about to note which activity its delivery waits for. The next holder saw
  // that activity end before the note came: nobody was left who would end the wait, for half an hour.
  it('does not let a delivery wait for an activity whose end was seen already', async () => {
    const { office, note } = await importBegun('ada');
    const renewal = gate.hold('update', 'connection_leases', 'updates');
    await renewal.reached();
    const nextClaim = gate.hold('update', 'deliveries', '$lte');
    await nextClaim.reached();
    expect(await world.mongo.collection('activities').countDocuments({ connectionId: office.connectionId })).toBe(0);

    const release = gate.hold('update', 'connection_leases', 'wake');
    note.open();
    renewal.open();
    await release.reached();
    release.open();
    nextClaim.open();
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);
    expect(await office.contact('ada')).toMatchObject({ list_memberships: [world.listIds[0]] });
  }, 60_000);

  /** The holder stands still: what would keep its lane comes too late. */
  const loseLease = async () => {
    const renewal = gate.hold('update', 'connection_leases', 'updates');
    await renewal.reached();
    return renewal;
  };
  /**
   * An import for a buyer whose holder lost the lane before it had noted whom it serves: it may be anybody who was
   * worked on. Gives what lets that holder go on.
   */
  const untold = async (who: string) => {
    const { office, note } = await importBegun(who);
    return { office, held: [note, await loseLease()] };
  };
  /** From now on the next holder cannot ask Constant Contact whether an activity is over. */
  const noFollowing = () => world.sandbox.fault({ kind: 'status', path: '/activities', status: 500, times: 100 });

  // The second holder was about to forget the import after it had freed all that waited for it. The third let the
  // delivery wait for it: the import may have served it.
  it('does not let a delivery wait for an activity that is about to be forgotten', async () => {
    const { office, held } = await untold('bob');
    const forgetting = gate.hold('delete', 'activities');
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
  }, 60_000);

  /**
   * The second holder had seen the import end and was about to say so when the third, who had not, was about to note
   * that the delivery waits for it.
   */
  const notedLate = async (who: string) => {
    const { office, held } = await untold(who);
    const ending = gate.hold('update', 'activities', 'isClean');
    await ending.reached();
    held.push(await loseLease());
    await noFollowing();
    const lateNote = holdNote();
    await lateNote.reached();
    ending.open();
    const ofConnection = { connectionId: office.connectionId };
    await eventually(async () =>
      expect(await world.mongo.collection('activities').countDocuments(ofConnection)).toBe(0),
    );
    return { office, held, lateNote };
  };

  it('takes up anew a delivery that is noted too late as waiting for an activity', async () => {
    const { office, held, lateNote } = await notedLate('cleo');
    lateNote.open();
    for (const each of held) each.open();
    await world.sandbox.clearFaults();
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);
  }, 60_000);

  it('takes it up anew also where who noted that falls silent before it looks', async () => {
    const { office, held, lateNote } = await notedLate('dora');
    const waking = gate.hold('update', 'deliveries', 'ACTIVITY_RUNNING');
    lateNote.open();
    await waking.reached();
    held.push(await loseLease());
    await world.sandbox.clearFaults();
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);

    for (const each of [waking, ...held]) each.open();
  }, 60_000);
});

describe('a lane that waits for a permit to ask for an activity', () => {
  it('is kept, however long that takes', async () => {
    const { office, note } = await importBegun('edda');
    const permit = gate.hold('update', 'ledger');
    note.open();
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
  }, 60_000);
});
