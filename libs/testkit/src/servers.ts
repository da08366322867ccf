import { tryBroker } from '@boxlist/event-bus';
import * as local from '@boxlist/local-servers';

/** Starts the real broker, or uses KAFKA_BROKERS. Resolves when a consumer group can work. */
export const startKafka = (options: Omit<local.KafkaOptions, 'tryBroker'>): Promise<local.LocalKafka> =>
  local.startKafka({ ...options, tryBroker });

/** Starts Kafka and MongoDB side by side, or uses the servers that the environment names. */
export const startServers = (options: Omit<local.ServersOptions, 'tryBroker'> = {}): Promise<local.Servers> =>
  local.startServers({ ...options, tryBroker });
