/**
 * kafkajs 2.2.4 repeatedly sets a timer of 1 ms for each open connection, and another of 100 ms. An idle process then
 * wakes up a thousand times a second.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHook } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createEventBus, type EventBus } from '../src';
import { calmKafka } from '../src/request-timers';
import { quiet, startServers, type Servers } from './world';

const topic = { name: 'idle', partitions: 3, compacted: false };

/** Counts how often timers fire that were set after this call. */
const countTimers = () => {
  const timers = new Set<number>();
  let count = 0;
  const hook = createHook({
    init: (id, type) => void (type === 'Timeout' && timers.add(id)),
    before: (id) => void (timers.has(id) && (count += 1)),
  }).enable();
  return { soFar: () => count, end: () => void hook.disable() };
};

describe('an idle event bus', () => {
  let servers: Servers;
  let bus: EventBus;
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);

  let timers: ReturnType<typeof countTimers>;

  beforeAll(async () => {
    timers = countTimers();
    process.on('warning', note);
    servers = await startServers();
    bus = createEventBus({
      brokers: servers.kafka.brokers.split(','),
      clientId: 'idle',
      topicPrefix: `i${randomBytes(4).toString('hex')}.`,
      log: quiet,
    });
    await bus.ensureTopics([topic]);
  }, 120_000);

  afterAll(async () => {
    process.off('warning', note);
    timers.end();
    await bus.close();
    await servers.stop();
  });

  it('with a consumer and a publisher fires few timers, and none that Node warns about', async () => {
    const got: string[] = [];
    let arrived: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (arrived = resolve));
    await bus.consumeBatches({
      topic: topic.name,
      groupId: 'idle',
      handle: async (messages) => {
        got.push(...messages.map(({ value }) => String(value)));
        arrived();
      },
    });
    await bus.publish(topic.name, [{ key: 'a', value: 'one' }]);
    await first;
    const before = timers.soFar();
    await delay(3_000);
    const wakeUps = timers.soFar() - before;
    expect(got).toEqual(['one']);
    expect(warnings).not.toContain('TimeoutNegativeWarning');
    expect(wakeUps).toBeLessThan(20);
  }, 60_000);

  it('refuses a kafkajs version whose timers nobody has checked', () => {
    expect(() => calmKafka('2.2.5')).toThrow('knows its timers for 2.2.4 only');
  });
});
