import { tryBroker } from '@boxlist/event-bus';
import * as local from '@boxlist/local-servers';

/** Starts the real broker, or uses KAFKA_BROKERS. Resolves when a consumer group can work. */
export const startKafka = (options: Omit<local.KafkaOptions, 'tryBroker'>): Promise<local.LocalKafka> =>
  local.startKafka({ ...options, tryBroker });

/** Starts Kafka and MongoDB side by side, or uses the servers that the environment names. */
export const startServers = (options: Partial<local.ServersOptions> = {}): Promise<local.Servers> =>
  local.startServers({ tryBroker, ...options });

interface Started {
  stop(): Promise<unknown>;
}

/**
 * Resolves when all are started. If one fails, stops the others and rejects: a child process left behind would keep
 * the test process from ending.
 */
export const startTogether = async <T extends readonly Started[]>(
  ...starts: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> => {
  const promises: readonly Promise<Started>[] = starts;
  const settled = await Promise.allSettled(promises);
  const failed = settled.find((each) => each.status === 'rejected');
  if (!failed) return (await Promise.all(promises)) as unknown as T;
  for (const each of settled) if (each.status === 'fulfilled') await each.value.stop();
  throw failed.reason;
};
