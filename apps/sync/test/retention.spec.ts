import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetterTopicOf, topics } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { erasuresIn } from './erasures';
import { at, createExpiryWorld, dayMs, expiriesIn, past } from './expiries';
import { callsDuring, createOffice, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
let { erase, exportOf, tracesOf, statsOf } = {} as ReturnType<typeof erasuresIn>;
let { targets, ordersOf, pass, expired, marked, retrySkipped, letters } = {} as ReturnType<typeof expiriesIn>;
beforeAll(async () => {
  world = await createExpiryWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
  ({ erase, exportOf, tracesOf, statsOf } = erasuresIn(world));
  ({ targets, ordersOf, pass, expired, marked, retrySkipped, letters } = expiriesIn(world));
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Office = Awaited<ReturnType<typeof createOffice>>;

const onlyMarker = async (office: Office, name: string): Promise<void> =>
  expect((await office.deliveries()).map(({ order }) => order.id.split('_').at(-1))).toEqual([name]);

describe('an order that is older than the retention of history', () => {
  it('is removed with its deliveries and its buyer, while statistics still count them', async () => {
    const office = await createOffice(world);
    const workflow = await office.workflow(targets());
    await world.produce([office.order('ada', past), office.order('bob', { ...past, marketing_opt_in: 'false' })]);
    await office.settled(2);
    await pass(31);
    await expired(office, 2);
    expect(await office.deliveries()).toEqual([]);
    for (const who of ['ada', 'bob']) {
      const traces = await tracesOf(office, office.emailOf(who));
      expect(traces).not.toContain('orders');
      expect(traces).not.toContain('deliveries');
    }
    expect(JSON.stringify(await ordersOf(office))).not.toMatch(/Ada|Example|EX1|Gala/);
    const stats = { total: 2, synced: 1, skipped: 1, failed: 0, pending: 0 };
    expect(await statsOf(office, workflow.workflowId)).toEqual(stats);
    const { export: kept } = await exportOf(office, office.emailOf('ada'));
    expect(kept).toMatchObject({
      orders: [],
      deliveries: [],
      expired: [{ connectionId: office.connectionId, listIds: [listId], tagIds: [tagId] }],
    });
    expect(JSON.stringify(kept)).not.toMatch(/Ada|EX1/);
  }, 120_000);

  it('is not brought back by a repeated event, nor by a newer or an older one', async () => {
    const office = await createOffice(world);
    const workflow = await office.workflow(targets());
    const event = office.order('ada', { ...past, time: at(5) });
    await world.produce([event]);
    await office.settled(1);
    await pass(31);
    await expired(office);
    const before = await ordersOf(office);
    const late = [
      event,
      office.order('ada', { ...past, time: at(1) }),
      office.order('ada', { ...past, time: at(9), buyer: { first_name: 'Newer', email: office.emailOf('new') } }),
      office.order('ada', { ...past, time: at(10), status: 'cancelled' }),
    ];
    const calls = await callsDuring(world, async () => {
      await world.produce(late);
      await marked(office, 'marker');
    });
    expect(calls).toEqual({ 'POST /contacts': 1 });
    await onlyMarker(office, 'marker');
    expect(await ordersOf(office)).toEqual(expect.arrayContaining(before));
    expect(await tracesOf(office, office.emailOf('new'))).toEqual([]);
    expect(await statsOf(office, workflow.workflowId)).toMatchObject({ total: 2, synced: 2 });
  }, 120_000);

  it('is part of no later workflow and of no backfill', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.produce([office.order('ada', past)]);
    await office.settled(1);
    await pass(31);
    await expired(office);
    const second = await office.workflow(targets({ activeSince: new Date(Date.now() - 60_000).toISOString() }));
    const started = await eventually(async () => {
      const { data } = await world.ask<{ startBackfill: { backfill: { id: string } | null } }>(
        office.boxOfficeId,
        'mutation ($input: BackfillInput!) { startBackfill(input: $input) { backfill { id } } }',
        { input: { workflowId: second.workflowId, mode: 'ONE_BY_ONE' } },
      );
      // sync may not know the second workflow yet.
      return data!.startBackfill.backfill!.id;
    });
    await eventually(async () =>
      expect(await world.mongo.collection('backfills').findOne({ _id: started as never })).toMatchObject({
        status: 'DONE',
        seen: 0,
      }),
    );
    await marked(office, 'marker', 2);
    expect(await statsOf(office, second.workflowId)).toMatchObject({ total: 1 });
  }, 120_000);

  it('is ignored when a backfill reads it at Ticket Tailor, and a plan says so', async () => {
    const office = await createOffice(world);
    const apiKey = `sk_test_${office.boxOfficeId}`;
    await world.ticketTailor.boxOffice(office.boxOfficeId, apiKey);
    world.ticketTailorKeys.set(office.boxOfficeId, apiKey);
    const { workflowId } = await office.workflow(targets());
    await world.ticketTailor.seedOrders(office.boxOfficeId, {
      count: 2,
      createdFrom: 1_700_000_000,
      id: `or_${office.boxOfficeId.slice(-8)}_#`,
      email: office.emailOf('b#'),
    });
    await world.produce([office.order('1', { ...past, buyer: { email: office.emailOf('b1') } })]);
    await office.settled(1);
    await pass(31);
    await expired(office);
    const input = { workflowId, mode: 'ONE_BY_ONE', source: 'TICKET_TAILOR' };
    const { data } = await world.ask<{ planBackfill: { plan: { decisions: object[] } } }>(
      office.boxOfficeId,
      'mutation ($input: BackfillInput!) { planBackfill(input: $input) { plan { decisions { code count } } } }',
      { input },
    );
    expect(data?.planBackfill.plan.decisions).toEqual(
      expect.arrayContaining([
        { code: 'ORDER_EXPIRED', count: 1 },
        { code: 'GO', count: 1 },
      ]),
    );
    await world.ask(
      office.boxOfficeId,
      'mutation ($input: BackfillInput!) { startBackfill(input: $input) { backfill { id } } }',
      { input },
    );
    const made = await office.settled(1);
    expect(made.map(({ order }) => order.id)).not.toContain(`or_${office.boxOfficeId.slice(-8)}_1`);
    await eventually(async () =>
      expect(await world.mongo.collection('backfills').findOne({ boxOfficeId: office.boxOfficeId })).toMatchObject({
        status: 'DONE',
        seen: 2,
      }),
    );
    expect(await office.deliveries()).toHaveLength(1);
    expect(await tracesOf(office, office.emailOf('b1'))).not.toContain('orders');
  }, 120_000);

  it('starts to age at the first check if it was stored without an age', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.produce([office.order('ada', past)]);
    await office.settled(1);
    await pass(20);
    await world.mongo.collection('orders').updateOne({ boxOfficeId: office.boxOfficeId }, { $unset: { agesFrom: 1 } });
    await eventually(async () => expect(await ordersOf(office)).toMatchObject([{ agesFrom: expect.any(Date) }]));
    const other = await createOffice(world);
    await other.workflow(targets());
    await world.produce([other.order('bob', past)]);
    await other.settled(1);
    await pass(20);
    expect(await ordersOf(office)).toMatchObject([{ email: office.emailOf('ada') }]);
    await pass(11);
    await expired(office);
    await expired(other);
  }, 120_000);

  it('stays while one of its deliveries is open, and for the full retention after that has settled', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await office.workflow(targets({ status: 'PAUSED' }));
    const other = await createOffice(world);
    await other.workflow(targets());
    world.broken.add(office.connectionId);
    await world.produce([office.order('ada', past), other.order('bob', past)]);
    await office.until(2, ({ status }) => status === 'WAITING' || status === 'SKIPPED');
    await other.settled(1);
    await pass(40);
    await expired(other);
    expect(await ordersOf(office)).toMatchObject([{ email: office.emailOf('ada') }]);
    expect(await office.deliveries()).toHaveLength(2);

    world.broken.delete(office.connectionId);
    await office.publishConnection();
    await office.until(2, ({ status }) => status === 'SYNCED' || status === 'SKIPPED');
    expect(await office.contact('ada')).toMatchObject({ list_memberships: [listId] });
    await pass(20);
    await world.produce([other.order('cid', past)]);
    await eventually(async () => expect(await ordersOf(other)).toHaveLength(2));
    await pass(11);
    await expired(office);
  }, 120_000);

  it('stays until its event is over', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const ahead = new Date(Date.now() + world.moment.aheadMs + 100 * dayMs).toISOString().slice(0, 10);
    const upcoming = { event_summary: { id: 'ev_1', name: 'Gala', start_date: { date: ahead } } };
    await world.produce([office.order('ada', upcoming), office.order('bob', past)]);
    await office.settled(2);
    await pass(60);
    await expired(office);
    expect((await office.deliveries()).map(({ order }) => order.id.split('_').at(-1))).toEqual(['ada']);
    await pass(80);
    await expired(office, 2);
  }, 120_000);
});

describe('the writes of an expired order', () => {
  it('are not overwritten by an older order of the same buyer that comes later', async () => {
    const office = await createOffice(world);
    await office.workflow(targets({ fieldMapping: [] }));
    await world.produce([office.order('ada', { ...past, time: at(5), buyer: { first_name: 'Newer', phone: null } })]);
    await office.settled(1);
    await pass(31);
    await expired(office);
    const older = { email: office.emailOf('ada'), first_name: 'Older', phone: '555 01' };
    await world.produce([office.order('late', { ...past, time: at(1), buyer: older })]);
    await office.settled(1);
    expect(await office.contact('ada')).toMatchObject({ first_name: 'Newer' });
    const phones = (await office.contact('ada')) as { phone_numbers?: { phone_number: string }[] } | undefined;
    expect(phones?.phone_numbers?.map(({ phone_number: phone }) => phone)).toEqual(['555 01']);
  }, 120_000);

  it('are not undone when another order of the same buyer is cancelled', async () => {
    const office = await createOffice(world);
    await office.workflow(targets({ onCancelledOrder: 'REMOVE_TAGS_AND_LISTS' }));
    const buyer = { email: office.emailOf('ada') };
    await world.produce([office.order('ada', { ...past, time: at(1) })]);
    await office.settled(1);
    await pass(31);
    await expired(office);
    await world.produce([office.order('second', { ...past, time: at(2), buyer })]);
    await office.settled(1);
    await world.produce([office.order('second', { ...past, time: at(3), status: 'cancelled', buyer })]);
    await office.until(1, ({ reason }) => reason?.code === 'TAKEN_BACK');
    expect(await office.contact('ada')).toMatchObject({ list_memberships: [listId], taggings: [tagId] });
  }, 120_000);

  it('are removed when the buyer is erased, and only the erasure document stays', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const event = office.order('ada', past);
    await world.produce([event]);
    await office.settled(1);
    await pass(31);
    await expired(office);
    expect(await tracesOf(office, office.emailOf('ada'))).toContain('expired_writes');
    await erase(office, office.emailOf('ada'));
    expect(await tracesOf(office, office.emailOf('ada'))).toEqual([]);
    expect(await world.mongo.collection('erasures').countDocuments({ boxOfficeId: office.boxOfficeId })).toBe(1);
    await world.produce([event, office.order('again', { ...past, buyer: { email: office.emailOf('ada') } })]);
    await office.until(1, ({ reason }) => reason?.code === 'BUYER_ERASED');
    expect(await tracesOf(office, office.emailOf('ada'))).toEqual([]);
  }, 120_000);
});

describe('deliveries that are older than the retention', () => {
  it('are not requeued', async () => {
    const office = await createOffice(world);
    await office.workflow(targets({ status: 'PAUSED' }));
    const waits = await office.workflow(targets({ status: 'PAUSED', whenPaused: 'WAIT' }));
    await world.produce([office.order('ada', past)]);
    await office.until(2, ({ status }) => status === 'SKIPPED' || status === 'WAITING');
    expect(await retrySkipped(office)).toBe(1);
    await office.until(2, ({ reason }) => reason !== null);
    await pass(31);
    expect(await retrySkipped(office)).toBe(0);
    // A waiting delivery keeps its order, and continues when it is released.
    await world.publishWorkflow({ ...waits, status: 'ACTIVE', version: 2 });
    await office.until(2, ({ status }) => status === 'SKIPPED' || status === 'SYNCED');
  }, 120_000);
});

describe('a dead letter', () => {
  it('is kept for its own retention, and none is kept of an expired order', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.produce([office.order('ada', past)]);
    await office.settled(1);
    const bad = (who: string) => ({
      key: `${office.boxOfficeId}:or_${office.boxOfficeId.slice(-8)}_${who}`,
      value: '{ "not": "an order" }',
      headers: { 'dead-letter-at': new Date(Date.now() + world.moment.aheadMs).toISOString() },
    });
    const putAside = (...messages: ReturnType<typeof bad>[]) =>
      world.publish(deadLetterTopicOf(topics.orders.name), messages);
    await putAside(bad('bob'));
    await eventually(async () => expect(await letters(office)).toEqual(['bob']));
    await pass(6);
    expect(await letters(office)).toEqual([]);
    await pass(31);
    await expired(office);
    await putAside(bad('ada'), bad('cid'));
    await eventually(async () => expect(await letters(office)).toEqual(['cid']));
  }, 120_000);
});

it('the graph shows for how long history is kept', async () => {
  const office = await createOffice(world);
  const { data } = await world.ask(
    office.boxOfficeId,
    '{ boxOffice { retention { historyDays deadLetterDays } } }',
    {},
    'viewer',
  );
  expect(data).toEqual({ boxOffice: { retention: { historyDays: 30, deadLetterDays: 5 } } });
});
