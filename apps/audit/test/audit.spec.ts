import { createIdentitySigner, identityHeader, settings, type Service } from '@boxlist/service-kit';
import { startServers, type Servers } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { randomUUID } from 'node:crypto';
import { configSchema } from '../src/config';
import { createAudit } from '../src/service';

let servers: Servers;
let service: Service;
let token: string;

beforeAll(async () => {
  servers = await startServers();
  const name = `t${randomUUID().slice(0, 8)}`;
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const sign = await createIdentitySigner(await exportJWK(privateKey));
  token = await sign({ subject: 'user-1', boxOfficeId: 'bo_1' as never, role: 'owner' });
  service = await createAudit(
    settings(configSchema, {
      LOG_LEVEL: 'silent',
      MONGODB_URI: servers.mongo.uri,
      MONGODB_DATABASE_PREFIX: name,
      KAFKA_BROKERS: servers.kafka.brokers,
      KAFKA_TOPIC_PREFIX: `${name}.`,
      IDENTITY_PUBLIC_JWK: JSON.stringify(await exportJWK(publicKey)),
      AUDIT_PORT: '0',
    }),
    { clock: () => new Date('2026-01-02T03:04:05Z') },
  );
}, 120_000);
afterAll(async () => {
  await service?.close();
  await servers?.stop();
}, 60_000);

const query = async (headers: Record<string, string>) => {
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ auditStartedAt }' }),
  });
  return (await answer.json()) as object;
};

it('answers the gateway', async () => {
  expect(await query({ [identityHeader]: token })).toEqual({
    data: { auditStartedAt: '2026-01-02T03:04:05.000Z' },
  });
});

it('refuses a caller that the gateway has not signed for', async () => {
  expect(await query({})).toEqual({ code: 'UNAUTHENTICATED', message: 'This service answers only the gateway' });
});
