import { deadLetterTopicOf } from '@boxlist/contracts';
import { eventually } from '@boxlist/local-servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { createHash } from 'node:crypto';
import type { EventBus } from '../src';
import { startProxy } from './proxy';
import { aTopic, busesOn, followed, ownName, startServers, type Servers } from './world';

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

it('concurrent publications are all there once acknowledged, even if the answer to one was lost', async () => {
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

// A broker limits the size of a batch. A message beyond the limit was sent again and again, as if Kafka were down.
// Dead letters reach the limit: they grow by their headers, and their producer may have compressed the original.
describe('a message that is too large for Kafka', () => {
  const kafka = () => new Kafka({ brokers: servers.kafka.brokers.split(','), logLevel: logLevel.NOTHING });
  /** A topic with a low size limit. */
  const aSmallTopic = async (): Promise<string> => {
    const topic = ownName('small');
    const admin = kafka().admin();
    await admin.connect();
    await admin.createTopics({
      topics: [{ topic, numPartitions: 1, configEntries: [{ name: 'max.message.bytes', value: '4000' }] }],
    });
    await admin.disconnect();
    return topic;
  };

  it('is refused at once with its own error, and no other waiting message fails', async () => {
    const bus = direct.bus();
    const topic = await aSmallTopic();
    const publish = (value: string) => bus.publish(topic, [{ key: 'one', value }]);
    const published = await Promise.allSettled([
      publish('first'),
      ...Array.from({ length: 5 }, (_, index) => publish(`before ${index}`)),
      publish('x'.repeat(5_000)),
      ...Array.from({ length: 5 }, (_, index) => publish(`after ${index}`)),
    ]);
    const failed = published.flatMap((each, index) =>
      each.status === 'rejected' ? [{ index, reason: each.reason as unknown }] : [],
    );
    expect(failed).toEqual([{ index: 6, reason: expect.objectContaining({ code: 'EVENT_TOO_LARGE' }) }]);
    const seen = await followed(bus, topic);
    await seen.count(11);
    expect(seen.values()).toEqual([
      'first',
      ...Array.from({ length: 5 }, (_, index) => `before ${index}`),
      ...Array.from({ length: 5 }, (_, index) => `after ${index}`),
    ]);
  });

  it('only together with others goes in parts, in sequence', async () => {
    const bus = direct.bus();
    const topic = await aSmallTopic();
    const values = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(1_000)}`);
    await bus.publish(
      topic,
      values.map((value) => ({ key: 'one', value })),
    );
    const seen = await followed(bus, topic);
    await seen.count(20);
    expect(seen.values()).toEqual(values);
  });

  const asWritten = async (bus: EventBus, value: Buffer, compression: CompressionTypes) => {
    const topic = await aTopic(bus);
    await bus.ensureTopics([{ name: deadLetterTopicOf(topic), partitions: 1, compacted: false }]);
    const producer = kafka().producer();
    await producer.connect();
    const headers = { ce_id: '1', 'dead-letter-content': 'of another' };
    await producer.send({ topic, compression, messages: [{ key: 'bo_1:or_1', value, headers }] });
    await producer.disconnect();
    const reader = await followed(bus, topic);
    await reader.count(1);
    await reader.close();
    return { topic, message: reader.seen[0]! };
  };

  it.each([
    ['of 3 MiB that came compressed', 3 * 1024 * 1024, CompressionTypes.GZIP],
    ['that grows by its headers', 1_048_448, CompressionTypes.None],
  ])('is a dead letter %s: it is kept without its content, with size and hash', async (_what, size, compression) => {
    const bus = direct.bus();
    const { topic, message } = await asWritten(bus, Buffer.alloc(size, 'a'), compression);
    await bus.deadLetter(message, { code: 'EVENT_TOO_LARGE', reason: 'too large' });
    await bus.deadLetter({ ...message, value: Buffer.from('small') }, { code: 'BAD_EVENT', reason: 'no' });
    const aside = await followed(bus, deadLetterTopicOf(topic));
    await aside.count(2);
    const [large, small] = aside.seen;
    expect(large).toMatchObject({
      key: 'bo_1:or_1',
      headers: {
        ce_id: '1',
        'dead-letter-code': 'EVENT_TOO_LARGE',
        'dead-letter-content': 'left out',
        'dead-letter-size': String(size),
        'dead-letter-sha256': createHash('sha256').update(message.value!).digest('hex'),
        'original-topic': topic,
        'original-offset': '0',
      },
    });
    expect(large?.value).toHaveLength(0);
    expect(String(small?.value)).toBe('small');
    expect(small?.headers['dead-letter-content']).toBeUndefined();
  });

  it('is a dead letter with large headers: those are left out too', async () => {
    const bus = direct.bus();
    const { topic, message } = await asWritten(bus, Buffer.from('small'), CompressionTypes.None);
    const headers = { ...message.headers, large: 'x'.repeat(2 * 1024 * 1024) };
    await bus.deadLetter({ ...message, headers }, { code: 'BAD_EVENT', reason: 'no' });
    const aside = await followed(bus, deadLetterTopicOf(topic));
    await aside.count(1);
    expect(aside.seen[0]?.headers).toMatchObject({ 'dead-letter-code': 'BAD_EVENT', 'dead-letter-size': '5' });
    expect(aside.seen[0]?.headers.large).toBeUndefined();
  });
});
