import { createEventBus } from './bus';
import type { KafkaSecurity } from './event-bus';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const topic = 'boxlist.readiness';

/**
 * Creates a topic and joins a consumer group once. Throws if the broker or its group coordinator cannot do that yet, so
 * later callers do not see their start-up errors. Brokers are separated by commas.
 */
export const tryBroker = async (brokers: string, security?: KafkaSecurity): Promise<void> => {
  const bus = createEventBus({ brokers: brokers.split(','), clientId: 'readiness', security, log: quiet });
  try {
    await bus.check();
    await bus.ensureTopics([{ name: topic, partitions: 1, compacted: false, retentionMs: 60_000 }]);
    const consumer = await bus.consumeBatches({ topic, groupId: topic, handle: async () => undefined });
    await consumer.close();
  } finally {
    await bus.close();
  }
};
