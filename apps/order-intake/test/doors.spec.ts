import { examineDoors } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 90_000);
afterAll(() => world?.close(), 60_000);

it('only webhooks and their secrets are public, and every answer has its headers', async () => {
  const found = await examineDoors(world.service);
  expect(found).toMatchObject({
    publicDoors: [
      'DELETE /webhook-secret',
      'GET /health/live',
      'POST /webhooks/ticket-tailor/:boxOfficeId',
      'PUT /webhook-secret',
    ],
    leaks: [],
    faults: [],
  });
  expect(found.internalDoors).toEqual(expect.arrayContaining(['GET /health/ready', 'GET /metrics']));
  expect(found.statuses).toEqual(expect.arrayContaining([200, 401, 404, 413]));
});
