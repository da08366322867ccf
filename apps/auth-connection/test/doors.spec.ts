import { examineDoors } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 60_000);

// The callback shared its port with the graph, the doors that give out tokens, and the metrics.
it('only the way back from Constant Contact is public, and every answer has its headers', async () => {
  const found = await examineDoors(world.service);
  expect(found).toMatchObject({
    publicDoors: ['GET /health/live', 'GET /oauth/constant-contact/callback'],
    leaks: [],
    faults: [],
  });
  expect(found.internalDoors).toEqual(
    expect.arrayContaining([
      'GET /health/ready',
      'GET /metrics',
      'POST /graphql',
      'POST /internal/access-token',
      'POST /internal/ticket-tailor-key',
    ]),
  );
  expect(found.statuses).toEqual(expect.arrayContaining([200, 401, 404, 413, 415]));
});
