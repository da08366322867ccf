import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { erasuresIn } from './erasures';
import { at, createExpiryWorld, expiriesIn, past } from './expiries';
import { createPauses } from './pauses';
import { callsDuring, createOffice, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
let { exportOf, statsOf } = {} as ReturnType<typeof erasuresIn>;
let { targets, ordersOf, deliveriesOf, pass, expired, marked } = {} as ReturnType<typeof expiriesIn>;
beforeAll(async () => {
  world = await createExpiryWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
  ({ exportOf, statsOf } = erasuresIn(world));
  ({ targets, ordersOf, deliveriesOf, pass, expired, marked } = expiriesIn(world));
}, 120_000);
afterAll(() => world?.close(), 30_000);

describe('an expiry whose process has died', () => {
  it('is finished by another process if only the order was expired', async () => {
    const office = await createOffice(world);
    const workflow = await office.workflow(targets());
    await world.produce([office.order('ada', past)]);
    await office.settled(1);
    const [delivery] = await deliveriesOf(office).toArray();
    await pass(31);
    await expired(office);
    // All that the first process had written when it was killed.
    await world.mongo.collection('deliveries').replaceOne({ _id: delivery!._id }, { ...delivery!, outbox: [] });
    await world.mongo.collection('deliveries').updateOne({ _id: delivery!._id }, { $unset: { uncounted: 1 } });
    await world.mongo
      .collection('orders')
      .updateOne({ boxOfficeId: office.boxOfficeId }, { $set: { agesFrom: new Date(0) } });
    await world.mongo.collection('expired_writes').deleteMany({});
    await expired(office);
    await eventually(async () =>
      expect((await exportOf(office, office.emailOf('ada'))).export).toMatchObject({
        expired: [{ listIds: [listId], tagIds: [tagId] }],
      }),
    );
    expect(await statsOf(office, workflow.workflowId)).toMatchObject({ total: 1, synced: 1 });
  }, 120_000);

  it('leaves no delivery of a process that read the order before and writes it late', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.produce([office.order('ada', past)]);
    await office.settled(1);
    const [delivery] = await deliveriesOf(office).toArray();
    await pass(31);
    await expired(office);
    await world.mongo.collection('deliveries').replaceOne(
      { _id: delivery!._id },
      {
        ...delivery!,
        status: 'PENDING',
        reason: null,
        readyAt: new Date(),
        settledAt: null,
        counted: null,
        uncounted: true,
        outbox: [],
        added: null,
        attempts: [],
        version: 1,
        fence: 0,
      },
    );
    const calls = await callsDuring(world, async () => {
      await marked(office, 'marker');
      await eventually(async () =>
        expect(await deliveriesOf(office).toArray()).toContainEqual(
          expect.objectContaining({ _id: delivery!._id, reason: 'ORDER_EXPIRED', consent: expect.anything() }),
        ),
      );
    });
    expect(calls).toEqual({ 'POST /contacts': 1 });
    await pass(2);
    await expired(office);
  }, 120_000);
});

describe('processes that expire history at the same time', () => {
  it('remove everything once, and statistics add up', async () => {
    const office = await createOffice(world);
    const workflow = await office.workflow(targets());
    const people = Array.from({ length: 30 }, (_, index) => `p${index}`);
    await world.produce(people.map((who) => office.order(who, past)));
    await office.settled(people.length, 60_000);
    const another = await world.startAnother();
    try {
      await pass(31);
      await expired(office, people.length);
      expect(await office.deliveries()).toEqual([]);
      expect(await statsOf(office, workflow.workflowId)).toMatchObject({ total: 30, synced: 30 });
    } finally {
      await another.close();
    }
  }, 90_000);

  it('leave an order alone that gets an event while one of them is about to remove it', async () => {
    const pauses = createPauses();
    const office = await createOffice(world);
    await office.workflow(targets({ onCancelledOrder: 'REMOVE_TAGS_AND_LISTS' }));
    await world.produce([office.order('ada', { ...past, time: at(1) })]);
    await office.settled(1);
    // Only the process that pauses considers the order old.
    const hasty = await world.startAnother({ HISTORY_RETENTION_DAYS: 15, SYNC_WORK: 'intake' }, pauses);
    try {
      const held = pauses.before('orders.expire');
      await pass(16);
      await held.reached();
      await world.produce([office.order('ada', { ...past, time: at(2), status: 'cancelled' })]);
      await office.until(1, ({ reason }) => reason?.code === 'TAKEN_BACK');
      held.open();
      await marked(office, 'marker');
      expect((await ordersOf(office)).map(({ expiredAt }) => expiredAt)).toEqual([undefined, undefined]);
      expect(await office.contact('ada')).toMatchObject({ list_memberships: [], taggings: [] });
    } finally {
      pauses.openAll();
      await hasty.close();
    }
  }, 120_000);
});
