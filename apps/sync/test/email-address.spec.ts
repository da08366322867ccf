/**
 * sync only trimmed addresses and put them into lower case. An invisible character made an address another person's:
 * sync created an unsubscribed buyer as a new contact, and brought back an erased one.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { erasuresIn } from './erasures';
import { callsDuring, createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
let { erase, erasure, hashOf, exportOf, tracesOf, expectErased } = {} as ReturnType<typeof erasuresIn>;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
  ({ erase, erasure, hashOf, exportOf, tracesOf, expectErased } = erasuresIn(world));
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
const targets = () => ({ lists: { fixed: [listId], perEvent: false } });
/** The same address as people and programs write it. */
const formsOf = (email: string): string[] => [
  `${email}\u200b`,
  `\ufeff${email.toUpperCase()}`,
  email.replace('@', '\u00ad@\u2060'),
  email.replace('.', ' \t.\u0085'),
  email.replace('@', '＠').replace('example', 'ｅｘａｍｐｌｅ'),
];
const idOf = (office: Office, index: number): string => `or_form${index}_${office.boxOfficeId}`;
const ordersIn = (office: Office, forms: readonly string[]) =>
  forms.map((email, index) => office.order('ada', { id: idOf(office, index), buyer: { email } }));

describe('an address with invisible characters', () => {
  it('matches the unsubscribed contact', async () => {
    const office = await createOffice(world);
    const email = office.emailOf('ada');
    await office.workflow(targets());
    await world.sandbox.seed('riverside', { email, permission_to_send: 'unsubscribed' });
    const forms = formsOf(email);
    await world.produce(ordersIn(office, forms));
    const seen = await office.settled(forms.length);
    expect(seen.map(({ status, reason }) => [status, reason?.code])).toEqual(
      forms.map(() => ['SKIPPED', 'UNSUBSCRIBED']),
    );
    const contacts = (await world.sandbox.contacts('riverside')).map((contact) => contact.email_address);
    expect(contacts.filter(({ address }) => address.startsWith(email.split('@')[0]!))).toMatchObject([
      { address: email, permission_to_send: 'unsubscribed' },
    ]);
  });

  it('is found by filter and export, and erased, in any spelling', async () => {
    const office = await createOffice(world);
    const email = office.emailOf('ada');
    const forms = formsOf(email);
    await office.workflow(targets());
    await world.produce(ordersIn(office, forms));
    await world.publish(topics.orders.name, [
      { key: `${office.boxOfficeId}:or_bad`, value: JSON.stringify({ data: { buyer_details: { email: forms[2] } } }) },
    ]);
    await office.settled(forms.length);
    for (const form of [email, ...forms]) {
      const { data } = await world.ask<{ boxOffice: { deliveries: { totalCount: number } } }>(
        office.boxOfficeId,
        'query ($filter: DeliveryFilter) { boxOffice { deliveries(first: 1, filter: $filter) { totalCount } } }',
        { filter: { email: form } },
      );
      expect(data?.boxOffice.deliveries.totalCount).toBe(forms.length);
    }
    await eventually(async () => {
      const { export: exported } = await exportOf(office, forms[0]!);
      expect(exported?.orders).toHaveLength(forms.length);
      expect(exported?.deadLetters).toHaveLength(1);
    });

    await erase(office, forms[1]!);
    expect(await erasure(office, email)).not.toBeNull();
    await expectErased(office, 'ada');
    expect(await tracesOf(office, ...forms)).toEqual([]);
  });

  it('brings back no erased buyer', async () => {
    const office = await createOffice(world);
    const email = office.emailOf('ada');
    await office.workflow(targets());
    await erase(office, email);
    const forms = formsOf(email);
    await world.produce(ordersIn(office, forms));
    const seen = await office.settled(forms.length);
    expect(seen.map(({ reason }) => reason?.code)).toEqual(forms.map(() => 'BUYER_ERASED'));
    expect(await office.contacts()).toEqual([]);
    expect(await tracesOf(office, email, ...forms)).toEqual([]);
  });
});

describe('a stored order with invisible characters in its address', () => {
  it('is processed for the person whose address it is', async () => {
    const office = await createOffice(world);
    const email = office.emailOf('ada');
    await office.workflow({ ...targets(), status: 'PAUSED' });
    await world.sandbox.seed('riverside', { email, permission_to_send: 'unsubscribed' });
    await world.produce([office.order('ada')]);
    await office.settled(1);
    const [kept, hash] = [`${email}\u200b`, hashOf(office, `${email}\u200b`)];
    await world.mongo
      .collection('orders')
      .updateOne({ boxOfficeId: office.boxOfficeId }, { $set: { email: kept, emailHash: hash } });
    await world.mongo
      .collection('deliveries')
      .updateOne({ boxOfficeId: office.boxOfficeId }, { $set: { emailHash: hash } });
    await office.workflow(targets());
    const seen = await office.settled(2);
    expect(seen.map(({ reason }) => reason?.code).sort()).toEqual(['UNSUBSCRIBED', 'WORKFLOW_PAUSED']);
  });
});

describe('text that cannot be a mailbox address', () => {
  const invalid = (email: string): string[] => [
    email.replace(/^/, '.'),
    email.replace('@', '.@'),
    email.replace('.', '..'),
    email.replace('.com', ''),
    email.replace('@', ''),
    email.replace(/.*@/, '@'),
    `Ada <${email}>`,
    `mailto:${email}`,
    email.replace('a', '\ufffd'),
    `${email}.`,
    email.replace(/@.*/, '@[192.0.2.1]'),
  ];

  it('ends as EMAIL_INVALID without a call', async () => {
    const office = await createOffice(world);
    await office.workflow({ ...targets(), whenNotOptedIn: 'ADD_WITHOUT_LIST' });
    const forms = invalid(office.emailOf('ada'));
    const calls = await callsDuring(world, async () => {
      await world.produce(ordersIn(office, forms));
      const seen = await office.settled(forms.length);
      expect(seen.map(({ status, reason }) => [status, reason?.code])).toEqual(
        forms.map(() => ['FAILED', 'EMAIL_INVALID']),
      );
    });
    expect(calls).toEqual({});
  });

  it('is exported and erased nevertheless', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    const typed = `Ada <${office.emailOf('ada')}>`;
    await world.produce([office.order('ada', { buyer: { email: typed } })]);
    await office.settled(1);
    expect((await exportOf(office, `${typed.toUpperCase()}\u200b`)).export?.orders).toHaveLength(1);
    expect((await erase(office, ` ${typed}`)).userErrors).toEqual([]);
    expect(await tracesOf(office, typed.toLowerCase())).toEqual([]);
  });
});
