import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { quiet } from '../test/world';
import { startConsumer } from './consumer';

// kafkajs emits FETCH also where it has asked no broker for anything: when it could not, or had to ask for no
// partition. A consumer whose broker was away counted as one that reads.

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

/** A started consumer of the topic t, whose partitions are these, on a kafkajs that emits what the test says. */
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

it('a consumer reads only when a broker has answered a fetch', async () => {
  const { halts, emit } = await aConsumer([0]);
  now += 60_000;
  emit('FETCH', { nodeId: 2 });
  emit('REQUEST', { apiName: 'Heartbeat' });
  emit('HEARTBEAT');
  expect(halts(50_000)).toEqual([{ partition: null, since: now - 60_000, code: null }]);
  // An answer that is an error: kafkajs throws, and emits no FETCH.
  emit('REQUEST', { apiName: 'Fetch' });
  expect(halts(50_000)).toHaveLength(1);
  emit('FETCH', { nodeId: 2 });
  expect(halts(50_000)).toEqual([]);
  now += 60_000;
  emit('FETCH', { nodeId: 2 });
  expect(halts(50_000)).toHaveLength(1);
});

it('a consumer without partitions, which fetches nothing, is well while its group answers', async () => {
  const { halts, emit } = await aConsumer([]);
  now += 60_000;
  expect(halts(50_000)).toHaveLength(1);
  emit('HEARTBEAT');
  expect(halts(50_000)).toEqual([]);
});

// Nothing is fetched while messages are handled: the last answer may be old by then.
it('a consumer does not stand still when it has just handled what took it long', async () => {
  const { halts, emit } = await aConsumer([0]);
  now += 60_000;
  emit('END_BATCH_PROCESS');
  expect(halts(50_000)).toEqual([]);
});
