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
import { createHttp, type HealthChecks } from './http';
import { createIdentityVerifier } from './identity';
import { internalTlsOf } from './internal-tls';
import { busOptionsOf, type KafkaConfig } from './kafka-settings';
import { openListeners, type ListeningService } from './listeners';
import { createLog, type Log } from './log';
import { checkMongo, connectMongo } from './mongo';
import type { HttpSettings, JsonWebKeySetting, TlsSettings } from './settings';
import { createSharedCounter, type SharedCounter } from './shared-counter';
import { mountSubgraph, type SubgraphOptions } from './subgraph';
import { createUsedTokens, type UsedTokens } from './used-tokens';

/**
 * The settings of `commonSettings`, `mongoSettings` and `kafkaSettings`. The last ones are from `consumerSettings`,
 * `operationSettings` and `publicSettings`.
 */
interface PlatformConfig extends KafkaConfig, HttpSettings, TlsSettings {
  readonly INTERNAL_HOST: string;
  readonly LOG_LEVEL: Parameters<typeof createLog>[1];
  readonly MONGODB_URI: string;
  readonly MONGODB_DATABASE_PREFIX: string;
  readonly EVENTS_STAND_STILL_AFTER_MS?: number;
  readonly OPERATION_COST_BUDGET?: number;
  readonly OPERATION_DEADLINE_MS?: number;
  readonly TRUSTED_PROXIES?: readonly string[];
}

interface PlatformOptions {
  /** Created if they are missing. */
  readonly topics: readonly TopicSpec[];
  /** Replaces the service's own log. */
  readonly log?: Log;
}

interface Doors<C extends object> {
  /** The listener for people and partners outside of Boxlist. Without it everything is internal. */
  readonly public?: {
    readonly host: string;
    readonly port: number;
    readonly routes: (app: FastifyInstance) => void;
  };
  /** The port of the listener for the gateway, the other services and operators. */
  readonly internalPort: number;
  /** Checks that decide readiness, in addition to MongoDB's. */
  readonly health?: HealthChecks;
  /** Checks that readiness only reports. Default: the check of Kafka. */
  readonly reported?: HealthChecks;
  readonly subgraph?: Pick<SubgraphOptions<C>, 'typeDefs' | 'resolvers' | 'context'> & {
    readonly identityKey: JsonWebKeySetting;
  };
  /** Adds the service's own routes to the internal listener. */
  readonly internalRoutes?: (app: FastifyInstance) => void;
}

/** What every service is built on: a log, its own database, Kafka, and an HTTP server. */
export interface Platform {
  readonly log: Log;
  readonly mongo: Connection;
  readonly bus: EventBus;
  /** Remembers the tokens that are valid for one use. */
  readonly usedTokens: UsedTokens;
  /** A counter for rate limits that all processes of the service share. */
  sharedCounter(): SharedCounter;
  /** Publishes the events in the outboxes of a collection until the platform closes. */
  relayOutbox<
    E extends { readonly id: string } = OutboxEntry,
    D extends { readonly _id: unknown; readonly outbox?: readonly E[] } = {
      readonly _id: unknown;
      readonly outbox?: readonly E[];
    },
  >(
    options: Omit<RelayOptions<D, E>, 'bus' | 'log'>,
  ): Promise<OutboxRelay>;
  /**
   * Adds a step to `close`. Steps run in reverse sequence, after the listeners have closed and before Kafka and MongoDB
   * are disconnected.
   */
  onClose(close: () => Promise<void>): void;
  /**
   * Starts the internal listener with health, metrics, the subgraph and internal routes, and the public listener with
   * its routes. Closing the service closes the platform.
   */
  serve<C extends object>(doors: Doors<C>): Promise<ListeningService>;
  /** Closes a platform without listeners. Idempotent. */
  close(): Promise<void>;
}

/**
 * Connects a service to MongoDB, with a database named after the service, and to Kafka. Throws if MongoDB or Kafka
 * does not answer, and ConfigError if the settings of Kafka contradict each other.
 */
export const createPlatform = async (
  name: string,
  config: PlatformConfig,
  { topics, log = createLog(name, config.LOG_LEVEL) }: PlatformOptions,
): Promise<Platform> => {
  const kafka = busOptionsOf(config);
  const database = `${config.MONGODB_DATABASE_PREFIX}_${name.replaceAll('-', '_')}`;
  const mongo = await connectMongo({ uri: config.MONGODB_URI, database, log });
  const bus = createEventBus({
    ...kafka,
    clientId: name,
    standsStillAfterMs: config.EVENTS_STAND_STILL_AFTER_MS,
    log,
  });
  await bus.ensureTopics(topics);
  const usedTokens = createUsedTokens(mongo);
  const closers: (() => Promise<void>)[] = [() => mongo.close(), () => bus.close()];
  const closeAll = async (): Promise<void> => {
    for (let each = closers.pop(); each; each = closers.pop()) await each();
  };
  let closing: Promise<void> | undefined;
  // Whoever calls it again waits for the same end.
  const close = (): Promise<void> => (closing ??= closeAll());
  return {
    log,
    mongo,
    bus,
    usedTokens,
    sharedCounter: () => createSharedCounter(mongo.getClient(), database, log),
    relayOutbox: async (options) => {
      const relay = await startOutboxRelay({ bus, log, ...options });
      closers.push(() => relay.close());
      return relay;
    },
    onClose: (each) => void closers.push(each),
    serve: async ({ internalPort, health = {}, reported = { kafka: () => bus.check() }, ...doors }) => {
      const { internalRoutes, subgraph, public: outer } = doors;
      const app = createHttp({
        log,
        health: { mongodb: () => checkMongo(mongo), ...health },
        reported,
        settings: config,
        tls: internalTlsOf(config),
      });
      closers.push(async () => app.close());
      internalRoutes?.(app);
      if (subgraph) {
        const { identityKey, ...options } = subgraph;
        const limits = { costBudget: config.OPERATION_COST_BUDGET, deadlineMs: config.OPERATION_DEADLINE_MS };
        await usedTokens.init();
        const verifier = await createIdentityVerifier(identityKey, { audience: name, usedTokens });
        await mountSubgraph(app, { ...options, ...limits, identity: verifier, log });
      }
      const outside = outer && {
        ...outer,
        app: createHttp({ log, settings: config, trustedProxies: config.TRUSTED_PROXIES }),
      };
      outside?.routes(outside.app);
      const listening = await openListeners({ app, host: config.INTERNAL_HOST, port: internalPort }, outside);
      closers.push(() => listening.close());
      return { ...listening, close };
    },
    close,
  };
};
