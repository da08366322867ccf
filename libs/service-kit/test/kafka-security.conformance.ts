import { AppError, deadLetterTopicOf, kafkaRules, topics, type KafkaUser } from '@boxlist/contracts';
import { createEventBus, grantAccess, tryBroker, type BusMessage, type EventBus } from '@boxlist/event-bus';
import {
  createAuthority,
  eventually,
  freePort,
  secureListener,
  startKafka,
  type LocalAuthority,
  type LocalCertificate,
  type LocalKafka,
} from '@boxlist/local-servers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busOptionsFrom } from '../src';

// The settings of Kafka, tried against a real broker with TLS, client certificates, users and an access control list.
// It has a broker of its own: the one that the other suites share is open.

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const users: readonly KafkaUser[] = ['billing', 'sync', 'order-intake', 'order-producer'];
const passwordOf = (user: string): string => `${user}-password-1`;

let folder: string;
let authority: LocalAuthority;
let certificate: LocalCertificate;
let kafka: LocalKafka;
let issuer: Awaited<ReturnType<typeof startIssuer>>;

/** A token endpoint for client credentials. `lifeSeconds` and the number of tokens are for the test to set and read. */
const startIssuer = async (privateKey: CryptoKey) => {
  const seen = { tokens: 0, lifeSeconds: 3_600 };
  const server: Server = createServer((request, response) => {
    const answer = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
    const [id, secret] = Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
    if (secret !== passwordOf(id ?? '')) return answer(401, { error: 'invalid_client' });
    seen.tokens += 1;
    return void new SignJWT({ scope: 'kafka' })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setSubject(`boxlist-${id}`)
      .setIssuer('https://issuer.example')
      .setAudience('kafka')
      .setIssuedAt()
      .setExpirationTime(`${seen.lifeSeconds}s`)
      .sign(privateKey)
      .then((access_token) => answer(200, { access_token, token_type: 'bearer', expires_in: seen.lifeSeconds }));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}/token`,
    seen,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'boxlist-secure-'));
  authority = await createAuthority(join(folder, 'authority'));
  certificate = await authority.issue('client');
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwksFile = join(folder, 'jwks.json');
  writeFileSync(
    jwksFile,
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] }),
  );
  issuer = await startIssuer(privateKey);
  const secure = await secureListener({
    authority,
    users: Object.fromEntries(['admin', ...users].map((user) => [`boxlist-${user}`, passwordOf(user)])),
    superUsers: ['boxlist-admin'],
    clientCertificates: true,
    tokens: { jwksFile, issuer: 'https://issuer.example', audience: 'kafka' },
    signInLastsMs: 12_000,
  });
  const adminOf = (brokers: string) => optionsFor('admin', {}, brokers);
  kafka = await startKafka({
    dataDir: join(folder, 'kafka'),
    secure,
    tryBroker: (brokers) => tryBroker(brokers, adminOf(brokers).security),
  });
  await grantAccess({ ...adminOf(kafka.brokers), clientId: 'admin', log: quiet }, kafkaRules({}, users));
}, 120_000);
afterAll(async () => {
  await issuer?.close();
  await kafka?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const open = new Set<EventBus>();
afterEach(async () => {
  for (const bus of open) await bus.close();
  open.clear();
}, 60_000);

type Change = Readonly<Record<string, string | undefined>>;

const optionsFor = (user: string, change: Change = {}, brokers = kafka.brokers) =>
  busOptionsFrom({
    KAFKA_BROKERS: brokers,
    KAFKA_SECURITY: 'sasl_ssl',
    KAFKA_SSL_CA_FILE: authority.caFile,
    KAFKA_SSL_CERT_FILE: certificate.certFile,
    KAFKA_SSL_KEY_FILE: certificate.keyFile,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: `boxlist-${user}`,
    KAFKA_SASL_PASSWORD: passwordOf(user),
    ...change,
  });

/** A bus for a service with these settings. */
const busOf = (user: string, change: Change = {}): EventBus => {
  const bus = createEventBus({ ...optionsFor(user, change), clientId: user, log: quiet });
  open.add(bus);
  return bus;
};

const byToken = (user: string, secret = passwordOf(user)): Change => ({
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_SASL_USERNAME: undefined,
  KAFKA_SASL_PASSWORD: undefined,
  KAFKA_OAUTH_TOKEN_URL: issuer.url,
  KAFKA_OAUTH_CLIENT_ID: user,
  KAFKA_OAUTH_CLIENT_SECRET: secret,
});
const letters = deadLetterTopicOf(topics.orders.name);

/** The code with which something fails. */
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

describe('a service with the right credentials', () => {
  it.each<[string, Change]>([
    ['SCRAM-SHA-512', {}],
    ['SCRAM-SHA-256', { KAFKA_SASL_MECHANISM: 'scram-sha-256' }],
  ])(
    'creates its topics, writes, reads, commits and sets messages aside, by %s',
    async (_, change) => {
      const [intake, sync] = [busOf('order-intake', change), busOf('sync', change)];
      await intake.ensureTopics([topics.orders]);
      const seen: BusMessage[] = [];
      const consumer = await sync.consumeBatches({
        topic: topics.orders.name,
        groupId: 'sync.orders',
        handle: async (messages) => {
          for (const message of messages)
            if (String(message.value) === 'bad') await sync.deadLetter(message, { code: 'BAD_EVENT', reason: 'bad' });
          seen.push(...messages);
        },
      });
      await intake.publish(topics.orders.name, [
        { key: 'a', value: 'good' },
        { key: 'a', value: 'bad' },
      ]);
      await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(2));
      expect(await consumer.caughtUp(10_000)).toBe(true);
      const aside: BusMessage[] = [];
      await sync.consumeBatches({
        topic: letters,
        groupId: 'sync.dead-letters',
        handle: async (messages) => void aside.push(...messages),
      });
      await eventually(() => expect(aside.length).toBeGreaterThanOrEqual(1));
      await expect(sync.check()).resolves.toBeUndefined();
    },
    60_000,
  );

  it('signs in by tokens, and again before its sign-in ends, with a token that was renewed', async () => {
    issuer.seen.lifeSeconds = 20;
    const bus = busOf('order-intake', byToken('order-intake'));
    await bus.ensureTopics([topics.orders]);
    const before = issuer.seen.tokens;
    // The broker ends a connection whose sign-in is too old; every publication must be acknowledged all the same.
    const until = Date.now() + 25_000;
    while (Date.now() < until) {
      await bus.publish(topics.orders.name, [{ key: 'a', value: 'by token' }]);
      await bus.check();
    }
    expect(issuer.seen.tokens).toBeGreaterThan(before);
  }, 60_000);
});

describe('Kafka keeps out, with a clear error in readiness,', () => {
  it.each<[string, () => Change, string]>([
    ['a wrong password', () => ({ KAFKA_SASL_PASSWORD: 'wrong' }), 'KAFKA_SIGN_IN_REFUSED'],
    ['an unknown user', () => ({ KAFKA_SASL_USERNAME: 'stranger' }), 'KAFKA_SIGN_IN_REFUSED'],
    ['a client secret that the token endpoint refuses', () => byToken('sync', 'wrong'), 'KAFKA_SIGN_IN_REFUSED'],
    ['an unknown authority', () => ({ KAFKA_SSL_CA_FILE: undefined }), 'KAFKA_TLS_FAILED'],
    [
      'a missing client certificate',
      () => ({ KAFKA_SSL_CERT_FILE: undefined, KAFKA_SSL_KEY_FILE: undefined }),
      'KAFKA_TLS_FAILED',
    ],
    [
      'a client without TLS',
      () => ({
        ...{ KAFKA_SECURITY: 'plaintext', KAFKA_SSL_CA_FILE: undefined, KAFKA_SSL_CERT_FILE: undefined },
        ...{ KAFKA_SSL_KEY_FILE: undefined, KAFKA_SASL_MECHANISM: undefined },
        ...{ KAFKA_SASL_USERNAME: undefined, KAFKA_SASL_PASSWORD: undefined },
      }),
      'KAFKA_TLS_FAILED',
    ],
  ])(
    '%s',
    async (_, change, code) => {
      const bus = busOf('sync', change());
      expect([await codeOf(bus.check()), await codeOf(bus.ensureTopics([topics.orders]))]).toEqual([code, code]);
    },
    60_000,
  );

  it('a producer of orders from every other topic', async () => {
    const producer = busOf('order-producer');
    await busOf('order-intake').ensureTopics([topics.orders, { name: letters, partitions: 1, compacted: false }]);
    await busOf('billing').ensureTopics([topics.entitlements]);
    await producer.publish(topics.orders.name, [{ key: 'a', value: 'an order' }]);
    await expect(producer.check()).resolves.toBeUndefined();
    for (const topic of [topics.entitlements.name, topics.workflows.name, topics.connections.name, letters])
      expect([topic, await codeOf(producer.publish(topic, [{ key: 'a', value: 'forged' }]))]).toEqual([
        topic,
        'KAFKA_FORBIDDEN',
      ]);
    expect(await codeOf(producer.check())).toBe('KAFKA_FORBIDDEN');
    expect(await codeOf(producer.ensureTopics([{ name: 'more', partitions: 1, compacted: false }]))).toBe(
      'KAFKA_FORBIDDEN',
    );
  }, 60_000);

  it('a service from the topics and groups of others', async () => {
    await busOf('billing').ensureTopics([topics.entitlements]);
    expect(await codeOf(busOf('sync').publish(topics.entitlements.name, [{ key: 'a', value: 'forged' }]))).toBe(
      'KAFKA_FORBIDDEN',
    );
    const intake = busOf('order-intake');
    await intake.consumeBatches({ topic: topics.orders.name, groupId: 'sync.orders', handle: async () => undefined });
    await eventually(async () => expect(await codeOf(intake.check())).toBe('KAFKA_FORBIDDEN'));
  }, 60_000);
});
