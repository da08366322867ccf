import { eventually } from '@boxlist/local-servers';
import { describe, expect, it } from '@jest/globals';
import { createEventBus, type BusMessage, type EventBus } from '../src';
import { AssignerProtocol } from 'kafkajs';
import { aStack } from './stack';
import { aTopic, followed, ownName, quiet } from './world';

const stack = aStack();

/** Publishes a message under each of many keys, repeatedly, until it is stopped. The numbers never repeat. */
const stream = (topic: string) => {
  const sent: string[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const messages = Array.from({ length: 12 }, (_, key) => ({ key: `key-${key}`, value: `${sent.length + key}` }));
      await stack.bus.publish(topic, messages);
      sent.push(...messages.map(({ value }) => value));
    }
  })();
  return {
    sent,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
};

const member = async (own: EventBus, topic: string, groupId: string, seen: string[]) => {
  const partitions = new Set<number>();
  const consumer = await own.consumeBatches({
    topic,
    groupId,
    handle: async (messages: readonly BusMessage[]) => {
      for (const { partition, value } of messages) {
        partitions.add(partition);
        seen.push(String(value));
      }
    },
  });
  return { ...consumer, partitions };
};

describe('two members of a group', () => {
  it('share the partitions, and when one closes the other continues where it stopped', async () => {
    const topic = await aTopic(stack.bus, { partitions: 4 });
    const group = ownName('group');
    const [ones, others]: [string[], string[]] = [[], []];
    const one = await member(stack.buses.bus(), topic, group, ones);
    const other = await member(stack.buses.bus(), topic, group, others);
    const source = stream(topic);
    await eventually(() => {
      expect(one.partitions.size).toBeGreaterThan(0);
      expect(other.partitions.size).toBeGreaterThan(0);
    });
    await one.close();
    const atClose = source.sent.length;
    await eventually(() => expect(other.partitions.size).toBe(4));
    await eventually(() => expect(source.sent.length).toBeGreaterThan(atClose + 100));
    await source.stop();
    await eventually(async () => expect(await other.caughtUp(1_000)).toBe(true));
    const all = [...ones, ...others];
    expect(new Set(all)).toEqual(new Set(source.sent));
    await other.close();
  }, 60_000);
});

// A broker keeps a fetch open for a second while it has no messages, and a member waited for it before it left.
describe('a member that closes', () => {
  it('does not wait for its open fetch', async () => {
    const topic = await aTopic(stack.bus);
    await stack.bus.publish(topic, [{ key: 'a', value: '0' }]);
    const closedInMs: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const seen: string[] = [];
      const reader = await member(stack.bus, topic, ownName('group'), seen);
      // The next fetch opens as soon as these messages are handled, and stays open.
      await eventually(() => expect(seen).toEqual(['0']));
      const begun = Date.now();
      await reader.close();
      closedInMs.push(Date.now() - begun);
    }
    expect(closedInMs.reduce((sum, ms) => sum + ms)).toBeLessThan(1_200);
  }, 60_000);

  it('does not keep sleeping if it has nothing to fetch', async () => {
    const closedInMs: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const topic = await aTopic(stack.bus);
      const group = ownName('group');
      const own = await Promise.all(
        [stack.bus, stack.buses.bus()].map(async (bus) => {
          const seen: string[] = [];
          return { seen, ...(await member(bus, topic, group, seen)) };
        }),
      );
      await stack.bus.publish(topic, [{ key: 'a', value: '0' }]);
      await eventually(() => expect(own.flatMap(({ seen }) => seen)).toEqual(['0']));
      const begun = Date.now();
      await own.find(({ seen }) => seen.length === 0)?.close();
      closedInMs.push(Date.now() - begun);
      await own.find(({ seen }) => seen.length > 0)?.close();
    }
    expect(closedInMs.reduce((sum, ms) => sum + ms)).toBeLessThan(1_000);
  }, 60_000);

  it('handles each message once, together with its successors, even if an answer was on its way', async () => {
    const topic = await aTopic(stack.bus, { partitions: 2 });
    const group = ownName('group');
    const seen: string[] = [];
    const source = stream(topic);
    for (let round = 0; round < 6; round += 1) {
      const before = seen.length;
      const reader = await member(stack.bus, topic, group, seen);
      await eventually(() => expect(seen.length).toBeGreaterThan(before));
      await reader.close();
    }
    await source.stop();
    const last = await member(stack.bus, topic, group, seen);
    expect(await last.caughtUp(20_000)).toBe(true);
    await last.close();
    expect(seen.toSorted()).toEqual(source.sent.toSorted());
  }, 90_000);
});

/** A member of a group that assigns partitions in a way that no bus knows. */
const aStranger = async (topic: string, groupId: string) => {
  const stranger = stack.kafka.consumer({
    groupId,
    partitionAssigners: [
      () => ({
        name: 'Strange',
        version: 1,
        assign: async ({ members }) =>
          members.map(({ memberId }, index) => ({
            memberId,
            memberAssignment: AssignerProtocol.MemberAssignment.encode({
              version: 1,
              assignment: index === 0 ? { [topic]: [0] } : {},
              userData: Buffer.alloc(0),
            }),
          })),
        protocol: ({ topics }) => ({
          name: 'Strange',
          metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
        }),
      }),
    ],
  });
  const joined = new Promise<void>((resolve) => stranger.on(stranger.events.GROUP_JOIN, () => resolve()));
  await stranger.connect();
  await stranger.subscribe({ topics: [topic], fromBeginning: true });
  await stranger.run({ eachMessage: async () => undefined });
  await joined;
  return { leave: () => stranger.disconnect() };
};

describe('a member that the group refuses', () => {
  it('tries again until the group accepts it', async () => {
    const topic = await aTopic(stack.bus);
    const group = ownName('group');
    const stranger = await aStranger(topic, group);
    const logged: string[] = [];
    const note = (_fields: object, message: string): void => void logged.push(message);
    const own = createEventBus({
      brokers: stack.brokers.split(','),
      clientId: 'spec',
      log: { ...quiet, error: note },
    });
    const seen: string[] = [];
    await member(own, topic, group, seen);
    await eventually(() => expect(logged).toContain('events.consumer-ended'));
    await stranger.leave();
    await stack.bus.publish(topic, [{ key: 'one', value: 'after all' }]);
    await eventually(() => expect(seen).toContain('after all'), { timeoutMs: 30_000 });
    await own.close();
  }, 60_000);
});

describe('a prefix', () => {
  it('separates topics and groups of two installations on one Kafka', async () => {
    const [blue, green] = [stack.buses.bus(`${ownName('blue')}.`), stack.buses.bus(`${ownName('green')}.`)];
    const [topic, group] = ['orders.v1', 'sync'];
    for (const each of [blue, green]) await each.ensureTopics([{ name: topic, partitions: 1, compacted: false }]);
    await blue.publish(topic, [{ key: 'a', value: 'blue' }]);
    await green.publish(topic, [{ key: 'a', value: 'green' }]);
    const seen: Record<string, string[]> = { blue: [], green: [] };
    const members = [await member(blue, topic, group, seen.blue!), await member(green, topic, group, seen.green!)];
    await eventually(() => expect(seen).toEqual({ blue: ['blue'], green: ['green'] }));
    await Promise.all(members.map((each) => each.close()));
  });

  it('is left out of the origin in a dead letter, and the dead letter stays in the installation', async () => {
    const prefixed = stack.buses.bus(`${ownName('blue')}.`);
    const spec = { partitions: 1, compacted: false };
    await prefixed.ensureTopics([
      { name: 'orders.v1', ...spec },
      { name: 'orders.v1.dead-letter', ...spec },
    ]);
    await prefixed.publish('orders.v1', [{ key: 'a', value: 'x' }]);
    const reader = await followed(prefixed, 'orders.v1');
    await reader.count(1);
    await prefixed.deadLetter(reader.seen[0]!, { code: 'BAD_EVENT', reason: 'no' });
    const aside = await followed(prefixed, 'orders.v1.dead-letter');
    await aside.count(1);
    expect(aside.seen[0]?.headers['original-topic']).toBe('orders.v1');
    await Promise.all([reader.close(), aside.close()]);
  });
});

describe('creating topics', () => {
  it('works for many processes at once, and all of them can use the topics at once', async () => {
    const specs = Array.from({ length: 6 }, (_, index) => ({
      name: ownName('shared'),
      partitions: 1 + (index % 3),
      compacted: index % 2 === 0,
      ...(index % 2 === 0 ? {} : { retentionMs: 3_600_000 }),
    }));
    const processes = Array.from({ length: 8 }, () => stack.buses.bus());
    await Promise.all(
      processes.map(async (each, index) => {
        await each.ensureTopics(specs);
        for (const { name } of specs) await each.publish(name, [{ key: `process-${index}`, value: '1' }]);
      }),
    );
    for (const { name, partitions } of specs) {
      const reader = await followed(stack.bus, name);
      await reader.count(8);
      expect(Math.max(...reader.seen.map(({ partition }) => partition))).toBeLessThan(partitions);
      await reader.close();
    }
    await processes[0]?.ensureTopics(specs);
  }, 90_000);
});
