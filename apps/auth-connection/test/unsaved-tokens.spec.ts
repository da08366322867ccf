import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { askToken, tokenWorks } from './tokens';
import { createOrganiser, createWorld, type World } from './world';

const given = process.env.MONGODB_URI;
let world: World;

// This spec kills its own MongoDB, even if the environment names one for all other specs.
beforeAll(async () => {
  delete process.env.MONGODB_URI;
  world = await createWorld();
}, 120_000);
afterAll(async () => {
  await world?.close();
  if (given) process.env.MONGODB_URI = given;
}, 60_000);

it('a refresh whose tokens cannot be saved saves them when MongoDB is back, and nothing is lost', async () => {
  const id = await createOrganiser(world).connected();
  const { accessToken: rejected } = await askToken(world, id);
  await world.sandbox.fault({ method: 'POST', path: '/v1/token$', kind: 'latency', ms: 400 });
  const before = await world.sandbox.refreshes();
  const outcome = askToken(world, id, rejected);
  await world.beginsRefresh(id);
  await world.database.kill();
  await eventually(async () => expect(await world.sandbox.refreshes()).toBe(before + 1));
  await world.database.restart();
  const { status, accessToken } = await outcome;
  expect([status, await tokenWorks(world, accessToken)]).toEqual([200, true]);
  expect((await askToken(world, id, accessToken)).status).toBe(200);
}, 60_000);
