import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callsDuring, createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
}, 120_000);
afterAll(() => world?.close(), 30_000);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
/** One list and two tags, from three workflows. */
const threeWorkflows = async (office: Awaited<ReturnType<typeof createOffice>>) => {
  await office.workflow({ lists: { fixed: [listId], perEvent: false } });
  await office.workflow({ tags: { fixed: [tagId], event: false, ticketTypes: false } });
  await office.workflow({ tags: { fixed: [], event: true, ticketTypes: false } });
};
/** Produces orders so that all of their deliveries are ready at the same moment. */
const produceTogether = async (
  office: Awaited<ReturnType<typeof createOffice>>,
  orders: Parameters<World['produce']>[0],
  deliveries: number,
): Promise<void> => {
  world.broken.add(office.connectionId);
  await world.produce(orders);
  await office.until(deliveries, ({ status }) => status === 'WAITING');
  world.broken.delete(office.connectionId);
  await office.publishConnection();
};
const total = (calls: Record<string, number>): number => Object.values(calls).reduce((sum, count) => sum + count, 0);

describe('the calls for opted-in buyers of three workflows', () => {
  it('are one per new buyer: a create with list and tags, without a look-up', async () => {
    const office = await createOffice(world);
    await threeWorkflows(office);
    const calls = await callsDuring(world, async () => {
      await produceTogether(
        office,
        numbers(40).map((index) => office.order(`new${index}`)),
        120,
      );
      const seen = await office.settled(120);
      expect(seen.every(({ status }) => status === 'SYNCED')).toBe(true);
    });
    expect(calls).toMatchObject({ 'POST /contacts': 40 });
    expect(calls['GET /contacts'] ?? 0).toBe(0);
    const contacts = await office.contacts();
    expect(contacts).toHaveLength(40);
    for (const contact of contacts) {
      expect(contact.email_address.permission_to_send).toBe('explicit');
      expect(contact.list_memberships).toEqual([listId]);
      expect(contact.taggings).toHaveLength(2);
    }
  });

  it('are shared by existing contacts: one import, and one batch per tag', async () => {
    const office = await createOffice(world);
    for (const index of numbers(40)) await world.sandbox.seed('riverside', { email: office.emailOf(`old${index}`) });
    await threeWorkflows(office);
    const calls = await callsDuring(world, async () => {
      await produceTogether(
        office,
        numbers(40).map((index) => office.order(`old${index}`)),
        120,
      );
      expect((await office.settled(120)).every(({ status }) => status === 'SYNCED')).toBe(true);
    });
    // Each contact costs one refused create, because sync knows nothing of it yet. They share the other calls.
    expect(total(calls) - (calls['POST /contacts'] ?? 0)).toBeLessThan(25);
    for (const contact of await office.contacts()) {
      expect(contact.list_memberships).toEqual([listId]);
      expect(contact.taggings).toHaveLength(2);
    }
  });

  it('are none when the same buyer orders again and nothing is new', async () => {
    const office = await createOffice(world);
    await office.workflow({ lists: { fixed: [listId], perEvent: false } });
    await world.produce([office.order('twice')]);
    await office.settled(1);
    const calls = await callsDuring(world, async () => {
      await world.produce([office.order('twice', { id: `or_again_${office.boxOfficeId}` })]);
      expect((await office.settled(2)).map(({ status }) => status)).toEqual(['SYNCED', 'SYNCED']);
    });
    expect(Object.keys(calls).filter((name) => !name.startsWith('GET') && name !== 'POST /contacts')).toEqual([]);
  });
});

describe('a contact that exists', () => {
  it('stays unsubscribed when it unsubscribes between the read and the write', async () => {
    const office = await createOffice(world);
    await world.sandbox.seed('riverside', { email: office.emailOf('leaving') });
    await office.workflow({ lists: { fixed: [listId], perEvent: false } });
    // sync reads it as a subscriber. It unsubscribes before the import arrives.
    await world.sandbox.fault({ method: 'POST', path: 'contacts_json_import', kind: 'latency', ms: 400, times: 1 });
    const calls = callsDuring(world, async () => {
      await world.produce([office.order('leaving')]);
      await world.called('GET', office.emailOf('leaving'));
      await world.sandbox.act('riverside', office.emailOf('leaving'), 'unsubscribe');
      await office.settled(1);
    });
    await calls;
    const contact = await office.contact('leaving');
    expect(contact?.email_address.permission_to_send).toBe('unsubscribed');
    expect(contact?.list_memberships).toEqual([]);
    expect(await office.deliveries()).toMatchObject([{ status: 'SKIPPED', reason: { code: 'UNSUBSCRIBED' } }]);
  });

  it('is not held up by another contact whose data is refused', async () => {
    const office = await createOffice(world);
    await world.sandbox.seed('riverside', { email: office.emailOf('good') });
    await office.workflow({ lists: { fixed: [listId], perEvent: false } });
    await world.sandbox.fault({ method: 'POST', path: 'contacts_json_import', kind: 'status', status: 400, times: 1 });
    await world.sandbox.seed('riverside', { email: office.emailOf('other') });
    await produceTogether(office, [office.order('good'), office.order('other')], 2);
    const seen = await office.settled(2);
    // Constant Contact refuses them together. sync then tries each alone, so the valid ones are synced.
    expect(seen.map(({ status }) => status).sort()).toEqual(['SYNCED', 'SYNCED']);
  });
});
