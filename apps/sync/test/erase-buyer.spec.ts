import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { createHmac } from 'node:crypto';
import { createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
}, 120_000);
afterAll(() => world?.close(), 30_000);
afterEach(async () => {
  await world.sandbox.clearFaults();
  await world.sandbox.clock(null);
});

type Office = Awaited<ReturnType<typeof createOffice>>;
type Role = Parameters<World['ask']>[3];

const gives = () => ({
  lists: { fixed: [listId], perEvent: false },
  tags: { fixed: [tagId], event: false, ticketTypes: false },
});

interface Erasure {
  readonly status: string;
  readonly contacts: { readonly connection: { readonly id: string }; readonly state: string }[];
  readonly remains: string[];
}
const fields = 'status contacts { connection { id } state } remains';

const erase = async (office: Office, email: string, deleteContact = false, role: Role = 'owner') => {
  const { data, errors } = await world.ask<{
    eraseBuyer: { erasure: Erasure | null; userErrors: { code: string; field: string[] }[] };
  }>(
    office.boxOfficeId,
    `mutation ($input: EraseBuyerInput!) { eraseBuyer(input: $input) { erasure { ${fields} } userErrors { code field } } }`,
    { input: { email, deleteContact } },
    role,
  );
  return { ...data?.eraseBuyer, errors };
};
const erasure = async (office: Office, email: string): Promise<Erasure | null> => {
  const { data } = await world.ask<{ boxOffice: { buyerErasure: Erasure | null } }>(
    office.boxOfficeId,
    `query ($email: String!) { boxOffice { buyerErasure(email: $email) { ${fields} } } }`,
    { email },
    'owner',
  );
  return data!.boxOffice.buyerErasure;
};
/** Lets the time pass in which calls may still be under way, and in which a process that died keeps others away, until the end. */
const done = (office: Office, email: string): Promise<Erasure> =>
  eventually(
    async () => {
      world.moment.aheadMs += 2 * 60_000;
      const seen = await erasure(office, email);
      expect(seen?.status).toBe('DONE');
      return seen!;
    },
    { everyMs: 200 },
  );

const exportOf = async (office: Office, email: string, role: Role = 'manager') => {
  const { data, errors } = await world.ask<{ exportBuyer: { export: Exported | null; userErrors: object[] } }>(
    office.boxOfficeId,
    'mutation ($input: ExportBuyerInput!) { exportBuyer(input: $input) { export userErrors { code field } } }',
    { input: { email } },
    role,
  );
  return { ...data?.exportBuyer, errors };
};
interface Exported {
  readonly complete: boolean;
  readonly orders: Record<string, unknown>[];
  readonly deliveries: Record<string, unknown>[];
  readonly contacts: Record<string, unknown>[];
  readonly deadLetters: Record<string, unknown>[];
  readonly erasure: object | null;
}

/** In which collections the address, or the hash by which the person is found, stands; but for the entry that shuts them out. */
const tracesOf = async ({ boxOfficeId }: Office, email: string): Promise<string[]> => {
  const hash = createHmac('sha256', world.config.EMAIL_HASH_KEY).update(`${boxOfficeId}\n${email}`).digest('base64url');
  const found: string[] = [];
  for (const { name } of await world.mongo.listCollections()) {
    for (const document of await world.mongo.collection(name).find().toArray()) {
      const { _id, ...rest } = document as { _id: unknown };
      const text = JSON.stringify(name === 'erasures' ? rest : { _id, ...rest }, (_, value: unknown) =>
        typeof value === 'object' && value !== null && '$binary' in value ? String(value.$binary) : value,
      );
      const bytes = ((rest as { original?: { value: { buffer: Uint8Array } } }).original?.value.buffer ??
        []) as Uint8Array;
      if (text.includes(email) || text.includes(hash) || Buffer.from(bytes).toString().includes(email))
        found.push(name);
    }
  }
  return [...new Set(found)];
};

const statsOf = async (office: Office, id: string) => {
  const { data } = await world.ask<{ _entities: { stats: Record<string, number> }[] }>(
    office.boxOfficeId,
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Workflow { stats { total synced skipped failed pending } } } }`,
    { of: [{ __typename: 'Workflow', id }] },
  );
  return data?._entities[0]?.stats;
};

const marker = async (office: Office, count: number): Promise<void> => {
  await world.produce([office.order(`marker${count}`, { marketing_opt_in: 'true' })]);
  await office.settled(count);
};

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

/** Where nothing of a person is left, whatever comes. */
const expectErased = async (office: Office, who: string): Promise<void> => {
  expect(await tracesOf(office, office.emailOf(who))).toEqual([]);
  const about = (await office.deliveries()).filter(({ order }) => order.id.endsWith(`_${who}`));
  expect(about.map(({ contactId }) => contactId)).toEqual(about.map(() => null));
};

describe('what is exported of a buyer', () => {
  it('is everything that is kept: orders, deliveries with consent and attempts, contact, dead letters', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
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
          gave: { listIds: [listId], tagIds: [tagId] },
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
    const workflow = await office.workflow(gives());
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

  it('is brought back by no replay, no redelivered or new order, and no backfill', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
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
    const second = await office.workflow(gives());
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

  it('stays erased when deliveries are tried again', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
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

  it('does not keep a later buyer of the same order out', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
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
    await other.workflow(gives());
    await world.produce([other.order('ada', { buyer: { email } })]);
    await other.settled(1);
    await erase(office, email);
    await world.produce([other.order('next', { buyer: { email } })]);
    expect((await other.settled(2)).map(({ status }) => status)).toEqual(['SYNCED', 'SYNCED']);
    expect((await exportOf(other, email)).export?.orders).toHaveLength(2);
  });

  it('is erased by owners only, and a bad address is told as data', async () => {
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
});

describe('buyers who are erased while their orders come in', () => {
  it('are in no collection, whichever came first', async () => {
    const office = await createOffice(world);
    await office.workflow({ ...gives(), whenNotOptedIn: 'SKIP' });
    const people = Array.from({ length: 150 }, (_, index) => `p${index}`);
    const orders = people.map((who) => office.order(who, { marketing_opt_in: 'false' }));
    await Promise.all([world.produce(orders), ...people.map((who) => erase(office, office.emailOf(who)))]);
    const seen = await office.settled(people.length);
    expect(seen.every(({ reason }) => reason?.code === 'BUYER_ERASED' || reason?.code === 'NOT_OPTED_IN')).toBe(true);
    await marker(office, people.length + 1);
    const traces = await Promise.all(people.map((who) => tracesOf(office, office.emailOf(who))));
    expect(traces.flat()).toEqual([]);
  }, 40_000);
});

describe('the contact of an erased buyer', () => {
  it('is deleted when asked for, and what remains is said plainly', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
    const email = office.emailOf('ada');
    await world.produce([office.order('ada'), office.order('bob')]);
    await office.settled(2);
    await erase(office, email, true);
    await eventually(async () => {
      expect((await office.contact('ada'))?.deleted_at).toBeDefined();
    });
    const end = await done(office, email);
    expect(end.contacts).toEqual([{ connection: { id: office.connectionId }, state: 'DELETED' }]);
    expect(end.remains.join(' ')).toMatch(/ask their support to erase the contact/);
    expect((await office.contact('bob'))?.deleted_at).toBeUndefined();
    await expectErased(office, 'ada');
  });

  it('is deleted again when a call that was on its way has brought it back', async () => {
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

  it('is waited for when the connection needs a new sign-in, and the address is kept no longer than that', async () => {
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
  it('is finished by another from its first write on', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
    const email = office.emailOf('ada');
    await world.produce([office.order('ada')]);
    await office.settled(1);
    // All that the first process had written when it was killed.
    const hash = (await world.mongo.collection('deliveries').findOne({ connectionId: office.connectionId }))
      ?.emailHash as string;
    await world.mongo.collection('erasures').insertOne({
      _id: hash as never,
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

  it('is finished by another when the first stands still in the middle', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
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
  }, 40_000);

  it('lets an event be forgotten that was half taken in', async () => {
    const office = await createOffice(world);
    await office.workflow(gives());
    const email = office.emailOf('ada');
    await world.produce([office.order('ada')]);
    await office.settled(1);
    await erase(office, email);
    // What an intake had written that read before the erasure and was killed after its write.
    const hash = createHmac('sha256', world.config.EMAIL_HASH_KEY)
      .update(`${office.boxOfficeId}\n${email}`)
      .digest('base64url');
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
