import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { callsDuring, createOffice, createWorld, type SeenDelivery, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
const onList = () => ({ lists: { fixed: [listId], perEvent: false } });
const tagged = () => ({ tags: { fixed: [tagId], event: false, ticketTypes: false } });
/** Makes a workflow that covers only orders from now on. */
const fromNow = () => ({ activeSince: new Date().toISOString() });
const eventTagged = { tags: { fixed: [], event: true, ticketTypes: false } };
const wordOf = ({ status, reason }: SeenDelivery): string => `${status} ${reason?.code ?? ''}`;
/** The outcome of each workflow's delivery. */
const endsOf = async (office: Office): Promise<Record<string, string>> =>
  Object.fromEntries((await office.deliveries()).map((each) => [each.workflow.id, wordOf(each)]));
/** The buyer was a contact, which somebody deleted in the account. */
const deleted = async (office: Office, who: string, given: object = {}): Promise<void> => {
  await world.sandbox.seed('riverside', { email: office.emailOf(who), ...given });
  await world.sandbox.act('riverside', office.emailOf(who), 'delete');
};
/** Produces orders so that all of their deliveries are ready at the same moment. */
const produceTogether = async (
  office: Office,
  orders: readonly ReturnType<Office['order']>[],
  count: number,
): Promise<void> => {
  world.broken.add(office.connectionId);
  await world.produce(orders);
  await office.until(count, ({ status }) => status === 'WAITING');
  world.broken.delete(office.connectionId);
  await office.publishConnection();
};
const inTheFuture = (ms: number): string => new Date(Date.now() + ms).toISOString();

/*
 * sync decided for each delivery alone whether a deleted contact is restored. Only a delivery with a list restored it.
 * Deliveries planned beside it or processed before it ended as CONTACT_DELETED or NOT_A_CONTACT, although the contact
 * existed a moment later.
 */
describe('a deleted contact whose buyer opts in again', () => {
  it('is restored with lists and tags of all workflows that are planned together', async () => {
    const office = await createOffice(world);
    await deleted(office, 'ann');
    await office.workflow(onList());
    await office.workflow(tagged());
    await office.workflow(eventTagged);
    await office.workflow({ ...tagged(), createsContacts: false });
    const calls = await callsDuring(world, async () => {
      await produceTogether(office, [office.order('ann')], 4);
      await office.until(4, (each) => wordOf(each) === 'SYNCED SYNCED');
    });
    expect(calls['POST /contacts/sign_up_form']).toBe(1);
    const contact = await office.contact('ann');
    expect(contact).toMatchObject({ list_memberships: [listId], email_address: { permission_to_send: 'explicit' } });
    expect(contact?.deleted_at).toBeUndefined();
    expect(contact?.taggings).toHaveLength(2);
  });

  it('is restored by a workflow that only adds a tag', async () => {
    const office = await createOffice(world);
    await deleted(office, 'ann', { first_name: 'Ann', last_name: 'Lee' });
    await office.workflow(tagged());
    await world.produce([office.order('ann', { buyer: { first_name: null, last_name: null } })]);
    const [delivery] = await office.until(1, (each) => wordOf(each) === 'SYNCED SYNCED');
    expect(delivery?.performed).toContain('restored the contact');
    const contact = await office.contact('ann');
    expect(contact?.deleted_at).toBeUndefined();
    expect(contact).toMatchObject({
      taggings: [tagId],
      list_memberships: [],
      first_name: 'Ann',
      last_name: 'Lee',
      email_address: { permission_to_send: 'explicit' },
    });
  });

  it('is tagged by deliveries that were skipped before its restoration, without a retry', async () => {
    const office = await createOffice(world);
    await deleted(office, 'ann');
    const updating = await office.workflow({ ...tagged(), createsContacts: false });
    await world.produce([office.order('ann')]);
    await office.until(1, (each) => wordOf(each) === 'SKIPPED NOT_A_CONTACT');

    const listing = await office.workflow({ ...onList(), ...fromNow() });
    await world.produce([office.order('ann', { id: `or_new_${office.boxOfficeId}` })]);
    await eventually(async () => {
      const ends = (await office.deliveries()).map((each) => `${each.workflow.id} ${each.order.id} ${wordOf(each)}`);
      expect(ends.sort()).toEqual(
        [
          `${updating.workflowId} or_${office.boxOfficeId.slice(-8)}_ann SYNCED SYNCED`,
          `${updating.workflowId} or_new_${office.boxOfficeId} SYNCED SYNCED`,
          `${listing.workflowId} or_new_${office.boxOfficeId} SYNCED SYNCED`,
        ].sort(),
      );
    });
    expect(await office.contact('ann')).toMatchObject({ list_memberships: [listId], taggings: [tagId] });
  });

  // An older order that was processed before the fresh one stayed skipped. One that was processed beside or after it
  // did not.
  it.each(['before', 'beside', 'after'])(
    'is restored even by an order from before the deletion that comes %s the fresh one',
    async (sequence) => {
      const office = await createOffice(world);
      await deleted(office, 'ann');
      await office.workflow({ ...onList(), ...eventTagged });
      const old = office.order('ann', { id: `or_old_${office.boxOfficeId}`, created_at: 1_700_000_000 });
      const fresh = office.order('ann', { id: `or_new_${office.boxOfficeId}`, event_summary: { name: 'Spring Gala' } });
      if (sequence === 'beside') await produceTogether(office, [old, fresh], 2);
      else
        for (const [index, order] of (sequence === 'before' ? [old, fresh] : [fresh, old]).entries()) {
          await world.produce([order]);
          await office.settled(index + 1);
        }
      await office.until(2, (each) => wordOf(each) === 'SYNCED SYNCED');
      const contact = await office.contact('ann');
      expect(contact).toMatchObject({ list_memberships: [listId], email_address: { permission_to_send: 'explicit' } });
      expect(contact?.deleted_at).toBeUndefined();
      expect(contact?.taggings).toHaveLength(2);
    },
  );

  it('is tagged by earlier skipped deliveries even if the answer of the restoring call is lost', async () => {
    const office = await createOffice(world);
    await deleted(office, 'ann');
    await office.workflow({ ...tagged(), createsContacts: false });
    await world.produce([office.order('ann')]);
    await office.until(1, (each) => wordOf(each) === 'SKIPPED NOT_A_CONTACT');
    await office.workflow({ ...onList(), ...fromNow() });
    await world.sandbox.fault({ kind: 'drop-after-write', path: 'sign_up_form', method: 'POST', times: 1 });
    await world.produce([office.order('ann', { id: `or_new_${office.boxOfficeId}` })]);
    await office.until(3, (each) => wordOf(each) === 'SYNCED SYNCED');
    expect(await office.contact('ann')).toMatchObject({ list_memberships: [listId], taggings: [tagId] });
  });

  // A delivery that was retried or processed late restored a contact that the organiser had deleted since.
  it('stays deleted if the opt-in is older than the deletion', async () => {
    const office = await createOffice(world);
    await deleted(office, 'ann');
    const listing = await office.workflow(onList());
    const tagging = await office.workflow(tagged());
    await world.produce([office.order('ann', { created_at: Math.floor(Date.now() / 1_000) - 3_600 })]);
    await office.settled(2);
    expect(await endsOf(office)).toEqual({
      [listing.workflowId]: 'SKIPPED CONTACT_DELETED',
      [tagging.workflowId]: 'SKIPPED CONTACT_DELETED',
    });
    expect((await office.contact('ann'))?.deleted_at).toBeDefined();
  });

  it('stays deleted and unsubscribed if it has an opt-out date', async () => {
    const office = await createOffice(world);
    await deleted(office, 'ann', { opt_out_date: inTheFuture(-3_600_000) });
    await office.workflow(tagged());
    await world.produce([office.order('ann')]);
    await office.until(1, (each) => wordOf(each) === 'SKIPPED UNSUBSCRIBED');
    expect((await office.contact('ann'))?.deleted_at).toBeDefined();
  });
});

/** An address of the given length, for a buyer of that box office. */
const addressOf = (office: Office, length: number): string => {
  const email = office.emailOf('');
  return `${'x'.repeat(length - email.length)}${email}`;
};
const contactOf = async (email: string) =>
  (await world.sandbox.contacts('riverside')).find((each) => each.email_address.address === email);

/*
 * The sign-up form accepts addresses up to 50 characters. sync called it with longer ones for deleted contacts and for
 * contacts without permission, and Constant Contact refused them: REJECTED_BY_CONSTANT_CONTACT.
 */
describe('an address of more than 50 characters', () => {
  const lengths = [51, 80];

  it.each(lengths)(
    'of a contact without permission is added to the list, and the outcome says what is missing (%s)',
    async (length) => {
      const office = await createOffice(world);
      const email = addressOf(office, length);
      await world.sandbox.seed('riverside', { email, permission_to_send: 'not_set' });
      await office.workflow({ ...onList(), ...tagged() });
      await world.produce([office.order('x', { buyer: { email } })]);
      const [delivery] = await office.until(1, (each) => wordOf(each) === 'SYNCED SYNCED_WITHOUT_PERMISSION');
      expect(delivery?.performed).toContain(
        'left the permission unset: the address is longer than the 50 characters that the sign-up form accepts',
      );
      expect(delivery?.attempts.filter(({ answer }) => answer !== 'OK' && answer !== 'ALREADY_EXISTS')).toEqual([]);
      expect(await contactOf(email)).toMatchObject({
        list_memberships: [listId],
        taggings: [tagId],
        email_address: { permission_to_send: 'not_set' },
      });
    },
  );

  it.each(lengths)('of a deleted contact is restored with its former permission (%s)', async (length) => {
    const office = await createOffice(world);
    const email = addressOf(office, length);
    await world.sandbox.seed('riverside', { email, permission_to_send: 'explicit' });
    await world.sandbox.act('riverside', email, 'delete');
    await office.workflow({ ...onList(), ...tagged() });
    await world.produce([office.order('x', { buyer: { email } })]);
    await office.until(1, (each) => wordOf(each) === 'SYNCED SYNCED');
    const contact = await contactOf(email);
    expect(contact?.deleted_at).toBeUndefined();
    expect(contact).toMatchObject({
      list_memberships: [listId],
      taggings: [tagId],
      email_address: { permission_to_send: 'explicit' },
    });
  });

  it('of an unsubscribed contact stays so, even if the opt-out comes between the read and the write', async () => {
    const office = await createOffice(world);
    const email = addressOf(office, 60);
    await world.sandbox.seed('riverside', { email, permission_to_send: 'not_set' });
    await office.workflow(onList());
    await world.sandbox.fault({ kind: 'latency', path: '/contacts/[0-9a-f-]+$', method: 'PUT', ms: 500, times: 1 });
    await world.produce([office.order('x', { buyer: { email } })]);
    await world.called('GET', email);
    await world.sandbox.act('riverside', email, 'unsubscribe');
    await office.settled(1);
    expect(await contactOf(email)).toMatchObject({ email_address: { permission_to_send: 'unsubscribed' } });
  });

  // A delivery kept what an earlier plan had left out, next to the outcome of a later plan that said the opposite.
  it('of a contact that gets permission meanwhile is not reported as lacking it', async () => {
    const office = await createOffice(world);
    const email = addressOf(office, 60);
    await world.sandbox.seed('riverside', { email, permission_to_send: 'not_set' });
    await office.workflow({ ...onList(), ...tagged() });
    await world.sandbox.fault({ kind: 'activity', path: 'taggings_add', state: 'failed' });
    await world.produce([office.order('x', { buyer: { email } })]);
    await office.until(1, ({ performed }) => performed.some((each) => each.startsWith('left the permission unset')));
    await world.sandbox.act('riverside', email, 'confirm');
    const [delivery] = await office.until(1, (each) => wordOf(each) === 'SYNCED SYNCED');
    expect(new Set(delivery?.performed)).toEqual(new Set(['updated the contact', 'added tags']));
  });

  it('of a new buyer who cannot be asked to confirm gets no mail, and the outcome says so', async () => {
    const office = await createOffice(world, { optInRoute: 'CONFIRM' });
    const email = addressOf(office, 51);
    await office.workflow(onList());
    await world.produce([office.order('x', { buyer: { email } }), office.order('short')]);
    const seen = await office.settled(2);
    expect(seen.map(wordOf).sort()).toEqual(['SYNCED SYNCED', 'SYNCED SYNCED_WITHOUT_PERMISSION']);
    expect(await contactOf(email)).toMatchObject({ email_address: { permission_to_send: 'not_set' } });
  });
});

// sync read only names in parts: a buyer with one whole name became a contact without a name.
describe('a buyer with a whole name only', () => {
  const whole = (name: string) => ({ buyer: { first_name: null, last_name: null, name } });

  it('becomes a contact with that name, and gets a corrected one later', async () => {
    const office = await createOffice(world);
    await office.workflow(onList());
    await world.produce([office.order('new', whole('An Lee'))]);
    await office.settled(1);
    expect(await office.contact('new')).toMatchObject({ first_name: 'An Lee' });
    await world.produce([office.order('new', whole('Ann Lee'))]);
    await eventually(async () => expect(await office.contact('new')).toMatchObject({ first_name: 'Ann Lee' }));
  });

  // A change of a skipped order, which sync had never worked on, counted as a name in parts that had been written.
  it('gets that name even beside a changed skipped order with a name in parts', async () => {
    const office = await createOffice(world);
    await office.workflow(onList());
    const skipped = { id: `or_skipped_${office.boxOfficeId}`, marketing_opt_in: false };
    await world.produce([office.order('ann', skipped)]);
    await office.until(1, (each) => wordOf(each) === 'SKIPPED NOT_OPTED_IN');
    await world.produce([office.order('ann', { ...skipped, status: 'cancelled' })]);
    await office.until(1, (each) => wordOf(each) === 'SKIPPED ORDER_CANCELLED');
    await world.produce([office.order('ann', { id: `or_new_${office.boxOfficeId}`, ...whole('Ann Lee') })]);
    await eventually(async () => expect(await office.contact('ann')).toMatchObject({ first_name: 'Ann Lee' }));
  });

  it('keeps the name in parts of its contact, and names a contact without a name', async () => {
    const office = await createOffice(world);
    await world.sandbox.seed('riverside', { email: office.emailOf('ann'), first_name: 'Ann', last_name: 'Lee' });
    await world.sandbox.seed('riverside', { email: office.emailOf('nameless') });
    await office.workflow(onList());
    await world.produce([office.order('ann', whole('Ann Lee')), office.order('nameless', whole('Ben Orr'))]);
    await office.until(2, (each) => wordOf(each) === 'SYNCED SYNCED');
    expect(await office.contact('ann')).toMatchObject({ first_name: 'Ann', last_name: 'Lee' });
    expect(await office.contact('nameless')).toMatchObject({ first_name: 'Ben Orr' });
    expect(await office.contact('nameless')).not.toHaveProperty('last_name');
  });
});
