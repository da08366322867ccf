import { newId } from '@boxlist/contracts';
import { settings } from '@boxlist/service-kit';
import { startServers, startTokenIssuer } from '@boxlist/testkit';
import { expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { configSchema } from '../src/config';
import { createOrderIntake } from '../src/service';

/** A proxy for a server on this machine, which the test can close. */
const aWay = async (host: string, port: number) => {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, host);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].forEach((each) => each.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
};

// The driver's own errors counted as defects of Boxlist. So a door answered 500, as if another try were useless.
it('answers 503 while MongoDB cannot be reached', async () => {
  const servers = await startServers();
  const issuer = await startTokenIssuer();
  const uri = new URL(servers.mongo.uri);
  const way = await aWay(uri.hostname, Number(uri.port));
  uri.host = `127.0.0.1:${way.port}`;
  const prefix = `t${newId('event').slice(-10).toLowerCase()}`;
  const service = await createOrderIntake(
    settings(configSchema, {
      LOG_LEVEL: 'silent',
      MONGODB_URI: uri.href,
      MONGODB_DATABASE_PREFIX: prefix,
      KAFKA_BROKERS: servers.kafka.brokers,
      KAFKA_TOPIC_PREFIX: `${prefix}.`,
      ORDER_INTAKE_PORT: '0',
      ORDER_INTAKE_INTERNAL_PORT: '0',
      SECRET_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64url')}`,
      ...issuer.settings,
    }),
  );
  try {
    await way.close();
    const response = await fetch(`${service.url}/webhook-secret`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await issuer.token({})}` },
      body: JSON.stringify({ secret: 'of-a-webhook' }),
    });
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 503,
      body: { code: 'DATABASE_UNAVAILABLE', message: 'MongoDB does not answer' },
    });
  } finally {
    await service.close();
    await Promise.all([issuer.close(), servers.stop()]);
  }
});
