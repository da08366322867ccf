import {
  createEventBus,
  startOutboxRelay,
  type EventBus,
  type OutboxEntry,
  type OutboxRelay,
  type RelayOptions,
  type TopicSpec,
} from '@boxlist/event-bus';
import type { FastifyInstance } from 'fastify';
import type { Connection } from 'mongoose';
import { createHttp, listen, type HealthChecks } from './http';
import { createIdentityVerifier } from './identity';
import { createLog, type Log } from './log';
import { checkMongo, connectMongo } from './mongo';
import type { Service } from './service';
import type { JsonWebKeySetting } from './settings';
import { mountSubgraph, type SubgraphOptions } from './subgraph';

/** The settings of `commonSettings`, `mongoSettings` and `kafkaSettings`; the last of `consumerSettings`. */
interface PlatformConfig {
  readonly HOST: string;
  readonly LOG_LEVEL: Parameters<typeof createLog>[1];
  readonly MONGODB_URI: string;
  readonly MONGODB_DATABASE_PREFIX: string;
  readonly KAFKA_BROKERS: readonly string[];
  readonly KAFKA_TOPIC_PREFIX: string;
  readonly EVENTS_STAND_STILL_AFTER_MS?: number;
}

interface PlatformOptions {
  /** Created where they do not exist. */
  readonly topics: readonly TopicSpec[];
  /** Instead of one of its own. */
  readonly log?: Log;
}

interface Doors<C extends object> {
  readonly port: number;
  /** Checks that decide readiness, beside MongoDB's. */
  readonly health?: HealthChecks;
  /** Checks that readiness only reports; Kafka's unless given. */
  readonly reported?: HealthChecks;
  readonly subgraph?: Pick<SubgraphOptions<C>, 'typeDefs' | 'resolvers' | 'context'> & {
    readonly identityKey: JsonWebKeySetting;
  };
  /** Routes of its own. */
  readonly routes?: (app: FastifyInstance) => void;
}

/** What every service stands on: a log, its own database, Kafka, and HTTP doors. */
export interface Platform {
  readonly log: Log;
  readonly mongo: Connection;
  readonly bus: EventBus;
  /** Publishes what stands in the outboxes of a collection, until the platform closes. */
  relayOutbox<
    E extends { readonly id: string } = OutboxEntry,
    D extends { readonly _id: unknown; readonly outbox?: readonly E[] } = {
      readonly _id: unknown;
      readonly outbox?: readonly E[];
    },
  >(
    options: Omit<RelayOptions<D, E>, 'bus' | 'log'>,
  ): Promise<OutboxRelay>;
  /** To be done at the end, latest first: after the doors are closed, before Kafka and MongoDB are left. */
  onClose(close: () => Promise<void>): void;
  /** Opens the doors: health, metrics, the subgraph, and routes. Closing the service closes the platform. */
  serve<C extends object>(doors: Doors<C>): Promise<Service>;
  /** Without doors. Idempotent. */
  close(): Promise<void>;
}

/**
 * Connects a service to MongoDB, to a database that is named for it, and to Kafka. Throws when MongoDB does not answer.
 */
export const createPlatform = async (
  name: string,
  config: PlatformConfig,
  { topics, log = createLog(name, config.LOG_LEVEL) }: PlatformOptions,
): Promise<Platform> => {
  const mongo = await connectMongo({
    uri: config.MONGODB_URI,
    database: `${config.MONGODB_DATABASE_PREFIX}_${name.replaceAll('-', '_')}`,
    log,
  });
  const bus = createEventBus({
    brokers: config.KAFKA_BROKERS,
    clientId: name,
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    standsStillAfterMs: config.EVENTS_STAND_STILL_AFTER_MS,
    log,
  });
  await bus.ensureTopics(topics);
  const closers: (() => Promise<void>)[] = [() => mongo.close(), () => bus.close()];
  const close = async (): Promise<void> => {
    for (let each = closers.pop(); each; each = closers.pop()) await each();
  };
  return {
    log,
    mongo,
    bus,
    relayOutbox: async (options) => {
      const relay = await startOutboxRelay({ bus, log, ...options });
      closers.push(() => relay.close());
      return relay;
    },
    onClose: (each) => void closers.push(each),
    serve: async ({ port, health = {}, reported = { kafka: () => bus.check() }, subgraph, routes }) => {
      const app = createHttp({ log, health: { mongodb: () => checkMongo(mongo), ...health }, reported });
      closers.push(async () => app.close());
      routes?.(app);
      if (subgraph) {
        const { identityKey, ...options } = subgraph;
        await mountSubgraph(app, { ...options, identity: await createIdentityVerifier(identityKey), log });
      }
      return { url: await listen(app, config.HOST, port), close };
    },
    close,
  };
};
