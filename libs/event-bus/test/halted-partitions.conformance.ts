import { AppError, deadLetterTopicOf } from '@boxlist/contracts';
import { eventually } from '@boxlist/local-servers';
import { describe, expect, it } from '@jest/globals';
import { createEventBus, type BusMessage, type EventBus } from '../src';
import { aStack } from './stack';
import { aTopic, followed, ownName, quiet } from './world';

// A handler in retry used one of the three slots in which kafkajs handles partitions, and kafkajs fetches nothing more
// from a broker until every partition of the last fetch is handled. So one message with an endless retry delayed every
// partition of that broker.

const stack = aStack();

const unavailable = () => new AppError('DATABASE_UNAVAILABLE', 'MongoDB does not answer');

const write = async (topic: string, messages: { partition: number; value: string }[]): Promise<void> => {
  const producer = stack.kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
};

/** A member that never finishes partitions with stuck messages. */
const member = async (own: EventBus, topic: string, groupId: string, isStuck: (message: BusMessage) => boolean) => {
  const done: { partition: number; value: string }[] = [];
  const tries: string[][] = [];
  const consumer = await own.consumeBatches({
    topic,
    groupId,
    handle: async (messages) => {
      if (messages.some(isStuck)) {
        tries.push(messages.map(({ value }) => String(value)));
        throw unavailable();
      }
      done.push(...messages.map(({ partition, value }) => ({ partition, value: String(value) })));
    },
  });
  return { ...consumer, done, tries, values: () => done.map(({ value }) => value) };
};

/** Writes to a partition, and waits until the message was read, `times` times. */
const goesOn = async (topic: string, partition: number, reader: { values(): string[] }, times: number) => {
  for (let round = 0; round < times; round += 1) {
    const value = ownName('goes on');
    await write(topic, [{ partition, value }]);
    await eventually(() => expect(reader.values()).toContain(value), { timeoutMs: 20_000 });
  }
};

describe('a partition whose retry never ends', () => {
  it('delays no other, even if more partitions wait than are handled at once', async () => {
    const topic = await aTopic(stack.bus, { partitions: 6 });
    const isStuck = ({ partition }: BusMessage) => partition < 4;
    const reader = await member(stack.bus, topic, ownName('group'), isStuck);
    await write(
      topic,
      [0, 1, 2, 3].map((partition) => ({ partition, value: `stuck ${partition}` })),
    );
    await eventually(() => expect(new Set(reader.tries.flat()).size).toBe(4));
    await goesOn(topic, 4, reader, 5);
    await goesOn(topic, 5, reader, 5);
    const before = reader.tries.length;
    await eventually(() => expect(reader.tries.length).toBeGreaterThan(before), { timeoutMs: 40_000 });
    await reader.close();
  }, 120_000);

  it('gets the same messages again in sequence, whatever follows them, and then continues', async () => {
    const topic = await aTopic(stack.bus, { partitions: 2 });
    const repair = { isDone: false };
    const reader = await member(
      stack.bus,
      topic,
      ownName('group'),
      ({ partition }) => partition === 0 && !repair.isDone,
    );
    await write(
      topic,
      ['one', 'two'].map((value) => ({ partition: 0, value })),
    );
    await eventually(() => expect(reader.tries.length).toBeGreaterThan(0));
    const [first] = reader.tries;
    for (const count of [0, 1]) {
      await write(topic, [{ partition: 0, value: `behind ${count}` }]);
      await goesOn(topic, 1, reader, 1);
      const before = reader.tries.length;
      await eventually(() => expect(reader.tries.length).toBeGreaterThan(before), { timeoutMs: 40_000 });
    }
    for (const tried of reader.tries) expect(tried).toEqual(first);
    repair.isDone = true;
    await eventually(() => expect(reader.values()).toContain('behind 1'), { timeoutMs: 60_000 });
    const ofPartition = reader.done.flatMap(({ partition, value }) => (partition === 0 ? value : []));
    expect(ofPartition).toEqual(['one', 'two', 'behind 0', 'behind 1']);
    expect(await reader.caughtUp(20_000)).toBe(true);
    await reader.close();
  }, 180_000);

  it('moves to another member with all its unhandled messages, and the other starts with them', async () => {
    const topic = await aTopic(stack.bus, { partitions: 2 });
    const group = ownName('group');
    const one = await member(stack.buses.bus(), topic, group, ({ partition }) => partition === 0);
    await write(topic, [{ partition: 0, value: 'stuck' }]);
    await eventually(() => expect(one.tries.length).toBeGreaterThan(3), { timeoutMs: 40_000 });
    const other = await member(stack.buses.bus(), topic, group, () => false);
    await one.close();
    await eventually(() => expect(other.values()).toEqual(['stuck']), { timeoutMs: 40_000 });
    await goesOn(topic, 0, other, 1);
    await goesOn(topic, 1, other, 1);
    await other.close();
  }, 120_000);

  it('that comes back to a member continues where the other member stopped', async () => {
    const topic = await aTopic(stack.bus, { partitions: 2 });
    const group = ownName('group');
    const repair = { isDone: false };
    const stuck = ({ value }: BusMessage) => String(value) === 'stuck' && !repair.isDone;
    const one = await member(stack.buses.bus(), topic, group, stuck);
    await write(
      topic,
      [0, 1].map((partition) => ({ partition, value: 'stuck' })),
    );
    await eventually(() => expect(one.tries.length).toBeGreaterThan(7), { timeoutMs: 40_000 });
    const other = await member(stack.buses.bus(), topic, group, stuck);
    await eventually(() => expect(other.tries.length).toBeGreaterThan(0), { timeoutMs: 60_000 });
    repair.isDone = true;
    await eventually(() => expect([...one.values(), ...other.values()]).toEqual(['stuck', 'stuck']), {
      timeoutMs: 60_000,
    });
    await other.close();
    for (const partition of [0, 1]) await goesOn(topic, partition, one, 1);
    expect(one.values().filter((value) => value === 'stuck').length).toBeLessThanOrEqual(1);
    await one.close();
  }, 180_000);

  it('lets its member close at once, and nothing of it keeps running', async () => {
    const topic = await aTopic(stack.bus, { partitions: 2 });
    const own = stack.buses.bus();
    const reader = await member(own, topic, ownName('group'), () => true);
    await write(
      topic,
      [0, 1].map((partition) => ({ partition, value: 'stuck' })),
    );
    await eventually(() => expect(reader.tries.length).toBeGreaterThan(7), { timeoutMs: 40_000 });
    const begun = Date.now();
    await reader.close();
    expect(Date.now() - begun).toBeLessThan(6_000);
    const before = reader.tries.length;
    const other = await member(stack.bus, topic, ownName('group'), () => false);
    await goesOn(topic, 0, other, 1);
    await other.close();
    expect(reader.tries.length).toBe(before);
  }, 120_000);
});

describe('a defect', () => {
  it('in one partition is tried five times in all, even with waits between, and counts for no other', async () => {
    const topic = await aTopic(stack.bus, { partitions: 2 });
    const tries: number[] = [];
    const values: string[] = [];
    const consumer = await stack.bus.consumeBatches({
      topic,
      groupId: ownName('group'),
      handle: async (messages) => {
        if (messages[0]?.partition === 0 && messages.some(({ value }) => String(value) === 'bad')) {
          tries.push(messages.length);
          throw new TypeError('cannot read properties of undefined');
        }
        values.push(...messages.map(({ value }) => String(value)));
      },
    });
    await write(topic, [{ partition: 0, value: 'bad' }]);
    await goesOn(topic, 1, { values: () => values }, 3);
    await write(topic, [{ partition: 0, value: 'after' }]);
    await eventually(() => expect(values).toContain('after'), { timeoutMs: 60_000 });
    expect(tries).toEqual([1, 1, 1, 1, 1]);
    await consumer.close();
  }, 120_000);
});

// Nobody created the dead-letter topic of a dead-letter topic. So a defect in the consumer of dead letters, or damage
// there, halted its partition for ever, because no letter could be published.
describe('a message that must be set aside', () => {
  it.each([
    ['a topic', (topic: string) => topic],
    ['a topic of dead letters', deadLetterTopicOf],
  ])(
    'by a consumer of %s finds its dead-letter topic',
    async (_what, nameOf) => {
      const topic = nameOf(ownName('topic'));
      await stack.bus.ensureTopics([{ name: topic, partitions: 1, compacted: false }]);
      const values: string[] = [];
      const consumer = await stack.bus.consumeBatches({
        topic,
        groupId: ownName('group'),
        handle: async (messages) => {
          const texts = messages.map(({ value }) => String(value));
          if (texts.includes('bad')) throw new TypeError('cannot read properties of undefined');
          values.push(...texts);
        },
      });
      await write(
        topic,
        ['bad', 'after'].map((value) => ({ partition: 0, value })),
      );
      await eventually(() => expect(values).toEqual(['after']), { timeoutMs: 60_000 });
      const aside = await followed(stack.bus, deadLetterTopicOf(topic));
      await aside.count(1);
      expect(aside.values()).toEqual(['bad']);
      await Promise.all([consumer.close(), aside.close()]);
    },
    120_000,
  );
});

describe('a standstill', () => {
  it('is reported by the bus and in the log, once when it begins and once when it ends', async () => {
    const logged: Record<string, unknown>[] = [];
    const log = (fields: object, message: string): void => {
      if (message.startsWith('events.standing') || message.startsWith('events.moving'))
        logged.push({ message, ...fields });
    };
    const own = createEventBus({
      brokers: stack.brokers.split(','),
      clientId: 'spec',
      standsStillAfterMs: 2_000,
      log: { ...quiet, info: log, error: log },
    });
    const topic = await aTopic(stack.bus, { partitions: 2 });
    const groupId = ownName('group');
    const repair = { isDone: false };
    const reader = await member(own, topic, groupId, ({ partition }) => partition === 1 && !repair.isDone);
    await write(topic, [{ partition: 1, value: 'stuck' }]);
    await goesOn(topic, 0, reader, 1);
    await eventually(() => expect(own.standing()).toHaveLength(1), { timeoutMs: 20_000 });
    const standstill = { topic, groupId, partition: 1, since: expect.any(Date) };
    expect(own.standing()).toEqual([{ ...standstill, code: 'DATABASE_UNAVAILABLE' }]);
    await eventually(() => expect(logged).toHaveLength(1));
    repair.isDone = true;
    await eventually(() => expect(logged).toHaveLength(2), { timeoutMs: 40_000 });
    expect(logged).toEqual([
      expect.objectContaining({ message: 'events.standing-still', ...standstill }),
      expect.objectContaining({ message: 'events.moving-again', ...standstill }),
    ]);
    expect(own.standing()).toEqual([]);
    await own.close();
  }, 120_000);
});
