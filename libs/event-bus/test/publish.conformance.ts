import { eventually } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startProxy } from './proxy';
import { aTopic, busesOn, followed, startServers, type Servers } from './world';

let servers: Servers;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let direct: ReturnType<typeof busesOn>;
let proxied: ReturnType<typeof busesOn>;
beforeAll(async () => {
  servers = await startServers();
  proxy = await startProxy(servers.kafka.brokers);
  direct = busesOn(servers.kafka.brokers);
  proxied = busesOn(proxy.brokers);
}, 120_000);
afterAll(async () => {
  await proxied?.close();
  await direct?.close();
  await proxy?.close();
  await servers?.stop();
}, 60_000);

it('what many publish at once is all there when it was acknowledged, also when the answer to one of them was lost', async () => {
  const [bus, reader] = [proxied.bus(), direct.bus()];
  const topic = await aTopic(reader);
  const topicSeen = await followed(reader, topic);
  const publish = (value: string) => bus.publish(topic, [{ key: 'one', value }]);
  await publish('first');
  await topicSeen.count(1);

  proxy.mute();
  const values = Array.from({ length: 20 }, (_, index) => `at once ${index}`);
  const published = Promise.allSettled(values.map(publish));
  await topicSeen.count(2);
  proxy.cut();
  const acknowledged = (await published).flatMap(({ status }, index) =>
    status === 'fulfilled' ? [values[index]] : [],
  );
  expect(acknowledged.length).toBeGreaterThan(0);
  await publish('last');
  await eventually(() => expect(topicSeen.values()).toContain('last'));
  expect(topicSeen.values()).toEqual(expect.arrayContaining(acknowledged));
}, 60_000);
