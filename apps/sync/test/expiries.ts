import { expect } from '@jest/globals';
import type { WorkflowFact } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { createWorld, type createOffice, type World } from './world';

type Office = Awaited<ReturnType<typeof createOffice>>;

export const dayMs = 86_400_000;
/** The fields of an order whose event is over. */
export const past = { event_summary: { id: 'ev_1', name: 'Gala', start_date: { date: '2026-07-01' } } };
export const at = (day: number): string => new Date(Date.UTC(2026, 5, day)).toISOString();

interface Kept {
  readonly _id: string;
  readonly expiredAt?: Date;
  readonly email: string | null;
}

/** A world that keeps history for 30 days, and dead letters for 5. */
export const createExpiryWorld = (): Promise<World> =>
  createWorld({ HISTORY_RETENTION_DAYS: '30', DEAD_LETTER_RETENTION_DAYS: '5' });

/** Reads stored orders of a world and moves its clock. */
export const expiriesIn = (world: World) => {
  /** A workflow that adds a list and a tag. */
  const targets = (given: Partial<WorkflowFact> = {}): Partial<WorkflowFact> => ({
    lists: { fixed: [world.listIds[0]!], perEvent: false },
    tags: { fixed: [world.tagIds[0]!], event: false, ticketTypes: false },
    ...given,
  });
  const ordersOf = (office: Office) =>
    world.mongo.collection<Kept>('orders').find({ boxOfficeId: office.boxOfficeId }).toArray();
  const deliveriesOf = (office: Office) =>
    world.mongo.collection('deliveries').find({ boxOfficeId: office.boxOfficeId });
  /** Moves the clock by days, once every settled delivery is published and counted. */
  const pass = async (days: number): Promise<void> => {
    await eventually(async () =>
      expect(
        await world.mongo
          .collection('deliveries')
          .countDocuments({ readyAt: null, $or: [{ uncounted: true }, { 'outbox.0': { $exists: true } }] }),
      ).toBe(0),
    );
    world.moment.aheadMs += days * dayMs;
  };
  /** Waits until that many orders of a box office are tombstones and have no deliveries left. */
  const expired = (office: Office, count = 1): Promise<void> =>
    eventually(
      async () => {
        const gone = (await ordersOf(office)).filter(({ expiredAt }) => expiredAt);
        expect(gone).toHaveLength(count);
        const keys = new Set(gone.map(({ _id }) => _id));
        const left = await deliveriesOf(office).toArray();
        expect(left.filter(({ orderKey }) => keys.has(orderKey as string))).toEqual([]);
      },
      { timeoutMs: 20_000 },
    );
  /** Produces an order after all others and waits for its outcomes. */
  const marked = async (office: Office, name: string, count = 1): Promise<void> => {
    await world.produce([office.order(name, past)]);
    await eventually(async () => {
      const seen = (await office.deliveries()).filter(({ order }) => order.id.endsWith(`_${name}`));
      expect(seen.map(({ status }) => status)).toEqual(Array.from({ length: count }, () => 'SYNCED'));
    });
  };

  const retrySkipped = async ({ boxOfficeId }: Office): Promise<number | undefined> =>
    (
      await world.ask<{ retryDeliveries: { accepted: number } }>(
        boxOfficeId,
        'mutation { retryDeliveries(input: { filter: { statuses: [SKIPPED] } }) { accepted } }',
      )
    ).data?.retryDeliveries.accepted;
  /** The orders of the visible dead letters, by the last part of their ids. */
  const letters = async ({ boxOfficeId }: Office): Promise<(string | undefined)[]> => {
    const { data } = await world.ask<{ boxOffice: { deadLetters: { nodes: { orderId: string }[] } } }>(
      boxOfficeId,
      '{ boxOffice { deadLetters(first: 10) { nodes { orderId } } } }',
    );
    return data!.boxOffice.deadLetters.nodes.map(({ orderId }) => orderId.split('_').at(-1));
  };

  return { targets, ordersOf, deliveriesOf, pass, expired, marked, retrySkipped, letters };
};
