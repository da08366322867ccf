/**
 * Ticket Tailor writes whole seconds and counts its ids up. sync sorted events of one second by their ids as text,
 * where `wh_9` comes after `wh_10`. An order that was completed or corrected in the second in which it was placed kept
 * its first state, and a pending one waited for a year.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
type Event = ReturnType<Office['order']>;

const second = '2026-11-28T03:00:00Z';
const targets = () => ({ lists: { fixed: [listId], perEvent: false } });
const event = (
  office: Office,
  id: string,
  what: 'created' | 'updated',
  given: Parameters<Office['order']>[1],
): Event => ({
  ...office.order('ada', { time: second, ...given }),
  id,
  type: `boxlist.order.${what}.v1`,
});
const officeWithWorkflow = async (): Promise<Office> => {
  const office = await createOffice(world);
  await office.workflow(targets());
  return office;
};
/** Produces the events one after the other, each once the delivery of the previous one is no longer `PENDING`. */
const arrive = async (office: Office, events: readonly Event[]): Promise<void> => {
  for (const each of events) {
    await world.produce([each]);
    await office.until(1, ({ status }) => status !== 'PENDING');
  }
};

describe('two events of one order in one second', () => {
  const arrivals = [
    ['as they happened', (events: Event[]) => events],
    ['the other way round', (events: Event[]) => events.reverse()],
  ] as const;

  it.each(arrivals)('complete a pending order, arriving %s', async (_, arrival) => {
    const office = await officeWithWorkflow();
    const events = [
      event(office, 'wh_9', 'created', { status: 'pending' }),
      event(office, 'wh_10', 'updated', { status: 'completed' }),
    ];
    await arrive(office, arrival(events));
    await office.until(1, ({ status }) => status === 'SYNCED');
    expect(await office.contact('ada')).toMatchObject({ list_memberships: [listId] });
  });

  it.each(arrivals)('correct an address, arriving %s', async (_, arrival) => {
    const office = await officeWithWorkflow();
    const events = [
      event(office, 'wh_9', 'created', { buyer: { email: office.emailOf('aad') } }),
      event(office, 'wh_10', 'updated', {}),
    ];
    await arrive(office, arrival(events));
    await eventually(async () => {
      expect(await office.contact('ada')).toMatchObject({ list_memberships: [listId] });
    });
    const orders = await world.mongo.collection('orders').find({ boxOfficeId: office.boxOfficeId }).toArray();
    expect(orders).toMatchObject([{ email: office.emailOf('ada') }]);
  });

  it.each(arrivals)('correct an opt-in, arriving %s', async (_, arrival) => {
    const office = await officeWithWorkflow();
    const events = [
      event(office, 'wh_99', 'updated', { marketing_opt_in: 'false' }),
      event(office, 'wh_100', 'updated', { marketing_opt_in: 'true' }),
    ];
    await arrive(office, arrival(events));
    await office.until(1, ({ status }) => status === 'SYNCED');
    const orders = await world.mongo.collection('orders').find({ boxOfficeId: office.boxOfficeId }).toArray();
    expect(orders).toMatchObject([{ optIn: 'OPTED_IN' }]);
  });

  it('withdraw an opt-in', async () => {
    const office = await officeWithWorkflow();
    await world.produce([
      event(office, 'wh_10', 'updated', { marketing_opt_in: 'false' }),
      event(office, 'wh_9', 'created', { marketing_opt_in: 'true' }),
    ]);
    await office.until(1, ({ reason }) => reason?.code === 'NOT_OPTED_IN');
    expect(await office.contacts()).toEqual([]);
  });
});

describe('an order that was stored without the kind of its latest event', () => {
  it('merges a later event of the same second', async () => {
    const office = await officeWithWorkflow();
    await arrive(office, [event(office, 'wh_9', 'created', { status: 'pending' })]);
    await world.mongo
      .collection('orders')
      .updateOne({ boxOfficeId: office.boxOfficeId }, { $unset: { eventRank: 1, eventSource: 1 } });
    await world.produce([event(office, 'wh_10', 'updated', { status: 'completed' })]);
    await office.until(1, ({ status }) => status === 'SYNCED');
  });
});
