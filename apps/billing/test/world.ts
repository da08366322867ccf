import { topics, type BoxOfficeId, type EntitlementFact, entitlementEventSchema } from '@boxlist/contracts';
import { consumeFacts, createEventBus } from '@boxlist/event-bus';
import { createIdentitySigner, createLog, identityHeader, isMutation, type Role } from '@boxlist/service-kit';
import type { Servers } from '@boxlist/testkit';
import { exportJWK, generateKeyPair } from 'jose';
import mongoose from 'mongoose';
import { randomUUID } from 'node:crypto';
import { configSchema, type Config } from '../src/config';
import { createBilling, createParts } from '../src/service';

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** A billing service on real servers, with its own database and topics, and a clock that the test controls. */
export const startWorld = async (servers: Servers, settings: Record<string, unknown> = {}) => {
  const name = `t${randomUUID().slice(0, 8)}`;
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const config: Config = configSchema.parse({
    LOG_LEVEL: 'silent',
    MONGODB_URI: servers.mongo.uri,
    MONGODB_DATABASE_PREFIX: name,
    KAFKA_BROKERS: servers.kafka.brokers,
    KAFKA_TOPIC_PREFIX: `${name}.`,
    IDENTITY_PUBLIC_JWK: JSON.stringify(await exportJWK(publicKey)),
    BILLING_PORT: 0,
    BILLING_RUN_INTERVAL_MS: 86_400_000,
    ...settings,
  });
  let now = new Date('2026-11-20T14:00:00Z');
  const overrides = { clock: () => now };
  const sign = await createIdentitySigner(await exportJWK(privateKey));
  const service = await createBilling(config, overrides);
  const [parts, others] = await Promise.all([createParts(config, overrides), createParts(config, overrides)]);

  const post = async (body: string, headers: Record<string, string>): Promise<{ status: number; body: Answer }> => {
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: response.status, body: (await response.json()) as Answer };
  };
  const as =
    (boxOfficeId: string, role: Role = 'owner') =>
    async (query: string, variables: object = {}, requestId?: string): Promise<Answer> => {
      const body = JSON.stringify({ query, variables });
      const identity = { subject: 'user-1', boxOfficeId: boxOfficeId as BoxOfficeId, role };
      const token = sign(identity, { subgraph: 'billing', body, once: isMutation(query) });
      return (await post(body, { [identityHeader]: token, ...(requestId ? { 'x-request-id': requestId } : {}) })).body;
    };

  return {
    url: service.url,
    config,
    service,
    ctx: parts.ctx,
    otherCtx: others.ctx,
    as,
    post,
    token: (body: string) =>
      sign({ subject: 'user-1', boxOfficeId: 'bo_raw' as BoxOfficeId, role: 'owner' }, { subgraph: 'billing', body }),
    setClock: (text: string) => {
      now = new Date(text);
    },
    /** Another instance on the same servers, with its own interval. */
    startAnother: (more: Partial<Config>) => createBilling({ ...config, ...more }, overrides),
    /** Consumes all facts from the beginning, oldest first for each box office. */
    followFacts: async () => {
      const facts: EntitlementFact[] = [];
      const bus = createEventBus({
        brokers: config.KAFKA_BROKERS,
        clientId: 'test',
        topicPrefix: config.KAFKA_TOPIC_PREFIX,
        log: createLog('test', 'silent'),
      });
      await consumeFacts(bus, {
        topic: topics.entitlements.name,
        groupId: 'test',
        schema: entitlementEventSchema,
        apply: async ({ data }) => void facts.push(data),
      });
      return {
        of: (boxOfficeId: string) => facts.filter((fact) => fact.boxOfficeId === boxOfficeId),
        close: () => bus.close(),
      };
    },
    close: async () => {
      await Promise.all([service.close(), parts.platform.close(), others.platform.close()]);
      const connection = await mongoose.createConnection(config.MONGODB_URI).asPromise();
      await connection.useDb(`${name}_billing`).dropDatabase();
      await connection.close();
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;
