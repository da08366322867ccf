import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { quiet } from '../test/world';
import { startConsumer } from './consumer';

// kafkajs emits FETCH even if it asked no broker, because it could not or had no partition to ask for. A consumer
// whose broker was away therefore counted as reading.

let now = 0;
beforeEach(() => {
  now = 1_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => void jest.restoreAllMocks());

const nothing = async (): Promise<void> => undefined;
const events = Object.fromEntries(
  ['FETCH', 'REQUEST', 'HEARTBEAT', 'GROUP_JOIN', 'END_BATCH_PROCESS', 'CRASH'].map((name) => [name, name]),
);

/** A started consumer of topic `t` with these partitions, on a fake kafkajs that emits only what the test emits. */
const aConsumer = async (partitions: readonly number[]) => {
  const listeners = new Map<string, (event: object) => void>();
  const on = (name: string, listener: (event: object) => void): void => void listeners.set(name, listener);
  const member = { events, on, connect: nothing, subscribe: nothing, run: nothing, disconnect: nothing };
  const kafka = { consumer: () => member } as unknown as Kafka;
  const consumer = await startConsumer(
    { kafka, log: quiet, deadLetter: nothing, setAside: nothing },
    { topic: 't', groupId: 'g', handle: nothing },
  );
  const emit = (name: string, payload: object = {}): void => listeners.get(name)?.({ payload });
  emit('GROUP_JOIN', { memberAssignment: { t: partitions } });
  return { ...consumer, emit };
};

it('a consumer counts as reading only when a broker has answered a fetch', async () => {
  const { halts, emit } = await aConsumer([0]);
  now += 60_000;
  emit('FETCH', { nodeId: 2 });
  emit('REQUEST', { apiName: 'Heartbeat' });
  emit('HEARTBEAT');
  expect(halts(50_000)).toEqual([{ partition: null, since: now - 60_000, code: null }]);
  // The answer is an error: kafkajs throws and emits no FETCH.
  emit('REQUEST', { apiName: 'Fetch' });
  expect(halts(50_000)).toHaveLength(1);
  emit('FETCH', { nodeId: 2 });
  expect(halts(50_000)).toEqual([]);
  now += 60_000;
  emit('FETCH', { nodeId: 2 });
  expect(halts(50_000)).toHaveLength(1);
});

it('a consumer without partitions does not stand still while its group answers', async () => {
  const { halts, emit } = await aConsumer([]);
  now += 60_000;
  expect(halts(50_000)).toHaveLength(1);
  emit('HEARTBEAT');
  expect(halts(50_000)).toEqual([]);
});

// A consumer does not fetch while it handles messages, so its last answer may be old by then.
it('a consumer that has just finished a slow batch does not stand still', async () => {
  const { halts, emit } = await aConsumer([0]);
  now += 60_000;
  emit('END_BATCH_PROCESS');
  expect(halts(50_000)).toEqual([]);
});
