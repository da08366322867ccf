import { busOptionsFrom } from '@boxlist/service-kit';
import { produceOrders, type OrderEventJson } from '@boxlist/testkit';
import { defaultPorts } from './steps';

/** How to reach Kafka: by the settings of the services (`KAFKA_*`), or else the local stack's broker. */
export const kafkaOptions = () =>
  busOptionsFrom({ ...process.env, KAFKA_BROKERS: process.env.KAFKA_BROKERS ?? `127.0.0.1:${defaultPorts().kafka}` });

/** Publishes order events. */
export const produce = (events: readonly OrderEventJson[]): Promise<void> => {
  const { brokers, topicPrefix, security } = kafkaOptions();
  return produceOrders(brokers.join(','), events, topicPrefix, security);
};
