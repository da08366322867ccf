import { newId } from '@boxlist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import mongoose, { type Connection } from 'mongoose';
import { startServers } from '../src/servers';
import { copyOf, type Doc } from '../src/memory-documents';
import { createMemoryMongo } from '../src/memory-mongo';

/*
 * Checks that the MongoDB in memory answers like the server. The documents are like those that sync stores: each field
 * has values of one kind, is null, or is absent.
 */

const ids = ['a', 'b', 'c', 'd', 'e'];
const names = ['ada', 'bob', 'cleo', ''];
const times = [0, 1_000, 2_000].map((ms) => new Date(ms));
const tags = ['t1', 't2', 't3'];

/** Records as our code writes them, with the normal prototype. */
const record: typeof fc.record = (model: object, how: object = {}) =>
  fc.record(model, { noNullPrototype: true, ...how }) as never;
const someOf = <T>(all: readonly T[], minLength = 0) => fc.subarray([...all], { minLength });
const entry = record({ id: fc.constantFrom('1', '2', '3'), status: fc.constantFrom('SYNCED', 'FAILED') });
const value = {
  name: fc.constantFrom(...names, null),
  at: fc.constantFrom(...times, null),
  count: fc.integer({ min: -2, max: 2 }),
  isOpen: fc.boolean(),
  tags: someOf(tags),
  added: fc.option(record({ listIds: someOf(tags) })),
  outbox: fc.array(entry, { maxLength: 3 }),
};
const fields = record(value, { requiredKeys: [] });
const document = fc.tuple(fc.constantFrom(...ids), fields).map(([_id, rest]): Doc => ({ _id, ...rest }));

const range = <T>(of: fc.Arbitrary<T>) =>
  fc.tuple(fc.constantFrom('$lt', '$lte', '$gt', '$gte'), of).map(([operator, bound]) => ({ [operator]: bound }));
const one = <T>(name: string, of: fc.Arbitrary<T>): fc.Arbitrary<Doc> => of.map((wanted) => ({ [name]: wanted }));
const condition: fc.Arbitrary<Doc> = fc.oneof(
  one('name', value.name),
  one(
    'name',
    fc.oneof(range(fc.constantFrom(...names)), record({ $ne: value.name }), record({ $exists: fc.boolean() })),
  ),
  one('name', fc.constant({ $type: 'string' })),
  one('at', value.at),
  one(
    'at',
    fc.oneof(range(fc.constantFrom(...times)), fc.constant({ $type: 'date' }), record({ $exists: fc.boolean() })),
  ),
  one('at', fc.constant({ $gte: times[0], $lt: times[2] })),
  one('count', fc.oneof(value.count, range(value.count))),
  one('isOpen', fc.oneof(value.isOpen, fc.constant({ $ne: true }))),
  one(
    'tags',
    fc.oneof(fc.constantFrom(...tags), value.tags, record({ $in: someOf(tags) }), record({ $nin: someOf(tags) })),
  ),
  one('tags', record({ $elemMatch: record({ $nin: someOf(tags) }) })),
  one('added', fc.constantFrom(null, { $ne: null })),
  one('added.listIds', fc.constantFrom(...tags)),
  one('outbox', fc.constant([])),
  one('outbox.id', fc.oneof(fc.constantFrom('1', '2'), record({ $in: someOf(['1', '2', '3']) }))),
  one('_id', fc.oneof(record({ $in: someOf(ids) }), range(fc.constantFrom(...ids)))),
);
const filter: fc.Arbitrary<Doc> = fc.oneof(
  fc.constant({}),
  condition,
  fc.tuple(condition, condition).map(([keys, rest]) => ({ $and: [keys, { $and: [rest] }] })),
  fc.tuple(condition, condition).map((either) => ({ $or: either })),
);

/** Several operators, each with its own fields: MongoDB refuses two operators on one field. */
const update: fc.Arbitrary<Doc> = record(
  {
    $set: fc.oneof(
      one('name', value.name),
      one('added', value.added),
      record({ name: value.name, added: value.added }),
    ),
    $unset: fc.constant({ isOpen: 1 }),
    $inc: one('count', value.count),
    $push: one(
      'outbox',
      fc.oneof(
        entry,
        record({ $each: fc.array(entry, { maxLength: 2 }) }),
        record({ $each: fc.array(entry, { maxLength: 2 }), $slice: fc.constant(-3) }),
      ),
    ),
    $addToSet: one('tags', record({ $each: someOf(tags) })),
    $min: one('at', fc.constantFrom(...times)),
    $setOnInsert: one('first', fc.constant('x')),
  },
  { requiredKeys: [] },
).filter((operators) => Object.keys(operators).length > 0);
const pull: fc.Arbitrary<Doc> = fc
  .oneof(
    one('tags', fc.constantFrom(...tags)),
    one('outbox', one('id', fc.oneof(fc.constantFrom('1', '2'), record({ $in: someOf(['1', '2', '3']) })))),
  )
  .map((pulled) => ({ $pull: pulled, $max: { at: times[1] } }));
const anyUpdate = fc.oneof({ weight: 3, arbitrary: update }, { weight: 1, arbitrary: pull });

const byId = fc
  .tuple(fc.constantFrom(...ids), fc.oneof(fc.constant({}), condition))
  .map(([_id, rest]): Doc => ({ ...rest, _id }));
const sort = fc.constantFrom<Doc>({ _id: 1 }, { at: 1, _id: 1 }, { name: -1, _id: -1 }, { count: 1, _id: -1 });
const projection = fc.constantFrom<Doc | undefined>(undefined, { outbox: 0 }, { name: 1, tags: 1 }, { _id: 1 });

type Collection = ReturnType<Connection['collection']>;
type Command = (collection: Collection) => Promise<unknown>;
/**
 * A command for both databases through the driver's own types. The one in memory implements the part that sync uses.
 */
const command = <T>(of: fc.Arbitrary<T>, ask: (collection: Collection, given: T) => Promise<unknown>) =>
  of.map((given) => {
    const asks: Command = (collection) => ask(collection, given);
    return Object.assign(asks, { [fc.toStringMethod]: () => `${String(ask)} ${fc.stringify(given)}` });
  });

const counts = (answer: object): unknown => {
  const { matchedCount = 0, modifiedCount = 0, upsertedCount = 0, deletedCount = 0 } = answer as Record<string, number>;
  return { matchedCount, modifiedCount, upsertedCount, deletedCount };
};
const commands = fc.array(
  fc.oneof(
    command(fc.array(document, { minLength: 1, maxLength: 4 }), async (collection, given) => {
      await collection.insertMany(copyOf(given), { ordered: false });
    }),
    command(fc.tuple(byId, anyUpdate), async (collection, [which, by]) =>
      counts(await collection.updateOne(which, by)),
    ),
    command(fc.tuple(fc.constantFrom(...ids), update), async (collection, [_id, by]) =>
      counts(await collection.updateOne({ _id } as object, by, { upsert: true })),
    ),
    command(fc.tuple(filter, anyUpdate), async (collection, [which, by]) =>
      counts(await collection.updateMany(which, by)),
    ),
    command(fc.array(fc.tuple(byId, anyUpdate), { minLength: 1, maxLength: 3 }), async (collection, given) => {
      const writes = given.map(([which, by]) => ({ updateOne: { filter: which, update: by } }));
      return (await collection.bulkWrite(writes, { ordered: false })).matchedCount;
    }),
    command(
      fc.tuple(filter, anyUpdate, sort, fc.constantFrom('before', 'after')),
      (collection, [which, by, order, which2]) =>
        collection.findOneAndUpdate(which, by, { sort: order as never, returnDocument: which2 }),
    ),
    command(
      fc.tuple(filter, sort, fc.integer({ min: 1, max: 5 }), projection),
      (collection, [which, order, most, shown]) =>
        collection
          .find(which, { projection: shown })
          .sort(order as never)
          .limit(most)
          .toArray(),
    ),
    command(byId, (collection, which) => collection.findOne(which)),
    command(fc.tuple(filter, fc.integer({ min: 1, max: 3 })), (collection, [which, limit]) =>
      collection.countDocuments(which, { limit }),
    ),
    command(byId, async (collection, which) => counts(await collection.deleteOne(which))),
    command(condition, async (collection, which) => counts(await collection.deleteMany(which))),
  ),
  { minLength: 2, maxLength: 12 },
);

/** The answer, or the code of a refusal. */
const answerOf = (collection: Collection, ask: Command): Promise<unknown> =>
  ask(collection).catch((error: unknown) => ({ refused: (error as { code?: unknown }).code ?? String(error) }));

let server: Connection;
beforeAll(async () => {
  const { mongo } = await startServers();
  server = await mongoose
    .createConnection(mongo.uri, { dbName: `t${newId('event').slice(-10).toLowerCase()}` })
    .asPromise();
}, 120_000);
afterAll(async () => {
  await server?.dropDatabase();
  await server?.close();
});

describe('the MongoDB in memory', () => {
  it('answers like the server, and holds the same documents afterwards', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(document, { maxLength: 5 }), commands, async (begun, asked) => {
        const real = server.collection(`round${(round += 1)}`);
        const inMemory = createMemoryMongo()
          .connect((_, act) => Promise.resolve().then(act))
          .collection('round');
        const all: Command = (collection) => collection.find({}).sort({ _id: 1 }).toArray();
        const steps: Command[] = [
          async (collection) => {
            const [first] = begun;
            if (first) await collection.insertMany(copyOf(begun), { ordered: false });
          },
          ...asked.flatMap((ask) => [ask, all]),
        ];
        for (const step of steps) expect(await answerOf(inMemory, step)).toEqual(await answerOf(real, step));
        await real.drop().catch(() => undefined);
      }),
      { numRuns: 400 },
    );
  }, 120_000);
});
