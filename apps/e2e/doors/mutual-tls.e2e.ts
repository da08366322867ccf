import { anOrderEvent, createCertificate, type Stack, startStack } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ready, settled } from '../src/organiser';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ callsPerSecond: 50, certificate: await createCertificate() });
}, 180_000);
afterAll(() => stack?.stop(), 60_000);

// The sign-in needs permits of sync, the order a token of auth-connection, and both go through the gateway.
it('with certificates an order travels as without, and no internal listener answers a stranger', async () => {
  const boxOfficeId = 'bo_tls';
  const graph = await stack.graphAs({ boxOfficeId, role: 'owner' });
  await ready(graph, 'harbour');
  await stack.produce([anOrderEvent({ boxOfficeId, order: { buyer_details: { email: 'tls@example.com' } } })]);
  expect((await settled(graph, 1)).map(({ status }) => status)).toEqual(['SYNCED']);
  for (const app of ['gateway', 'billing', 'auth-connection', 'workflow', 'sync', 'order-intake'] as const)
    for (const scheme of ['http', 'https'])
      await expect(fetch(`${stack.internalUrl(app).replace('http', scheme)}/health/live`)).rejects.toThrow();
}, 120_000);
