import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { erasuresIn } from './erasures';
import { createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
let { erase, erasure, done, hashOf, exportOf, tracesOf, statsOf, expectErased, marker } = {} as ReturnType<
  typeof erasuresIn
>;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
  ({ erase, erasure, done, hashOf, exportOf, tracesOf, statsOf, expectErased, marker } = erasuresIn(world));
}, 120_000);
afterAll(() => world?.close(), 30_000);

const targets = () => ({
  lists: { fixed: [listId], perEvent: false },
  tags: { fixed: [tagId], event: false, ticketTypes: false },
});

describe('the export of a buyer', () => {
  it('holds everything: orders, deliveries with consent and attempts, contact, dead letters', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const email = office.emailOf('ada');
    await world.publish(topics.orders.name, [
      { key: `${office.boxOfficeId}:or_bad`, value: JSON.stringify({ data: { buyer_details: { email } } }) },
    ]);
    await world.produce([office.order('ada', { buyer: { phone: '0123' } }), office.order('bob')]);
    await office.settled(2);
    const { export: exported } = await eventually(async () => {
      const answer = await exportOf(office, ` ${email.toUpperCase()} `);
      expect(answer.export?.deadLetters).toHaveLength(1);
      return answer;
    });
    expect(exported).toMatchObject({
      complete: true,
      orders: [{ email, firstName: 'Ada', phone: '0123', optIn: 'OPTED_IN' }],
      deliveries: [
        {
          status: 'SYNCED',
          consent: { value: 'OPTED_IN' },
          attempts: [{ call: 'create contact', answer: 'OK' }],
          added: { listIds: [listId], tagIds: [tagId] },
        },
      ],
      contacts: [{ connectionId: office.connectionId, permission: 'explicit' }],
      deadLetters: [{ code: 'BAD_EVENT' }],
      erasure: null,
    });
    expect(String(exported?.deadLetters[0]?.body)).toContain(email);
    expect(JSON.stringify(exported)).not.toContain(office.emailOf('bob'));
  });

  it('is for managers and owners, of their own box office', async () => {
    const office = await createOffice(world);
    const foreign = await createOffice(world);
    await world.produce([office.order('ada', { id: `or_a_${office.boxOfficeId}` })]);
    await eventually(async () => {
      expect((await exportOf(office, office.emailOf('ada'))).export?.orders).toHaveLength(1);
    });
    expect((await exportOf(office, office.emailOf('ada'), 'viewer')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await exportOf(foreign, office.emailOf('ada'), 'owner')).export).toMatchObject({
      orders: [],
      deliveries: [],
      contacts: [],
    });
    expect(await exportOf(office, ' ')).toMatchObject({
      userErrors: [{ code: 'BAD_INPUT', field: ['input', 'email'] }],
    });
  });
});

describe('an erased buyer', () => {
  it('is in no collection, while outcomes stay and statistics add up', async () => {
    const office = await createOffice(world);
    const workflow = await office.workflow(targets());
    const email = office.emailOf('ada');
    await world.publish(topics.orders.name, [
      { key: `${office.boxOfficeId}:or_bad`, value: `{ "buyer": "${email.replace('@', '\\u0040')}", ` },
    ]);
    await world.produce([office.order('ada'), office.order('bob')]);
    await office.settled(2);
    await eventually(async () => {
      expect(await tracesOf(office, email)).toEqual(
        expect.arrayContaining(['orders', 'deliveries', 'contacts', 'dead_letters']),
      );
    });

    expect(await erase(office, email.toUpperCase())).toMatchObject({ erasure: { contacts: [] }, userErrors: [] });
    await expectErased(office, 'ada');
    const seen = await office.deliveries();
    expect(seen.map(({ status, reason }) => [status, reason?.code])).toEqual([
      ['SYNCED', 'SYNCED'],
      ['SYNCED', 'SYNCED'],
    ]);
    expect(await statsOf(office, workflow.workflowId)).toEqual({
      total: 2,
      synced: 2,
      skipped: 0,
      failed: 0,
      pending: 0,
    });
    expect((await exportOf(office, office.emailOf('bob'))).export?.orders).toHaveLength(1);
    expect((await exportOf(office, email)).export).toMatchObject({ orders: [], deliveries: [], deadLetters: [] });
    expect(await office.contact('ada')).not.toHaveProperty('deleted_at');
  });

  it('is not brought back by a replay, a redelivered or new order, or a backfill', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const email = office.emailOf('ada');
    const event = office.order('ada', { time: '2026-07-01T10:00:00Z' });
    await world.produce([event]);
    await office.settled(1);
    await erase(office, email);

    const again = office.order('ada', { time: '2026-07-03T10:00:00Z' });
    const without = office.order('ada', { time: '2026-07-04T10:00:00Z', buyer: { email: null, phone: '0123' } });
    const fresh = office.order('ada', { id: `or_new_${office.boxOfficeId}_ada` });
    await world.produce([event, again, without, fresh]);
    await world.publish(topics.orders.name, [
      { key: `${office.boxOfficeId}:or_bad`, value: `to:${email};` },
      { key: `${office.boxOfficeId}:${event.data.id}`, value: 'Ada Example, 0123, no JSON' },
    ]);
    await world.publish(topics.orders.name, [{ key: `${office.boxOfficeId}:${event.data.id}`, value: email }]);
    await world.publish(topics.orders.name, [{ key: `${office.boxOfficeId}:or_marker`, value: 'no JSON' }]);
    await eventually(async () => {
      const letters = await world.mongo.collection('dead_letters').find({ boxOfficeId: office.boxOfficeId }).toArray();
      expect(letters).toMatchObject([{ orderId: 'or_marker' }]);
    });
    const second = await office.workflow(targets());
    await marker(office, 6);
    const seen = await office.deliveries();
    const ofFresh = seen.filter(({ order }) => order.id === fresh.data.id);
    expect(ofFresh.map(({ status, reason }) => [status, reason?.code])).toEqual([
      ['SKIPPED', 'BUYER_ERASED'],
      ['SKIPPED', 'BUYER_ERASED'],
    ]);
    const ofSecond = seen.filter(
      ({ workflow, order }) => workflow.id === second.workflowId && order.id.endsWith('_ada'),
    );
    expect(ofSecond.every(({ reason }) => reason?.code === 'BUYER_ERASED')).toBe(true);
    await expectErased(office, 'ada');
    const orders = await world.mongo.collection('orders').find({ boxOfficeId: office.boxOfficeId }).toArray();
    const theirs = orders.filter(({ _id }) => String(_id).endsWith('_ada'));
    expect(theirs.map(({ phone, firstName }) => [phone as unknown, firstName as unknown])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it('stays erased when deliveries are retried', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.produce([office.order('ada', { marketing_opt_in: 'false' })]);
    await office.settled(1);
    await erase(office, office.emailOf('ada'));
    const { data } = await world.ask<{ retryDeliveries: { accepted: number } }>(
      office.boxOfficeId,
      'mutation { retryDeliveries(input: { filter: { statuses: [SKIPPED] } }) { accepted } }',
    );
    expect(data?.retryDeliveries.accepted).toBe(1);
    await office.until(1, ({ reason }) => reason?.code === 'BUYER_ERASED');
    expect(await office.contacts()).toEqual([]);
    await expectErased(office, 'ada');
  });

  it('does not block a later buyer of the same order', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.produce([office.order('ada', { time: '2026-07-01T10:00:00Z', buyer: { phone: '0123' } })]);
    await office.settled(1);
    await erase(office, office.emailOf('ada'));
    await world.produce([
      office.order('ada', { time: '2026-07-02T10:00:00Z', buyer: { email: office.emailOf('bob') } }),
    ]);
    await eventually(async () => {
      expect(await office.contact('bob')).toMatchObject({ list_memberships: [listId] });
    });
    await office.settled(1);
    expect(await tracesOf(office, office.emailOf('ada'))).toEqual([]);
    expect((await exportOf(office, office.emailOf('bob'))).export?.orders).toMatchObject([{ phone: null }]);
  });

  it('of one box office is left alone in another', async () => {
    const [office, other] = [await createOffice(world), await createOffice(world)];
    const email = office.emailOf('ada');
    await other.workflow(targets());
    await world.produce([other.order('ada', { buyer: { email } })]);
    await other.settled(1);
    await erase(office, email);
    await world.produce([other.order('next', { buyer: { email } })]);
    expect((await other.settled(2)).map(({ status }) => status)).toEqual(['SYNCED', 'SYNCED']);
    expect((await exportOf(other, email)).export?.orders).toHaveLength(2);
  });

  it('is erased by owners only, and a bad address is a user error', async () => {
    const office = await createOffice(world);
    for (const role of ['viewer', 'manager'] as const)
      expect((await erase(office, office.emailOf('ada'), false, role)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await erase(office, '')).toMatchObject({
      erasure: null,
      userErrors: [{ code: 'BAD_INPUT', field: ['input', 'email'] }],
    });
    expect(await erasure(office, office.emailOf('ada'))).toBeNull();
  });
});

describe('the contact of an erased buyer', () => {
  it('is deleted on request, and the erasure says plainly what remains', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const email = office.emailOf('ada');
    await world.produce([office.order('ada'), office.order('bob')]);
    await office.settled(2);
    await erase(office, email, true);
    await eventually(async () => {
      expect((await office.contact('ada'))?.deleted_at).toBeDefined();
    });
    const end = await done(office, email);
    expect(end.contacts).toEqual([{ connection: { id: office.connectionId }, state: 'DELETED' }]);
    expect(end.remains.join(' ')).toMatch(/Ask Constant Contact support to erase the contact/);
    expect((await office.contact('bob'))?.deleted_at).toBeUndefined();
    await expectErased(office, 'ada');
  });

  it('is deleted once the connection works again, and the address is kept no longer than that', async () => {
    const office = await createOffice(world);
    const email = office.emailOf('ada');
    await world.sandbox.seed('riverside', { email, permission_to_send: 'explicit' });
    world.broken.add(office.connectionId);
    await erase(office, email, true);
    world.moment.aheadMs += 5 * 60_000;
    await eventually(async () => {
      expect(await erasure(office, email)).toMatchObject({ status: 'RUNNING', contacts: [{ state: 'PENDING' }] });
    });
    expect(await tracesOf(office, email)).toEqual(['erasures']);
    world.broken.delete(office.connectionId);
    expect((await done(office, email)).contacts).toMatchObject([{ state: 'DELETED' }]);
    expect(await tracesOf(office, email)).toEqual([]);
  });
});

describe('an erasure whose process has died', () => {
  it('is finished by another process from its first write on', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const email = office.emailOf('ada');
    await world.produce([office.order('ada')]);
    await office.settled(1);
    // All that the first process had written when it was killed.
    await world.mongo.collection('erasures').insertOne({
      _id: hashOf(office, email) as never,
      boxOfficeId: office.boxOfficeId,
      requestedAt: new Date(),
      status: 'RUNNING',
      deletesContact: true,
      email,
      quietAt: null,
      contacts: [],
      tries: 0,
      nextAt: new Date(),
      version: 1,
    });
    expect((await done(office, email)).contacts).toMatchObject([{ state: 'DELETED' }]);
    await expectErased(office, 'ada');
  });

  it('is finished by another process when the first one stalls in the middle', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const email = office.emailOf('ada');
    await world.produce([office.order('ada')]);
    await office.settled(1);
    const release = world.hold(office.connectionId);
    await erase(office, email, true);
    const another = await world.startAnother();
    try {
      expect((await done(office, email)).contacts).toMatchObject([{ state: 'DELETED' }]);
      expect((await office.contact('ada'))?.deleted_at).toBeDefined();
      await expectErased(office, 'ada');
    } finally {
      release();
      await another.close();
    }
  }, 120_000);

  it('also removes an event that was half stored', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const email = office.emailOf('ada');
    await world.produce([office.order('ada')]);
    await office.settled(1);
    await erase(office, email);
    // An intake had read before the erasure, and was killed after it wrote this.
    const hash = hashOf(office, email);
    await world.mongo
      .collection('orders')
      .updateOne({ boxOfficeId: office.boxOfficeId }, { $set: { email, emailHash: hash, erased: false } });
    await world.mongo
      .collection('deliveries')
      .updateOne({ boxOfficeId: office.boxOfficeId }, { $set: { emailHash: hash } });
    await done(office, email);
    await expectErased(office, 'ada');
  });
});
