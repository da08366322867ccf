import mongoose from 'mongoose';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { takeOneByOne } from './rivals/take-one-by-one';
import { line, type Line } from './table';
import type { BenchWorld, Round } from './world';

const orders = 20_000;

/**
 * Measures orders per second from Kafka to committed deliveries, next to raw writes of the same documents on the same
 * server, and next to one message at a time.
 */
export const benchIntake = async (world: BenchWorld): Promise<Line[]> => {
  const round = await world.round();
  try {
    const office = await round.office();
    for (let index = 0; index < 3; index += 1)
      await office.workflow({ lists: { fixed: [crypto.randomUUID()], perEvent: false } });
    // The orders wait on Kafka before sync starts.
    await round.produce(
      Array.from({ length: orders }, (_, index) =>
        round.order(office.boxOfficeId, index, `${round.prefix}.${index}@example.com`),
      ),
    );
    const taken = await takenPerSecond(round);
    const raw = await rawPerSecond(world, round);
    const rival = await takeOneByOne(world, round, 2_000);
    return [
      line('intake', 'orders per second, 3 deliveries each', taken, 'orders/s'),
      line('intake', 'raw bulk writes of the same documents', raw, 'orders/s'),
      line('intake', 'ratio to raw bulk writes', taken / raw, '', { atLeast: 0.7 }),
      line('intake', 'rival: one message, one findOneAndUpdate each', rival, 'orders/s'),
      line('intake', 'times as fast as the rival', taken / rival, ''),
    ];
  } finally {
    await round.end();
  }
};

/** Orders per second, from the first committed delivery to the last. */
const takenPerSecond = async (round: Round): Promise<number> => {
  const deliveries = round.mongo.collection('deliveries');
  const starting = round.startSync({ SYNC_WORK: 'intake' });
  const seen = async (): Promise<number> => deliveries.estimatedDocumentCount();
  while ((await seen()) === 0) await delay(5);
  const [begun, first] = [performance.now(), await seen()];
  for (let count = first; count < orders * 3; count = await seen()) {
    await delay(20);
  }
  await starting;
  return (orders - first / 3) / ((performance.now() - begun) / 1_000);
};

/**
 * Writes the same documents in batches of 500 orders into empty collections with the same indexes and the same write
 * concern. Returns the better of one and three batches at a time.
 */
const rawPerSecond = async (world: BenchWorld, round: Round): Promise<number> => {
  const documents = await Promise.all(
    ['orders', 'deliveries'].map(async (name) => ({
      name,
      indexes: (await round.mongo.collection(name).indexes()) as { key: Record<string, 1>; name: string }[],
      all: await round.mongo.collection(name).find({}).toArray(),
    })),
  );
  let best = 0;
  for (const atOnce of [1, 3]) {
    const raw = await mongoose
      .createConnection(world.mongoUri, {
        dbName: `raw${randomBytes(4).toString('hex')}`,
        autoIndex: false,
        writeConcern: { w: 'majority', journal: true },
      })
      .asPromise();
    for (const { name, indexes } of documents)
      for (const { key, name: indexName, ...options } of indexes)
        if (indexName !== '_id_') {
          const { v: _v, ns: _ns, ...rest } = options as Record<string, unknown>;
          await raw.collection(name).createIndex(key, { name: indexName, ...rest });
        }
    const batches = Array.from({ length: orders / 500 }, (_, index) => index);
    const begun = performance.now();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
          for (const { name, all } of documents) {
            const size = name === 'orders' ? 500 : 1_500;
            const some = all.slice(batch * size, (batch + 1) * size);
            await raw.collection(name).bulkWrite(
              some.map((document) => ({ insertOne: { document } })),
              { ordered: false },
            );
          }
      }),
    );
    best = Math.max(best, orders / ((performance.now() - begun) / 1_000));
    await raw.dropDatabase();
    await raw.close();
  }
  return best;
};
