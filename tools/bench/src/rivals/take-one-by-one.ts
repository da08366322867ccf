import { topics } from '@boxlist/contracts';
import mongoose from 'mongoose';
import { randomBytes } from 'node:crypto';
import type { BenchWorld, Round } from '../world';

/**
 * Does what consumers usually do: each message alone, with one upsert of the order and one for each of three workflows.
 * Returns orders per second.
 */
export const takeOneByOne = async (world: BenchWorld, round: Round, count: number): Promise<number> => {
  const mongo = await mongoose
    .createConnection(world.mongoUri, {
      dbName: `rival${randomBytes(4).toString('hex')}`,
      autoIndex: false,
      writeConcern: { w: 'majority', journal: true },
    })
    .asPromise();
  let taken = 0;
  let begun = 0;
  const done = new Promise<number>((resolve) => {
    void round.bus.consumeBatches({
      topic: topics.orders.name,
      groupId: 'rival',
      handle: async (messages) => {
        for (const { value } of messages) {
          if (taken >= count) return;
          begun ||= performance.now();
          const { data } = JSON.parse(String(value)) as { data: { id: string } };
          await mongo
            .collection<{ _id: string }>('orders')
            .findOneAndUpdate({ _id: data.id }, { $set: { data } }, { upsert: true });
          for (const workflow of ['a', 'b', 'c'])
            await mongo
              .collection<{ _id: string }>('deliveries')
              .findOneAndUpdate(
                { _id: `${workflow}:${data.id}` },
                { $setOnInsert: { status: 'PENDING', createdAt: new Date(), orderId: data.id } },
                { upsert: true },
              );
          taken += 1;
          if (taken === count) resolve(count / ((performance.now() - begun) / 1_000));
        }
      },
    });
  });
  const perSecond = await done;
  await mongo.dropDatabase();
  await mongo.close();
  return perSecond;
};
