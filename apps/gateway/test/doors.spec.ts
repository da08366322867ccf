import { createCertificate, examineDoors, internalTlsSettings } from '@boxlist/testkit';
import { expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorld } from './world';

it.each([
  ['production', ['GET /', 'GET /graphql', 'GET /health/live', 'POST /graphql']],
  ['development', ['GET /', 'GET /explorer/:file', 'GET /graphql', 'GET /health/live', 'POST /graphql']],
])(
  'in %s only the graph is public, and every answer has its headers',
  async (NODE_ENV, publicDoors) => {
    const outside: Record<string, string> =
      NODE_ENV === 'production' ? { JWT_JWKS_URL: 'https://issuer.example.com/jwks' } : {};
    const world = await startWorld({ NODE_ENV, ...outside });
    try {
      const found = await examineDoors(world.gateway);
      expect(found).toMatchObject({ publicDoors, leaks: [], faults: [] });
      expect(found.internalDoors).toEqual(expect.arrayContaining(['GET /health/ready', 'GET /metrics']));
      expect(found.statuses).toEqual(expect.arrayContaining([200, 401, 404]));
    } finally {
      await world.close();
    }
  },
  60_000,
);

it('with certificates the gateway reaches only subgraphs that know it, and they answer nobody else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const certificate = await createCertificate();
  const world = await startWorld(internalTlsSettings(certificate, folder), { tls: certificate });
  try {
    expect(world.billing.url).toMatch(/^https:/);
    expect((await world.ask('{ boxOffice { id apps { id } } }')).body).toEqual({
      data: { boxOffice: { id: 'bo_own', apps: [] } },
    });
    await expect(fetch(`${world.billing.url}/graphql`, { method: 'POST' })).rejects.toThrow();
    await expect(fetch(`${world.gateway.internalUrl}/metrics`)).rejects.toThrow();
    // The public listener stays as it is: what stands in front of it has the certificate for browsers.
    expect((await fetch(`${world.url}/health/live`)).status).toBe(200);
  } finally {
    await world.close();
    rmSync(folder, { recursive: true });
  }
}, 60_000);
