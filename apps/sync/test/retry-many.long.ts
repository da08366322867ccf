import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeliveryDocument } from '../src/store/delivery-document';
import { createOffice, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ SYNC_WORK: 'intake' });
}, 120_000);
afterAll(() => world?.close(), 30_000);

describe('a retry', () => {
  it('is refused for more than 100,000, with advice', async () => {
    const office = await createOffice(world);
    await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    await world.produce([office.order('ann', { marketing_opt_in: 'false' })]);
    await office.settled(1);
    const stored = world.mongo.collection<DeliveryDocument>('deliveries');
    const [first] = await stored.find({ boxOfficeId: office.boxOfficeId }).toArray();
    const { _id, ...rest } = first!;
    for (let part = 0; part < 50; part += 1)
      await stored.insertMany(
        Array.from({ length: 2_000 }, (_, index) => ({ ...rest, _id: `${_id}_${part}_${index}`, outbox: [] })),
      );
    const { data } = await world.ask<{
      retryDeliveries: { retry: object | null; userErrors: { code: string; message: string; field: string[] }[] };
    }>(
      office.boxOfficeId,
      'mutation { retryDeliveries(input: { filter: {} }) { retry { id } userErrors { code message field } } }',
    );
    const { retry, userErrors } = data!.retryDeliveries;
    expect(retry).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'TOO_MANY_TO_RETRY', field: ['input', 'filter'] }]);
    expect(userErrors[0]?.message).toContain('by workflow, reason or time');
  }, 120_000);
});
