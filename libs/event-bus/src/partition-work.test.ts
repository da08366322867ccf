import { AppError } from '@boxlist/contracts';
import { expect, it, jest } from '@jest/globals';
import type { EachBatchPayload } from 'kafkajs';
import { setImmediate } from 'node:timers/promises';
import { createPartitionWork } from './partition-work';

const nothing = async (): Promise<void> => undefined;
const quiet = (): void => undefined;
const log = { info: quiet, warn: quiet, error: quiet };

/** A batch of one message, as kafkajs gives it. */
const aBatch = (more: object): EachBatchPayload =>
  ({
    batch: { topic: 't', partition: 0, messages: [{ offset: '0', key: null, value: null, headers: {} }] },
    pause: () => quiet,
    isRunning: () => true,
    isStale: () => false,
    heartbeat: nothing,
    resolveOffset: quiet,
    commitOffsetsIfNecessary: nothing,
    ...more,
  }) as unknown as EachBatchPayload;

/** What the driver throws while no server is reached, by its name; or what a server answers while it cannot serve. */
const outages = [
  { name: 'MongoServerSelectionError' },
  { name: 'MongoNetworkError' },
  { name: 'MongoServerError', code: 189 },
  { name: 'MongoBulkWriteError', code: 112, errorLabels: ['TransientTransactionError'] },
];

// MongoDB's own errors were taken for faults of the message: after five tries, a minute of an outage, good orders and
// facts went to the dead letters.
it.each(outages)('gives no message up for an outage of MongoDB, however long: $name', async (outage) => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  let tries = 0;
  const deadLetter = jest.fn(nothing);
  const committed = jest.fn(nothing);
  const work = createPartitionWork({
    handle: async () => {
      tries += 1;
      if (tries <= 12) throw Object.assign(new Error('no server'), outage);
    },
    deadLetter,
    setAside: nothing,
    log,
    heartbeatMs: 3_600_000,
    signal: new AbortController().signal,
  });
  try {
    for (let resumed = true; resumed;) {
      resumed = false;
      const pause = (): (() => void) => () => void (resumed = true);
      const taking = work.take(aBatch({ pause, commitOffsetsIfNecessary: committed }));
      let isDone = false;
      void taking.then(() => (isDone = true));
      while (!isDone) {
        await jest.advanceTimersByTimeAsync(1_000);
        await setImmediate();
      }
      await jest.advanceTimersByTimeAsync(3_600_000);
    }
  } finally {
    work.close();
    jest.useRealTimers();
  }
  expect({ tries, letters: deadLetter.mock.calls.length, commits: committed.mock.calls.length }).toEqual({
    tries: 13,
    letters: 0,
    commits: 1,
  });
});

// A failure after the closing had begun paused the partition, and the timer of that pause kept the process alive.
it('sets no timer for a handler that fails once closing has begun', async () => {
  const over = new AbortController();
  const pause = jest.fn(() => () => undefined);
  let fail = (): void => undefined;
  const work = createPartitionWork({
    handle: () =>
      new Promise((_, reject) => {
        // Longer than partitions wait for each other.
        fail = () => reject(new AppError('RATE_LIMITED', 'later', {}, { retryAfterMs: 60_000 }));
      }),
    deadLetter: nothing,
    setAside: nothing,
    log,
    heartbeatMs: 1_000,
    signal: over.signal,
  });
  const taking = work.take(aBatch({ pause }));
  over.abort();
  work.close();
  fail();
  await taking;
  expect(pause).not.toHaveBeenCalled();
});
