import { examineDoors } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 60_000);

it('nothing is public, and every answer has its headers', async () => {
  const { publicDoors, internalDoors, faults, statuses } = await examineDoors(world.service);
  expect({ publicDoors, faults }).toEqual({ publicDoors: [], faults: [] });
  expect(world.service.url).toBe(world.service.internalUrl);
  expect(internalDoors).toEqual(expect.arrayContaining(['GET /health/ready', 'GET /metrics', 'POST /graphql']));
  expect(statuses).toEqual(expect.arrayContaining([200, 401, 404]));
});
