import { eventually, type LocalKafka } from '@boxlist/local-servers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aTopic, busesOn, ownName, startKafka } from './world';

const given = process.env.KAFKA_BROKERS;
let dir: string;
let kafka: LocalKafka;
let buses: ReturnType<typeof busesOn>;

// This suite kills its own broker, even if the environment names one for all other suites.
beforeAll(async () => {
  delete process.env.KAFKA_BROKERS;
  dir = mkdtempSync(join(tmpdir(), 'event-bus-'));
  kafka = await startKafka(join(dir, 'kafka'));
  buses = busesOn(kafka.brokers);
}, 120_000);
afterAll(async () => {
  await buses?.close();
  await kafka?.stop();
  rmSync(dir, { recursive: true, force: true });
  if (given) process.env.KAFKA_BROKERS = given;
}, 60_000);

it('a kill -9 of Kafka loses no acknowledged message, and repeated messages come in sequence', async () => {
  const [producer, reader] = [buses.bus(), buses.bus()];
  const topic = await aTopic(producer, { partitions: 3 });
  const batches: { partition: number; numbers: number[] }[] = [];
  const seen = new Set<number>();
  const consumer = await reader.consumeBatches({
    topic,
    groupId: ownName('group'),
    handle: async (messages) => {
      const numbers = messages.map(({ value }) => Number(value));
      batches.push({ partition: messages[0]!.partition, numbers });
      for (const number of numbers) seen.add(number);
    },
  });
  const acknowledged: number[] = [];
  let refused = 0;
  let next = 0;
  let stopped = false;
  const producing = (async () => {
    while (!stopped) {
      const numbers = Array.from({ length: 10 }, () => next++);
      const messages = numbers.map((number) => ({ key: `key-${number % 5}`, value: String(number) }));
      await producer.publish(topic, messages).then(
        () => acknowledged.push(...numbers),
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'KAFKA_UNAVAILABLE' });
          refused += 1;
        },
      );
    }
  })();
  const more = async (count: number): Promise<void> => {
    const goal = acknowledged.length + count;
    await eventually(() => expect(acknowledged.length).toBeGreaterThanOrEqual(goal), { timeoutMs: 90_000 });
  };

  await more(300);
  await eventually(() => expect(seen.size).toBeGreaterThan(0));
  await kafka.kill();
  await expect(producer.check()).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' });
  expect(await consumer.caughtUp(0)).toBe(false);
  await kafka.restart();
  await more(300);
  stopped = true;
  await producing;
  await eventually(() => expect(acknowledged.filter((number) => !seen.has(number))).toEqual([]), {
    timeoutMs: 90_000,
  });
  await eventually(async () => expect(await consumer.caughtUp(1_000)).toBe(true), { timeoutMs: 60_000 });
  await expect(producer.check()).resolves.toBeUndefined();
  // No invented messages. A repeated number comes with all numbers that follow it, so no key runs backwards within a
  // batch.
  for (const { numbers } of batches) {
    expect(Math.max(...numbers)).toBeLessThan(next);
    if (refused === 0) expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  }
}, 240_000);
