import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { callsDuring, createOffice, createWorld, type World } from './world';

/*
 * Existing contacts are updated by an import, which accepts North American numbers only. sync left out every other
 * phone for good, and decided that by whether it began with `+` or `00`.
 */

const follows = 'the phone follows when calls are left: an import takes North American numbers only';

/** Numbers of the world as buyers write them, each with the number that a person would dial. */
const spellings = [
  ['+442079460000', '+442079460000'],
  ['+44 20 7946 0001', '+442079460001'],
  ['(+44) 20 7946 0002', '+442079460002'],
  ['+44 (0)20 7946 0003', '+442079460003'],
  ['0044 20 7946 0004', '+442079460004'],
  ['011 44 20 7946 0005', '+442079460005'],
  ['tel:+44-20-7946-0006', '+442079460006'],
  ['＋44 20 7946 0007', '+442079460007'],
  ['+٤٤ ٢٠ ٧٩٤٦ ٠٠٠٨', '+442079460008'],
  ['020 7946 0009', '+442079460009'],
  ['+49 30 123456', '+4930123456'],
  ['+44 20 7946 0011 x5', '+442079460011'],
] as const;
const whoOf = (index: number): string => `buyer${index}`;

const open: World[] = [];
afterAll(async () => {
  for (const world of open) await world.close();
}, 120_000);
const aWorld = async (env: Record<string, string> = {}): Promise<World> => {
  const world = await createWorld({ GATHER_MIN_MS: '0', GATHER_MAX_MS: '0', ...env });
  open.push(world);
  return world;
};

type Office = Awaited<ReturnType<typeof createOffice>>;
interface Phoned {
  readonly phone_numbers: readonly { readonly phone_number: string; readonly kind: string }[];
}
const phonesOf = async (office: Office, who: string): Promise<string[]> =>
  ((await office.contact(who)) as Phoned | undefined)?.phone_numbers.map(({ phone_number: phone }) => phone) ?? [];
const seed = async (world: World, office: Office, who: string, given: object = {}): Promise<void> => {
  await world.sandbox.seed('riverside', {
    email: office.emailOf(who),
    permission_to_send: 'explicit',
    first_name: 'Old',
    ...given,
  });
};
/** Produces orders that become ready together, and so are planned together. */
const begunTogether = async (world: World, office: Office, orders: readonly ReturnType<Office['order']>[]) => {
  world.broken.add(office.connectionId);
  await world.produce(orders);
  await eventually(async () => {
    const waiting = (await office.deliveries()).filter(({ reason }) => reason?.code === 'CONNECTION_NEEDS_RECONNECT');
    expect(waiting.length).toBe(orders.length);
  });
  world.broken.delete(office.connectionId);
  await office.publishConnection();
};
const together = async (world: World, office: Office, orders: readonly ReturnType<Office['order']>[]) => {
  const before = (await office.deliveries()).length;
  await begunTogether(world, office, orders);
  await office.settled(before + orders.length);
};

describe('the phone of a contact that exists', () => {
  let world: World;
  beforeAll(async () => {
    world = await aWorld();
  }, 120_000);
  const anOffice = async (countryCode = 'GB'): Promise<Office> => {
    const office = await createOffice(world, { countryCode });
    await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    return office;
  };

  it('is added with the order, from any country and in any spelling', async () => {
    const office = await anOffice();
    for (const index of spellings.keys()) await seed(world, office, whoOf(index), { job_title: 'Baker' });
    const orders = spellings.map(([phone], index) =>
      office.order(whoOf(index), { buyer: { first_name: 'Ada', phone } }),
    );
    await together(world, office, orders);
    for (const [index, [phone]] of spellings.entries()) {
      expect([phone, await phonesOf(office, whoOf(index))]).toEqual([phone, [phone]]);
      expect(await office.contact(whoOf(index))).toMatchObject({
        first_name: 'Ada',
        job_title: 'Baker',
        list_memberships: [world.listIds[0]],
        email_address: { permission_to_send: 'explicit' },
      });
    }
    for (const { status, performed } of await office.deliveries()) {
      expect(status).toBe('SYNCED');
      expect(performed).toContain('added the phone');
    }
  }, 120_000);

  it('costs no further call if the contact has it in any format, and is not added twice', async () => {
    const office = await anOffice();
    const again = spellings.map(([, dialled]) => dialled);
    for (const [index, [phone]] of spellings.entries())
      await seed(world, office, whoOf(index), { phones: [{ phone_number: phone, kind: 'mobile' }] });
    // A number with an extension differs from the number without it.
    const orders = again
      .slice(0, -1)
      .map((phone, index) => office.order(whoOf(index), { buyer: { phone: phone.replace(/(\d{4})$/, ' $1') } }));
    const calls = await callsDuring(world, () => together(world, office, orders));
    expect(calls['PUT /contacts/:id']).toBeUndefined();
    const second = orders.map((order) => ({ ...order, data: { ...order.data, id: `${order.data.id}b` } }));
    const more = await callsDuring(world, () => together(world, office, second));
    expect(more['PUT /contacts/:id']).toBeUndefined();
    expect(more['POST /activities/contacts_json_import']).toBe(1);
    for (const [index, [phone]] of spellings.entries()) expect(await phonesOf(office, whoOf(index))).toEqual([phone]);
  }, 120_000);

  it('is added by the import if it is North American', async () => {
    const office = await anOffice('US');
    const given = ['781 555 0100', '(781) 555-0101', '+1 416 555 0102', '1.781.555.0103'];
    for (const index of given.keys()) await seed(world, office, whoOf(index));
    const orders = given.map((phone, index) => office.order(whoOf(index), { buyer: { phone } }));
    const calls = await callsDuring(world, () => together(world, office, orders));
    expect(calls['PUT /contacts/:id']).toBeUndefined();
    const phones = await Promise.all(given.map((_, index) => phonesOf(office, whoOf(index))));
    expect(phones).toEqual([['781-555-0100'], ['781-555-0101'], ['416-555-0102'], ['781-555-0103']]);
  }, 120_000);

  it('replaces another of its kind on a contact with three, and nothing that somebody entered', async () => {
    const office = await anOffice();
    const three = (kind: string) =>
      ['home', 'mobile', kind].map((each, index) => ({ phone_number: `+44 20 7946 01${index}0`, kind: each }));
    await seed(world, office, 'replaces', { phones: three('other') });
    await seed(world, office, 'full', { phones: three('work') });
    await together(
      world,
      office,
      ['replaces', 'full'].map((who) => office.order(who, { buyer: { phone: '+44 20 7946 0999' } })),
    );
    expect(await phonesOf(office, 'replaces')).toEqual(['+44 20 7946 0100', '+44 20 7946 0110', '+44 20 7946 0999']);
    expect(await phonesOf(office, 'full')).toEqual(['+44 20 7946 0100', '+44 20 7946 0110', '+44 20 7946 0120']);
    const histories = (await office.deliveries()).map(({ performed }) => performed);
    expect(histories.flat()).toContain('left out the phone: the contact already has three phone numbers');
  }, 120_000);

  // An import and the sign-up form included the number, which removed a phone that somebody had entered.
  it.each([
    ['an import', 'explicit'],
    ['the sign-up form', 'not_set'],
  ])(
    'removes nothing that somebody entered if it would be added by %s',
    async (_, permission) => {
      const office = await anOffice('US');
      const three = ['home', 'mobile', 'work'].map((kind, index) => ({ phone_number: `781-555-020${index}`, kind }));
      await seed(world, office, 'full', { phones: three, permission_to_send: permission });
      await together(world, office, [office.order('full', { buyer: { phone: '781 555 0100' } })]);
      expect(await phonesOf(office, 'full')).toEqual(three.map(({ phone_number: phone }) => phone));
      expect(await office.contact('full')).toMatchObject({ list_memberships: [world.listIds[0]] });
      expect(await office.deliveries()).toMatchObject([
        {
          performed: expect.arrayContaining([
            'left out the phone: the contact already has three phone numbers',
          ]) as unknown,
        },
      ]);
    },
    60_000,
  );

  // Constant Contact shows a contact some time after the import that creates it. A read that came too early ended the
  // phone for good.
  it('is added by a later read if the first does not find the contact', async () => {
    const office = await createOffice(world, { countryCode: 'GB' });
    await office.workflow({ createsContacts: false });
    await world.produce([office.order('late', { buyer: { phone: '+44 20 7946 0999' } })]);
    await office.settled(1);
    const deliveries = world.mongo.collection('deliveries');
    const { _id: deliveryId, emailHash, orderKey } = (await deliveries.findOne({ boxOfficeId: office.boxOfficeId }))!;
    await deliveries.updateOne({ _id: deliveryId }, { $set: { performed: [follows] } });
    // sync records the phone before it sends the import that creates the contact.
    const latePhones = world.mongo.collection('late_phones');
    const { connectionId } = office;
    const note = { connectionId, emailHash: emailHash as string, orderKey: orderKey as string, deliveryId, tries: 0 };
    await latePhones.insertOne({ ...note, readyAt: new Date() });
    await world.produce([office.order('marker')]);
    await eventually(async () => expect(await latePhones.findOne({ connectionId })).toMatchObject({ misses: 1 }));
    const lateHistory = async () =>
      (await office.deliveries()).find(({ order }) => order.id.endsWith('_late'))?.performed;
    expect(await lateHistory()).toEqual([follows]);

    await seed(world, office, 'late');
    world.moment.aheadMs += 120_000;
    await world.produce([office.order('marker2')]);
    await eventually(async () => expect(await lateHistory()).toEqual(['added the phone']));
    expect(await phonesOf(office, 'late')).toEqual(['+44 20 7946 0999']);
    expect(await latePhones.findOne({ connectionId })).toBeNull();
  }, 120_000);

  it('makes no contact mailable again that unsubscribes in between', async () => {
    const office = await anOffice();
    const both = ['out', 'stays'];
    for (const who of both) await seed(world, office, who);
    await world.sandbox.fault({ kind: 'latency', path: 'contacts_json_import', method: 'POST', ms: 1_500 });
    const orders = both.map((who) => office.order(who, { buyer: { phone: '+44 20 7946 0999' } }));
    const done = together(world, office, orders);
    await world.called('POST', `"email":"${office.emailOf('stays')}"`);
    await world.sandbox.act('riverside', office.emailOf('out'), 'unsubscribe');
    await done;
    expect(await office.contact('out')).toMatchObject({ email_address: { permission_to_send: 'unsubscribed' } });
    expect(await phonesOf(office, 'stays')).toEqual(['+44 20 7946 0999']);
  }, 120_000);
});

describe('the phone of a contact that exists, while calls are scarce', () => {
  const dayMs = 86_400_000;
  let world: World;
  beforeAll(async () => {
    world = await aWorld({ CONSTANT_CONTACT_CALLS_PER_SECOND: '20', CONSTANT_CONTACT_CALLS_PER_DAY: '2000' });
  }, 120_000);
  /** Starts each test at noon of a day of its own, with more orders than the day has calls for. */
  let day = 0;
  const scarce = async (given: Parameters<typeof createOffice>[1] = {}) => {
    day += 1;
    world.moment.aheadMs = dayMs * day - (Date.now() % dayMs) + dayMs / 2;
    const crowd = await createOffice(world);
    await crowd.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    world.broken.add(crowd.connectionId);
    await world.produce(Array.from({ length: 150 }, (_, index) => crowd.order(`crowd${index}`)));
    await crowd.until(150, ({ reason }) => reason?.code === 'CONNECTION_NEEDS_RECONNECT');
    const office = await createOffice(world, given);
    const listing = await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    return { ...office, listing };
  };
  /** Moves the clock close to midnight: calls that no order can use any more are left over. */
  const beforeMidnight = (): void => {
    const now = Date.now() + world.moment.aheadMs;
    world.moment.aheadMs += dayMs - (now % dayMs) - 60_000;
  };
  const togetherWhileScarce = async (office: Office, orders: readonly ReturnType<Office['order']>[]) => {
    const before = (await office.deliveries()).length;
    await begunTogether(world, office, orders);
    await office.settledWhileScarce(before + orders.length);
  };
  const who = ['ann', 'ben', 'cleo', 'dan'];
  const phoneOf = (each: string): string => `+44 20 7946 000${who.indexOf(each)}`;
  /** A box office with contacts whose orders came while calls were scarce. */
  const waiting = async (given: Parameters<typeof createOffice>[1] = {}): Promise<Office> => {
    const office = await scarce(given);
    for (const each of who) await seed(world, office, each);
    await togetherWhileScarce(
      office,
      who.map((each) => office.order(each, { buyer: { first_name: 'Ada', phone: phoneOf(each) } })),
    );
    return office;
  };
  const historiesOf = async (office: Office): Promise<Record<string, string[]>> =>
    Object.fromEntries(
      (await office.deliveries()).map(({ order, performed }) => [order.id.split('_').at(-1)!, performed]),
    );
  const left = 'left out the phone: the order, the workflow or the contact changed before Boxlist could add it';

  it('is postponed, the outcome says so until then, and it is added later', async () => {
    const office = await waiting();
    for (const each of who) expect([each, await phonesOf(office, each)]).toEqual([each, []]);
    for (const { status, performed } of await office.deliveries()) {
      expect(status).toBe('SYNCED');
      expect(performed).toContain(follows);
    }
    const calls = await callsDuring(world, async () => {
      beforeMidnight();
      await eventually(async () => {
        for (const performed of Object.values(await historiesOf(office)))
          expect(performed).toContain('added the phone');
      });
    });
    expect(calls).toMatchObject({ 'GET /contacts': 4, 'PUT /contacts/:id': 4 });
    for (const each of who) {
      expect(await phonesOf(office, each)).toEqual([phoneOf(each)]);
      expect(await office.contact(each)).toMatchObject({ first_name: 'Ada', list_memberships: [world.listIds[0]] });
      expect((await historiesOf(office))[each]).toContain('added the phone');
      expect((await historiesOf(office))[each]).not.toContain(follows);
    }
  }, 120_000);

  it('is added on the next day if that day has calls for it', async () => {
    const office = await waiting();
    world.moment.aheadMs += dayMs / 2 + 3_600_000;
    await eventually(async () => expect(await phonesOf(office, 'ann')).toEqual([phoneOf('ann')]));
  }, 120_000);

  it('is not added if the contact or the order has changed since', async () => {
    const office = await waiting();
    await world.sandbox.act('riverside', office.emailOf('ann'), 'unsubscribe');
    await world.sandbox.act('riverside', office.emailOf('ben'), 'delete');
    await world.produce([office.order('cleo', { time: '2027-06-01T10:00:00Z', status: 'cancelled' })]);
    await eventually(async () =>
      expect((await office.deliveries()).filter(({ status }) => status !== 'SYNCED')).toEqual([]),
    );
    await world.ask(
      office.boxOfficeId,
      'mutation ($email: String!) { eraseBuyer(input: { email: $email, deleteContact: false }) { userErrors { code ' +
        '} } }',
      { email: office.emailOf('dan') },
      'owner',
    );
    beforeMidnight();
    await eventually(async () => {
      const all = await historiesOf(office);
      for (const each of who) expect([each, all[each]]).toEqual([each, expect.not.arrayContaining([follows])]);
    });
    for (const each of who)
      expect([each, (await historiesOf(office))[each]]).toEqual([each, expect.arrayContaining([left])]);
    for (const each of who) expect([each, await phonesOf(office, each)]).toEqual([each, []]);
    expect(await office.contact('ann')).toMatchObject({ email_address: { permission_to_send: 'unsubscribed' } });
    expect((await office.contact('ben'))?.deleted_at).toBeDefined();
  }, 120_000);

  it('is not added after a newer one, nor to a connection that has ended', async () => {
    const office = await waiting();
    // A newer order has added another number meanwhile.
    const newer = office.order('ann', {
      time: new Date(Date.now() + 60_000).toISOString(),
      buyer: { phone: '+49 30 123456' },
    });
    await togetherWhileScarce(office, [{ ...newer, data: { ...newer.data, id: `${newer.data.id}b` } }]);
    beforeMidnight();
    await eventually(async () => expect(await phonesOf(office, 'ann')).toEqual(['+49 30 123456']));
    await eventually(async () => expect((await historiesOf(office)).dan).toContain('added the phone'));

    const ended = await waiting();
    await ended.publishConnection({ status: 'DISCONNECTED' });
    await eventually(async () => {
      for (const performed of Object.values(await historiesOf(ended))) expect(performed).toContain(left);
    });
    beforeMidnight();
    expect(await phonesOf(ended, 'dan')).toEqual([]);
  }, 90_000);

  // A later order with the same number made the first one stale: its outcome said that the phone was left out, although
  // the contact had it.
  it('is reported as added if a newer order with the same number has added it', async () => {
    const office = await scarce();
    await seed(world, office, 'ann');
    await togetherWhileScarce(office, [office.order('ann', { buyer: { first_name: 'Ada', phone: phoneOf('ann') } })]);
    expect((await historiesOf(office)).ann).toContain(follows);
    await world.publishWorkflow({ ...office.listing, version: 2, status: 'PAUSED' });
    // A workflow without a list writes the contact itself, including the phone.
    await office.workflow({ activeSince: new Date(Date.now() + world.moment.aheadMs).toISOString() });
    const newer = office.order('ann', {
      time: new Date(Date.now() + 60_000).toISOString(),
      buyer: { first_name: 'Adah', phone: phoneOf('ann').replace('+', '00') },
    });
    await world.produce([{ ...newer, data: { ...newer.data, id: `${newer.data.id}b` } }]);
    await eventually(async () => expect(await phonesOf(office, 'ann')).toEqual([phoneOf('ann').replace('+', '00')]));
    await eventually(async () =>
      expect((await office.deliveries()).filter(({ status }) => status === 'SYNCED')).toHaveLength(2),
    );
    beforeMidnight();
    await eventually(async () => expect((await historiesOf(office)).ann).not.toContain(follows));
    expect((await historiesOf(office)).ann).toContain('added the phone');
  }, 120_000);

  it('is part of the export of a buyer while it is postponed', async () => {
    const office = await waiting();
    const { data } = await world.ask<{ exportBuyer: { export: { latePhones: object[] } } }>(
      office.boxOfficeId,
      'mutation ($email: String!) { exportBuyer(input: { email: $email }) { export } }',
      { email: office.emailOf('ann') },
    );
    expect(data?.exportBuyer.export.latePhones).toMatchObject([{ connectionId: office.connectionId }]);
  }, 120_000);
});
