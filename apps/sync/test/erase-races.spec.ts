import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { erasuresIn } from './erasures';
import { createPauses } from './pauses';
import { createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
let { erase, done, hashOf, statsOf, expectErased, marker } = {} as ReturnType<typeof erasuresIn>;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
  ({ erase, done, hashOf, statsOf, expectErased, marker } = erasuresIn(world));
}, 120_000);
afterAll(() => world?.close(), 30_000);
afterEach(async () => {
  await world.sandbox.clearFaults();
  await world.sandbox.clock(null);
});

type Office = Awaited<ReturnType<typeof createOffice>>;

const targets = () => ({
  lists: { fixed: [listId], perEvent: false },
  tags: { fixed: [tagId], event: false, ticketTypes: false },
});

const isClaimed = (office: Office, who: string): Promise<void> =>
  eventually(async () => {
    const found = await world.mongo
      .collection('deliveries')
      .findOne({ emailHash: hashOf(office, office.emailOf(who)), claimed: true, readyAt: { $ne: null } });
    if (!found) throw new Error('nobody works on it yet');
  });

const permits = async (): Promise<number> => {
  const ledger = await world.mongo.collection<{ state: string }>('ledger').findOne({});
  return (JSON.parse(ledger?.state ?? '{}') as { used?: number }).used ?? 0;
};
/** Resolves once the next call has its permit: nothing holds the call back any more. */
const callGoesOut = async (act: () => Promise<unknown>): Promise<void> => {
  const before = await permits();
  await act();
  await eventually(async () => expect(await permits()).toBeGreaterThan(before));
};

describe('a buyer who is erased while a delivery is under way', () => {
  it('is not written to Constant Contact if the delivery was claimed but not yet called for', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const release = world.hold(office.connectionId);
    await world.produce([office.order('ada')]);
    await isClaimed(office, 'ada');
    await world.produce([office.order('bob')]);
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

  it('is left out of an import that many deliveries share', async () => {
    const office = await createOffice(world);
    for (const who of ['ada', 'bob', 'cid'])
      await world.sandbox.seed('riverside', { email: office.emailOf(who), permission_to_send: 'explicit' });
    await office.workflow({ lists: { fixed: [listId], perEvent: false } });
    world.broken.add(office.connectionId);
    await world.produce(['ada', 'bob', 'cid'].map((who) => office.order(who)));
    await office.until(3, ({ status }) => status === 'WAITING');
    const release = world.hold(office.connectionId);
    world.broken.delete(office.connectionId);
    await office.publishConnection();
    await isClaimed(office, 'ada');
    await erase(office, office.emailOf('ada'));
    release();
    await marker(office, 4);
    expect(await office.contact('ada')).toMatchObject({ list_memberships: [] });
    for (const who of ['bob', 'cid']) expect(await office.contact(who)).toMatchObject({ list_memberships: [listId] });
    await expectErased(office, 'ada');
  });

  it('is not stored again by the answer of a call that was under way', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.sandbox.fault({ kind: 'latency', method: 'POST', path: '/contacts$', ms: 1_500 });
    await callGoesOut(() => world.produce([office.order('ada')]));
    await erase(office, office.emailOf('ada'));
    await marker(office, 2);
    await expectErased(office, 'ada');
    await done(office, office.emailOf('ada'));
    await expectErased(office, 'ada');
  });

  it('is not stored again when the activity that the delivery waited for ends', async () => {
    const office = await createOffice(world);
    await world.sandbox.seed('riverside', { email: office.emailOf('ada'), permission_to_send: 'explicit' });
    const { workflowId } = await office.workflow(targets());
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

  it('has the contact deleted again that a call under way created', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
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

/** A world in which the dispatcher or the intake is a process of its own that can be paused. */
const paused = async (own: 'intake' | 'dispatch') => {
  const held = await createWorld({ SYNC_WORK: own });
  const pauses = createPauses();
  const other = await held.startAnother({ SYNC_WORK: own === 'intake' ? 'dispatch' : 'intake' }, pauses);
  return {
    held,
    pauses,
    ...erasuresIn(held),
    /** Resolves once the erasure waits for writes that were under way to end. */
    rests: (office: Office, email: string): Promise<void> =>
      eventually(async () => {
        const erasures = held.mongo.collection<{ _id: string; quietAt: Date | null }>('erasures');
        const found = await erasures.findOne({ _id: erasuresIn(held).hashOf(office, email) });
        expect(found?.quietAt).toBeInstanceOf(Date);
      }),
    close: async (): Promise<void> => {
      pauses.openAll();
      await other.close();
      await held.close();
    },
  };
};

describe('a buyer who is erased between two steps of an intake', () => {
  let there: Awaited<ReturnType<typeof paused>>;
  beforeAll(async () => {
    there = await paused('dispatch');
  }, 120_000);
  afterAll(() => there?.close(), 30_000);

  it.each([
    ['orders', 'orders.keep'],
    ['deliveries', 'deliveries.insert'],
  ] as const)('is in no collection, even if their %s are written afterwards', async (_, point) => {
    const office = await createOffice(there.held);
    await office.workflow();
    await there.marker(office, 1);
    const step = there.pauses.before(point);
    await there.held.produce([office.order('ada', { marketing_opt_in: 'false' })]);
    await step.reached();
    await there.erase(office, office.emailOf('ada'));
    await there.rests(office, office.emailOf('ada'));
    step.open();
    await there.marker(office, 3);
    await there.expectErased(office, 'ada');
  });

  it('is in no collection, even if a dead letter is written afterwards', async () => {
    const office = await createOffice(there.held);
    const step = there.pauses.before('deadLetters.keep');
    const put = (order: string, value: string) =>
      there.held.publish(topics.orders.name, [{ key: `${office.boxOfficeId}:${order}`, value }]);
    await put('or_1', `to ${office.emailOf('ada')}`);
    await step.reached();
    await there.erase(office, office.emailOf('ada'));
    await there.rests(office, office.emailOf('ada'));
    step.open();
    await put('or_marker', 'no JSON');
    await eventually(async () => {
      const letters = there.held.mongo.collection('dead_letters').find({ boxOfficeId: office.boxOfficeId });
      expect(await letters.toArray()).toMatchObject([{ orderId: 'or_marker' }]);
    });
    await there.expectErased(office, 'ada');
  });
});

describe('a buyer who is erased between two steps of a dispatcher', () => {
  it('is in no collection, even if the reading of their contact is written afterwards', async () => {
    const there = await paused('intake');
    try {
      const office = await createOffice(there.held);
      await office.workflow({ lists: { fixed: [there.held.listIds[0]!], perEvent: false } });
      const reading = there.pauses.before('contacts.saw', ([, seen]) => seen.length > 0);
      await there.held.produce([office.order('ada')]);
      await reading.reached();
      // Between the first check of the erasure guard and the write.
      const step = there.pauses.after('erasures.among');
      reading.open();
      await step.reached();
      await there.erase(office, office.emailOf('ada'));
      await there.rests(office, office.emailOf('ada'));
      step.open();
      await there.marker(office, 2);
      await there.expectErased(office, 'ada');
    } finally {
      await there.close();
    }
  }, 120_000);
});
