import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { erasuresIn } from './erasures';
import { createMongoGate } from './mongo-gate';
import { createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
let { erase, done, statsOf, expectErased, marker } = {} as ReturnType<typeof erasuresIn>;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
  ({ erase, done, statsOf, expectErased, marker } = erasuresIn(world));
}, 120_000);
afterAll(() => world?.close(), 30_000);
afterEach(async () => {
  await world.sandbox.clearFaults();
  await world.sandbox.clock(null);
});

type Office = Awaited<ReturnType<typeof createOffice>>;

const gives = () => ({
  lists: { fixed: [listId], perEvent: false },
  tags: { fixed: [tagId], event: false, ticketTypes: false },
});

const isClaimed = (office: Office): Promise<void> =>
  eventually(async () => {
    const found = await world.mongo
      .collection('deliveries')
      .findOne({ connectionId: office.connectionId, claimed: true, readyAt: { $ne: null } });
    if (!found) throw new Error('nobody works on it yet');
  });

const permits = async (): Promise<number> => {
  const ledger = await world.mongo.collection<{ state: string }>('ledger').findOne({});
  return (JSON.parse(ledger?.state ?? '{}') as { used?: number }).used ?? 0;
};
/** Resolves when the one call that is to come has its permit: nothing holds it back any more. */
const callGoesOut = async (act: () => Promise<unknown>): Promise<void> => {
  const before = await permits();
  await act();
  await eventually(async () => expect(await permits()).toBeGreaterThan(before));
};

describe('a buyer who is erased while a delivery is under way', () => {
  it('is not written to Constant Contact when the delivery was taken and not yet called for', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
    const release = world.hold(office.connectionId);
    await world.produce([office.order('ada'), office.order('bob')]);
    await isClaimed(office);
    await erase(office, office.emailOf('ada'));
    release();
    await marker(office, 3);
    const codes = new Map(
      (await office.deliveries()).map(({ order, reason }) => [order.id.split('_').at(-1), reason?.code]),
    );
    expect(Object.fromEntries(codes)).toEqual({ ada: 'BUYER_ERASED', bob: 'SYNCED', marker3: 'SYNCED' });
    expect((await office.contacts()).map(({ email_address: { address } }) => address.split('.')[0]).sort()).toEqual([
      'bob',
      'marker3',
    ]);
    await expectErased(office, 'ada');
  });

  it('is left out of an import that many share', async () => {
    const office = await createOffice(world);
    for (const who of ['ada', 'bob', 'cid'])
      await world.sandbox.seed('riverside', { email: office.emailOf(who), permission_to_send: 'explicit' });
    await office.workflow({ lists: { fixed: [listId], perEvent: false } });
    const release = world.hold(office.connectionId);
    await world.produce(['ada', 'bob', 'cid'].map((who) => office.order(who)));
    await isClaimed(office);
    await erase(office, office.emailOf('ada'));
    release();
    await marker(office, 4);
    expect(await office.contact('ada')).toMatchObject({ list_memberships: [] });
    for (const who of ['bob', 'cid']) expect(await office.contact(who)).toMatchObject({ list_memberships: [listId] });
    await expectErased(office, 'ada');
  });

  it('comes into no collection again by the answer of a call that was on its way', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
    await world.sandbox.fault({ kind: 'latency', method: 'POST', path: '/contacts$', ms: 1_500 });
    await callGoesOut(() => world.produce([office.order('ada')]));
    await erase(office, office.emailOf('ada'));
    await marker(office, 2);
    await expectErased(office, 'ada');
    await done(office, office.emailOf('ada'));
    await expectErased(office, 'ada');
  });

  it('is not written back when an activity ends for which the delivery waited', async () => {
    const office = await createOffice(world);
    await world.sandbox.seed('riverside', { email: office.emailOf('ada'), permission_to_send: 'explicit' });
    const { workflowId } = await office.workflow(gives());
    await world.sandbox.clock(new Date().toISOString());
    await world.produce([office.order('ada')]);
    await office.until(1, ({ reason }) => reason?.code === 'ACTIVITY_RUNNING');
    await erase(office, office.emailOf('ada'));
    expect(await office.deliveries()).toMatchObject([{ status: 'SKIPPED', reason: { code: 'BUYER_ERASED' } }]);
    expect(await statsOf(office, workflowId)).toMatchObject({ total: 1, skipped: 1, pending: 0 });
    await world.sandbox.clock(null);
    await marker(office, 2);
    await eventually(async () => {
      expect(await world.mongo.collection('activities').countDocuments({ connectionId: office.connectionId })).toBe(0);
    });
    await expectErased(office, 'ada');
  });

  it('has the contact deleted again that a call on its way brought back', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
    const email = office.emailOf('ada');
    await world.sandbox.fault({ kind: 'latency', method: 'POST', path: '/contacts$', ms: 2_000 });
    await callGoesOut(() => world.produce([office.order('ada')]));
    await erase(office, email, true);
    await eventually(async () => {
      expect(await office.contact('ada')).toBeDefined();
    });
    expect((await done(office, email)).contacts).toMatchObject([{ state: 'DELETED' }]);
    expect((await office.contact('ada'))?.deleted_at).toBeDefined();
    await expectErased(office, 'ada');
  });
});

describe('a buyer who is erased between two steps of an intake', () => {
  let held: World;
  let gate: Awaited<ReturnType<typeof createMongoGate>>;
  let intake: { close: () => Promise<void> };
  let inHeld: ReturnType<typeof erasuresIn>;
  beforeAll(async () => {
    held = await createWorld({ SYNC_WORK: 'dispatch' });
    inHeld = erasuresIn(held);
    gate = await createMongoGate(held.config.MONGODB_URI);
    intake = await held.startAnother({ MONGODB_URI: gate.uri, SYNC_WORK: 'intake' });
  }, 120_000);
  afterAll(async () => {
    await intake?.close();
    await gate?.close();
    await held?.close();
  }, 30_000);

  it.each(['orders', 'deliveries'])(
    'is in no collection, though their %s are written after the erasure',
    async (name) => {
      const office = await createOffice(held);
      await office.workflow();
      const step = gate.hold('insert', name);
      await held.produce([office.order('ada', { marketing_opt_in: 'false' })]);
      await step.reached();
      await inHeld.erase(office, office.emailOf('ada'));
      step.open();
      await inHeld.marker(office, 2);
      await inHeld.expectErased(office, 'ada');
    },
  );

  it('is in no collection, though a dead letter is written after the erasure', async () => {
    const office = await createOffice(held);
    const step = gate.hold('insert', 'dead_letters');
    const put = (order: string, value: string) =>
      held.publish(topics.orders.name, [{ key: `${office.boxOfficeId}:${order}`, value }]);
    await put('or_1', `to ${office.emailOf('ada')}`);
    await step.reached();
    await inHeld.erase(office, office.emailOf('ada'));
    step.open();
    await put('or_marker', 'no JSON');
    await eventually(async () => {
      const letters = await held.mongo.collection('dead_letters').find({ boxOfficeId: office.boxOfficeId }).toArray();
      expect(letters).toMatchObject([{ orderId: 'or_marker' }]);
    });
    await inHeld.expectErased(office, 'ada');
  });
});
