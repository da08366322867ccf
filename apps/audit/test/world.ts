import { cloudEventOf, newId, topics, type AuditEntry, type BoxOfficeId } from '@boxlist/contracts';
import { createEventBus, type EventBus } from '@boxlist/event-bus';
import { createIdentitySigner, createLog, settings, type Role } from '@boxlist/service-kit';
import { askSubgraph, startServers } from '@boxlist/testkit';
import { exportJWK, generateKeyPair } from 'jose';
import mongoose from 'mongoose';
import { configSchema } from '../src/config';
import { createAudit } from '../src/service';

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** An entry for the topic. `given` replaces values. */
export const anEntry = (
  given: Pick<AuditEntry, 'boxOfficeId'> & Partial<AuditEntry> & { id?: string; time?: Date },
): ReturnType<typeof cloudEventOf<AuditEntry>> => {
  const { id, time = new Date('2026-07-01T10:00:00Z'), ...data } = given;
  return cloudEventOf<AuditEntry>({
    ...(id ? { id } : {}),
    type: 'boxlist.audit.recorded.v1',
    source: '/testkit',
    subject: 'wf_1',
    boxOfficeId: given.boxOfficeId,
    time,
    data: {
      action: 'WORKFLOW_UPDATED',
      actor: { subject: 'user_1', role: 'manager' },
      requestId: 'evt_request',
      object: { type: 'WORKFLOW', id: 'wf_1' },
      details: { version: '2' },
      ...data,
    },
  });
};

/** The audit service on real servers. The test publishes the entries of the other services. */
export const createWorld = async (more: Record<string, string> = {}) => {
  const servers = await startServers();
  const prefix = `t${newId('event').slice(-10).toLowerCase()}`;
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const sign = await createIdentitySigner(await exportJWK(privateKey));
  const env = {
    LOG_LEVEL: 'silent',
    MONGODB_URI: servers.mongo.uri,
    MONGODB_DATABASE_PREFIX: prefix,
    KAFKA_BROKERS: servers.kafka.brokers,
    KAFKA_TOPIC_PREFIX: `${prefix}.`,
    IDENTITY_PUBLIC_JWK: JSON.stringify(await exportJWK(publicKey)),
    AUDIT_PORT: '0',
    ...more,
  };
  const config = settings(configSchema, env);
  const moment = { now: new Date('2026-07-02T00:00:00Z') };
  const start = () => createAudit(config, { clock: () => moment.now });
  let service = await start();
  const bus: EventBus = createEventBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'test',
    topicPrefix: env.KAFKA_TOPIC_PREFIX,
    log: createLog('test', 'silent'),
  });
  const mongo = await mongoose
    .createConnection(env.MONGODB_URI, { dbName: `${prefix}_audit`, autoIndex: false })
    .asPromise();
  return {
    moment,
    mongo,
    url: () => service.url,
    publish: (...events: ReturnType<typeof anEntry>[]) =>
      bus.publish(
        topics.audit.name,
        events.map((event) => ({ key: event.boxofficeid, value: JSON.stringify(event) })),
      ),
    /** Resolves once the service has read all that is on the topic. */
    caughtUp: async (): Promise<void> => {
      if (!(await bus.caughtUp({ topic: topics.audit.name, groupId: 'audit.entries' }, 20_000)))
        throw new Error('audit did not read its topic');
    },
    /** Stops the service, and starts it again after `meanwhile`. */
    restart: async (meanwhile: () => Promise<unknown>): Promise<void> => {
      await service.close();
      await meanwhile();
      service = await start();
    },
    /** Queries the service like the gateway. */
    ask: async <T>(
      boxOfficeId: string,
      query: string,
      variables: object = {},
      role: Role = 'owner',
    ): Promise<Answer<T>> => {
      const identity = { subject: 'user_9', boxOfficeId: boxOfficeId as BoxOfficeId, role };
      const signed = (body: string) => sign(identity, { subgraph: 'audit', body });
      return askSubgraph<Answer<T>>(service.url, signed, query, variables);
    },
    close: async () => {
      await service.close();
      await bus.close();
      await mongo.dropDatabase();
      await mongo.close();
      await servers.stop();
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;
