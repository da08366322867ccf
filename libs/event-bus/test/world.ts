import { eventually, startServers, type Servers } from '@boxlist/testkit';
import { randomUUID } from 'node:crypto';
import { createEventBus, type BusMessage, type EventBus, type TopicSpec } from '../src';

export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A name of its own for a topic, a group or a database, on servers that may be shared. */
export const ownName = (kind: string): string => `${kind}-${randomUUID().slice(0, 8)}`;

/** Buses on one broker that are closed together. */
export const busesOn = (brokers: string) => {
  const open: EventBus[] = [];
  return {
    /** What a process of its own has. */
    bus: (topicPrefix = ''): EventBus => {
      const bus = createEventBus({ brokers: brokers.split(','), clientId: 'spec', topicPrefix, log: quiet });
      open.push(bus);
      return bus;
    },
    close: async () => {
      await Promise.all(open.map((bus) => bus.close()));
    },
  };
};

/** A new topic. */
export const aTopic = async (bus: EventBus, spec: Partial<TopicSpec> = {}): Promise<string> => {
  const name = ownName('topic');
  await bus.ensureTopics([{ name, partitions: 1, compacted: false, ...spec }]);
  return name;
};

/** Everything on a topic from its beginning, as a consumer that has never read it before sees it. */
export const followed = async (bus: EventBus, topic: string) => {
  const seen: BusMessage[] = [];
  const consumer = await bus.consumeBatches({
    topic,
    groupId: ownName('follower'),
    handle: async (messages) => void seen.push(...messages),
  });
  return {
    seen,
    values: () => seen.map(({ value }) => String(value)),
    /** Resolves when so many messages are there. */
    count: (count: number) =>
      eventually(() => {
        if (seen.length < count) throw new Error(`${seen.length} of ${count} messages`);
      }),
    close: () => consumer.close(),
  };
};

export { startServers, type Servers };
