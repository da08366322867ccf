import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import type { mongo } from 'mongoose';
import type { DeliveryDocument } from '../src/store/delivery-document';
import { chosenBy, openOf } from '../src/store/delivery-choice';
import { createOffice, createWorld, type World } from './world';

let world: World;
let office: Awaited<ReturnType<typeof createOffice>>;
let workflowId: string;
const many = 10_500;
const stored = () => world.mongo.collection<DeliveryDocument>('deliveries');

beforeAll(async () => {
  world = await createWorld();
  office = await createOffice(world);
  ({ workflowId } = await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } }));
  await world.produce([office.order('yes'), office.order('no', { marketing_opt_in: 'false' })]);
  await office.settled(2);
  const { _id, ...rest } = (await stored().findOne({ boxOfficeId: office.boxOfficeId, status: 'SKIPPED' }))!;
  for (let from = 0; from < many; from += 1_500)
    await stored().insertMany(
      Array.from({ length: 1_500 }, (_, index) => ({
        ...rest,
        _id: `${_id}_${from + index}`,
        counted: null,
        uncounted: true as const,
        outbox: [],
        eventId: 'ev_many',
        orderId: `or_${from + index}`,
      })),
    );
}, 120_000);
afterAll(() => world?.close(), 30_000);

const total = async (filter: object) => {
  const { data } = await world.ask<{
    boxOffice: { deliveries: { totalCount: number; totalCountIsExact: boolean } };
  }>(
    office.boxOfficeId,
    'query ($filter: DeliveryFilter) { boxOffice { deliveries(filter: $filter, first: 1) { totalCount ' +
      'totalCountIsExact } } }',
    { filter },
  );
  return data!.boxOffice.deliveries;
};

describe('the total of a list of deliveries', () => {
  it.each([
    ['all', () => ({}), () => ({})],
    ['those of a workflow', () => ({ workflowId }), () => ({ workflowId })],
    ['those of a status', () => ({ statuses: ['SKIPPED'] }), () => ({ status: 'SKIPPED' })],
    ['those of a reason', () => ({ reasons: ['NOT_OPTED_IN'] }), () => ({ reason: 'NOT_OPTED_IN' })],
    ['those of an order', () => ({ orderId: 'or_7' }), () => ({ orderId: 'or_7' })],
    ["another's workflow", () => ({ workflowId: 'wf_other' }), () => ({ workflowId: 'wf_other' })],
  ])('equals a plain count: %s', async (_name, filter, plainFilter) => {
    const plain = await stored().countDocuments({ boxOfficeId: office.boxOfficeId, ...plainFilter() });
    // Another process may be folding the latest changes into the counts.
    await eventually(async () => {
      expect(await total(filter())).toEqual({ totalCount: plain, totalCountIsExact: true });
    });
  });

  it('says that there are more if no counter holds the number', async () => {
    expect(await total({ eventId: 'ev_many' })).toEqual({ totalCount: 10_000, totalCountIsExact: false });
  });
});

interface Explained {
  readonly executionStats: { readonly totalDocsExamined: number; readonly totalKeysExamined: number };
}

/**
 * The MongoDB stand-in that comes in a Python wheel reads past the limit when it uses another index. Its figures say
 * nothing about MongoDB.
 */
const readsBeyondLimits = async (): Promise<boolean> => {
  const { secantusVersion } = (await world.mongo.db!.admin().command({ buildInfo: 1 })) as { secantusVersion?: string };
  return secantusVersion === '0.5.3-beta.165';
};

describe('a query over thousands of deliveries', () => {
  it.each<[string, (boxOfficeId: string) => mongo.Filter<DeliveryDocument>]>([
    ['those of an event', (boxOfficeId) => chosenBy(boxOfficeId, { eventId: 'ev_none' })],
    ['those of an order', (boxOfficeId) => chosenBy(boxOfficeId, { orderId: 'or_8' })],
    ['those of a buyer', (boxOfficeId) => chosenBy(boxOfficeId, { emailHash: 'nobody' })],
    ['those of a status', (boxOfficeId) => chosenBy(boxOfficeId, { statuses: ['PENDING'] })],
    ['those of a reason', (boxOfficeId) => chosenBy(boxOfficeId, { reasons: ['GAVE_UP'] })],
    ['those of a time', (boxOfficeId) => chosenBy(boxOfficeId, { to: new Date(0) })],
    ['the oldest open one', openOf],
  ])('uses an index and does not read the other deliveries: %s', async (_name, filter) => {
    const { executionStats } = (await stored()
      .find(filter(office.boxOfficeId))
      .sort({ createdAt: 1 })
      .limit(1)
      .explain('executionStats')) as unknown as Explained;
    if (await readsBeyondLimits()) return;
    expect(executionStats.totalDocsExamined).toBeLessThan(20);
    expect(executionStats.totalKeysExamined).toBeLessThan(60);
  });
});

// This must be the last block of the file: it makes all deliveries wait.
describe('the backlog', () => {
  const health = async () => {
    const { data } = await world.ask<{
      boxOffice: { syncHealth: { pending: number; waiting: number; countsAreExact: boolean } };
    }>(office.boxOfficeId, '{ boxOffice { syncHealth { pending waiting countsAreExact } } }');
    return data!.boxOffice.syncHealth;
  };

  it('is exact, even if more deliveries wait than a query counts', async () => {
    expect(await health()).toEqual({ pending: 0, waiting: 0, countsAreExact: true });
    await stored().updateMany({ boxOfficeId: office.boxOfficeId, eventId: 'ev_many' }, {
      $set: {
        status: 'WAITING',
        reason: 'WORKFLOW_RESUME',
        readyAt: new Date(Date.now() + 86_400_000),
        settledAt: null,
        uncounted: true,
      },
      $inc: { version: 1 },
    } as never);
    await eventually(
      async () => {
        expect(await health()).toEqual({ pending: 0, waiting: many, countsAreExact: true });
      },
      { timeoutMs: 60_000 },
    );
  }, 90_000);
});
