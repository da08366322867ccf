import * as local from '@boxlist/local-servers';
import { eventually } from '@boxlist/local-servers';
import { randomUUID } from 'node:crypto';
import { createEventBus, tryBroker, type BusMessage, type EventBus, type TopicSpec } from '../src';

export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A unique name for a topic, a group or a database, because servers may be shared. */
export const ownName = (kind: string): string => `${kind}-${randomUUID().slice(0, 8)}`;

/** Creates buses on one broker, which are closed together. */
export const busesOn = (brokers: string) => {
  const open: EventBus[] = [];
  return {
    /** A bus like that of a separate process. */
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

/** Creates a topic with a unique name. */
export const aTopic = async (bus: EventBus, spec: Partial<TopicSpec> = {}): Promise<string> => {
  const name = ownName('topic');
  await bus.ensureTopics([{ name, partitions: 1, compacted: false, ...spec }]);
  return name;
};

/** Reads a topic from its beginning, in a new group. */
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
    /** Resolves when at least this many messages have arrived. */
    count: (count: number) =>
      eventually(() => {
        if (seen.length < count) throw new Error(`${seen.length} of ${count} messages`);
      }),
    close: () => consumer.close(),
  };
};

export type { Servers } from '@boxlist/local-servers';
export const startServers = () => local.startServers({ tryBroker });
export const startKafka = (dataDir: string) => local.startKafka({ dataDir, tryBroker });
