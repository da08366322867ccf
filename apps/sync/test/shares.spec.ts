import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createOffice, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ CONSTANT_CONTACT_CALLS_PER_SECOND: '10', GATHER_MAX_MS: '0', GATHER_MIN_MS: '0' });
}, 120_000);
afterAll(() => world?.close(), 60_000);

it('an order of one box office is synced while many others have long queues, whichever came first', async () => {
  const lists = { fixed: [world.listIds[0]!], perEvent: false };
  const offices = await Promise.all(Array.from({ length: 12 }, () => createOffice(world)));
  const [last, ...busy] = [offices.pop()!, ...offices];
  for (const office of offices) await office.workflow({ lists });
  await last.workflow({ lists });
  await world.produce(busy.flatMap((office) => Array.from({ length: 30 }, (_, index) => office.order(`many${index}`))));
  for (const office of busy) await office.until(30, () => true);
  await world.produce([last.order('one')]);
  await last.settled(1);
  for (const office of busy) {
    const open = (await office.deliveries()).filter(({ status }) => status === 'PENDING');
    expect(open.length).toBeGreaterThan(0);
  }
}, 120_000);
