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

describe('a lane whose holder lost it in the middle', () => {
  // The holder had begun an import and was about to note which activity its delivery waits for. The next holder saw that activity end before the note came: nobody
  // was left who would end the wait, for half an hour.
  it('does not let a delivery wait for an activity whose end was seen already', async () => {
    const office = await createOffice(world);
    await world.sandbox.seed('riverside', { email: office.emailOf('ada'), permission_to_send: 'explicit' });
    await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    const note = gate.hold('update', 'deliveries', 'ACTIVITY_RUNNING');
    await world.produce([office.order('ada')]);
    await note.reached();
    const renewal = gate.hold('update', 'lanes', 'updates');
    await renewal.reached();
    const nextClaim = gate.hold('update', 'deliveries', '$lte');
    await nextClaim.reached();
    expect(await world.mongo.collection('activities').countDocuments({ connectionId: office.connectionId })).toBe(0);

    const release = gate.hold('update', 'lanes', 'wake');
    note.open();
    renewal.open();
    await release.reached();
    release.open();
    nextClaim.open();
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);
    expect(await office.contact('ada')).toMatchObject({ list_memberships: [world.listIds[0]] });
  }, 60_000);
});
