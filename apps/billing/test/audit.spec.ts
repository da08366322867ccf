import { createEventBus } from '@boxlist/event-bus';
import { createLog } from '@boxlist/service-kit';
import { followAudit, startServers, type Servers } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startWorld, type World } from './world';

let servers: Servers;
let world: World;
beforeAll(async () => {
  servers = await startServers();
  world = await startWorld(servers);
}, 120_000);
afterAll(async () => {
  await world?.close();
  await servers?.stop();
}, 60_000);

const mutation = (name: string) =>
  `mutation { ${name}(input: { appId: "app_constant-contact" }) { subscription { id } userErrors { code } } }`;

it('activation and cancellation are in the audit log, each once, with who and by which request', async () => {
  const bus = createEventBus({
    brokers: world.config.KAFKA_BROKERS,
    clientId: 'test',
    topicPrefix: world.config.KAFKA_TOPIC_PREFIX,
    log: createLog('test', 'silent'),
  });
  const audit = await followAudit(bus);
  try {
    const owner = world.as('bo_raw', 'owner');
    // The second of each changes nothing.
    for (const name of ['activateApp', 'activateApp', 'deactivateApp', 'deactivateApp', 'activateApp'])
      await owner(mutation(name), {}, 'evt_of_the_gateway');
    await world.as('bo_raw', 'manager')(mutation('deactivateApp'));
    await owner(mutation('deactivateApp'));
    const entries = await audit.until('bo_raw', 4);
    const { id } = (await world.ctx.subscriptions.ofApp('bo_raw' as never, 'app_constant-contact'))!;
    const by = { actor: { subject: 'user-1', role: 'owner' }, object: { type: 'SUBSCRIPTION', id } };
    const appId = 'app_constant-contact';
    const requestId = 'evt_of_the_gateway';
    expect(entries).toMatchObject([
      { ...by, action: 'APP_ACTIVATED', requestId, details: { appId, status: 'ACTIVE' } },
      { ...by, action: 'APP_DEACTIVATED', requestId, details: { appId, status: 'CANCELLING' } },
      { ...by, action: 'APP_ACTIVATED', requestId },
      { ...by, action: 'APP_DEACTIVATED', requestId: expect.stringMatching(/^evt_/) as unknown },
    ]);
    expect(entries[0]?.time).toBe(world.ctx.clock().toISOString());
  } finally {
    await bus.close();
  }
}, 60_000);
