import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { createHash } from 'node:crypto';
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

const ask = async (connectionId: string, rejected?: string) => {
  const response = await fetch(`${world.url}/internal/access-token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await world.tokens.sign('auth-connection')}`,
    },
    body: JSON.stringify({
      connectionId,
      ...(rejected === undefined ? {} : { rejectedTokenHash: createHash('sha256').update(rejected).digest('hex') }),
    }),
  });
  return { status: response.status, ...((await response.json()) as { accessToken: string }) };
};

it('a refresh whose tokens cannot be saved saves them when MongoDB is back, and nothing is lost', async () => {
  const id = await createOrganiser(world).connected();
  const { accessToken: rejected } = await ask(id);
  await world.sandbox.fault({ method: 'POST', path: '/v1/token$', kind: 'latency', ms: 400 });
  const before = await world.sandbox.refreshes();
  const outcome = ask(id, rejected);
  await world.beginsRefresh(id);
  await world.database.kill();
  await eventually(async () => expect(await world.sandbox.refreshes()).toBe(before + 1));
  await world.database.restart();
  const { status, accessToken } = await outcome;
  const summary = await fetch(`${world.sandbox.url}/v3/account/summary`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  expect([status, summary.ok]).toEqual([200, true]);
  expect((await ask(id, accessToken)).status).toBe(200);
}, 60_000);
