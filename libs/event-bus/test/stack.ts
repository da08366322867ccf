import { afterAll, beforeAll } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import type { EventBus } from '../src';
import { busesOn, startServers, type Servers } from './world';

interface Stack {
  /** The address of Kafka. */
  readonly brokers: string;
  readonly buses: ReturnType<typeof busesOn>;
  /** A shared bus, for tests that need no bus of their own. */
  readonly bus: EventBus;
  /** A plain client, like those of other producers. */
  readonly kafka: Kafka;
}

/** Servers and buses for the tests of a file: started before the first test, closed after the last. */
export const aStack = (): Stack => {
  let servers: Servers | undefined;
  let begun: Stack | undefined;
  const stack = (): Stack => {
    if (!begun) throw new Error('The stack begins with the first test');
    return begun;
  };
  beforeAll(async () => {
    servers = await startServers();
    const { brokers } = servers.kafka;
    const buses = busesOn(brokers);
    const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    begun = { brokers, buses, bus: buses.bus(), kafka };
  }, 120_000);
  afterAll(async () => {
    await begun?.buses.close();
    await servers?.stop();
  }, 60_000);
  return {
    get brokers() {
      return stack().brokers;
    },
    get buses() {
      return stack().buses;
    },
    get bus() {
      return stack().bus;
    },
    get kafka() {
      return stack().kafka;
    },
  };
};
