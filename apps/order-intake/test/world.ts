import { deadLetterTopicOf, newId, topics } from '@boxlist/contracts';
import { createEventBus, type BusMessage } from '@boxlist/event-bus';
import { createLog, settings } from '@boxlist/service-kit';
import { anOrder, followAudit, startKafka, startMongo, startTokenIssuer } from '@boxlist/testkit';
import mongoose from 'mongoose';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../src/config';
import { createOrderIntake } from '../src/service';

/** A webhook as Ticket Tailor sends it: slashes in its body are escaped. */
export const aWebhook = (
  given: { id?: string; event?: string; payload?: unknown; createdAt?: string } = {},
): { id: string; body: string } => {
  const { id = `wh_${newId('event')}`, event = 'ORDER.CREATED', payload = anOrder() } = given;
  const webhook = {
    id,
    created_at: given.createdAt ?? '2026-07-01 18:30:05',
    event,
    resource_url: 'https://api.example.com/v1/orders/or_1',
    payload,
  };
  return { id, body: JSON.stringify(webhook).replaceAll('/', '\\/') };
};

interface Sending {
  readonly boxOfficeId?: string;
  readonly secret?: string;
  /** The age of its signature. */
  readonly ageMs?: number;
  /** Replaces the valid signature; null omits it. */
  readonly signature?: string | null;
  readonly contentType?: string;
  /** The address that a trusted proxy names. */
  readonly from?: string;
}

/** Ticket Tailor's signature of a body. */
export const signed = (body: string | Buffer, { secret, ageMs = 0 }: { secret: string; ageMs?: number }) => {
  const time = String(Math.floor((Date.now() - ageMs) / 1000));
  return { time, hex: createHmac('sha256', secret).update(time).update(body).digest('hex') };
};

/**
 * A Kafka of the test's own, which it may stop and suspend, even if the environment names one for all other tests.
 */
const startOwnKafka = async (dataDir: string) => {
  const given = process.env.KAFKA_BROKERS;
  delete process.env.KAFKA_BROKERS;
  try {
    return await startKafka({ dataDir });
  } finally {
    if (given) process.env.KAFKA_BROKERS = given;
  }
};

/** order-intake on real servers, with an owner's token and a consumer of `orders.v1`. */
export const startWorld = async (more: Readonly<Record<string, string>> = {}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'order-intake-'));
  const [mongo, kafka, issuer] = await Promise.all([
    startMongo({ dataDir: join(dataDir, 'mongo') }),
    startOwnKafka(join(dataDir, 'kafka')),
    startTokenIssuer(),
  ]);
  const prefix = `t${newId('event').slice(-10).toLowerCase()}`;
  const env = {
    LOG_LEVEL: 'silent',
    MONGODB_URI: mongo.uri,
    MONGODB_DATABASE_PREFIX: prefix,
    KAFKA_BROKERS: kafka.brokers,
    KAFKA_TOPIC_PREFIX: `${prefix}.`,
    ORDER_INTAKE_PORT: '0',
    ORDER_INTAKE_INTERNAL_PORT: '0',
    SECRET_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64url')}`,
    ...issuer.settings,
    ...more,
  };
  const moment = { aheadMs: 0 };
  const service = await createOrderIntake(settings(configSchema, env), {
    clock: () => new Date(Date.now() + moment.aheadMs),
  });
  const bus = createEventBus({
    brokers: kafka.brokers.split(','),
    clientId: 'test',
    topicPrefix: env.KAFKA_TOPIC_PREFIX,
    log: createLog('test', 'silent'),
  });
  const published: BusMessage[] = [];
  const reader = await bus.consumeBatches({
    topic: topics.orders.name,
    groupId: 'test',
    handle: async (messages) => void published.push(...messages),
  });
  const setAside: BusMessage[] = [];
  const letterReader = await bus.consumeBatches({
    topic: deadLetterTopicOf(topics.orders.name),
    groupId: 'test.dead-letters',
    handle: async (messages) => void setAside.push(...messages),
  });
  const audit = await followAudit(bus);
  const database = await mongoose.createConnection(mongo.uri, { dbName: `${prefix}_order_intake` }).asPromise();
  const secret = 'shared-with-ticket-tailor';

  const call = async (path: string, init: RequestInit) => {
    const response = await fetch(`${service.url}${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      ...(response.headers.has('retry-after') ? { retryAfter: Number(response.headers.get('retry-after')) } : {}),
      body: (text ? JSON.parse(text) : null) as { code?: string; taken?: boolean },
    };
  };
  return {
    service,
    kafka,
    /** How far order-intake's clock is ahead. Signatures are made with it too. */
    moment,
    secret,
    issuer,
    audit,
    /** All messages on the topic now. */
    published: async (): Promise<readonly BusMessage[]> => {
      if (!(await reader.caughtUp(20_000))) throw new Error('The topic could not be read to its end');
      return published;
    },
    /** All dead letters now. */
    letters: async (): Promise<readonly BusMessage[]> => {
      if (!(await letterReader.caughtUp(20_000))) throw new Error('The dead letters could not be read to their end');
      return setAside;
    },
    /** The events of a webhook that the consumer has seen on the topic. */
    eventsOf: (id: string): BusMessage[] =>
      published.filter(({ value }) => (JSON.parse(String(value)) as { id: string }).id === id),
    send: (body: string | Buffer, sending: Sending = {}) => {
      const { time, hex } = signed(body, { secret, ...sending, ageMs: (sending.ageMs ?? 0) - moment.aheadMs });
      const { signature = `t=${time},v1=${hex}`, contentType = 'application/json', boxOfficeId = 'bo_own' } = sending;
      return call(`/webhooks/ticket-tailor/${boxOfficeId}`, {
        method: 'POST',
        headers: {
          'content-type': contentType,
          ...(sending.from === undefined ? {} : { 'x-forwarded-for': sending.from }),
          ...(signature === null ? {} : { 'Tickettailor-Webhook-Signature': signature }),
        },
        body,
      });
    },
    /** Calls the owner's door for the secret. */
    secretDoor: async (method: 'PUT' | 'DELETE', body?: unknown, claims: Record<string, unknown> | null = {}) =>
      call('/webhook-secret', {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(claims ? { authorization: `Bearer ${await issuer.token(claims)}` } : {}),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    atRest: async () => JSON.stringify(await database.collection('webhook_secrets').find().toArray()),
    close: async () => {
      await bus.close();
      await service.close();
      await database.dropDatabase();
      await database.close();
      await Promise.all([mongo.stop(), kafka.stop(), issuer.close()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;
