import { AppError } from '@boxlist/contracts';
import { expect, it, jest } from '@jest/globals';
import type { EachBatchPayload } from 'kafkajs';
import { createPartitionWork } from './partition-work';

// A failure after the closing had begun paused the partition, and the timer of that pause kept the process alive.
it('sets no timer for a handler that fails once closing has begun', async () => {
  const over = new AbortController();
  const pause = jest.fn(() => () => undefined);
  const nothing = async (): Promise<void> => undefined;
  const quiet = (): void => undefined;
  let fail = (): void => undefined;
  const work = createPartitionWork({
    handle: () =>
      new Promise((_, reject) => {
        // Longer than partitions wait for each other.
        fail = () => reject(new AppError('RATE_LIMITED', 'later', {}, { retryAfterMs: 60_000 }));
      }),
    deadLetter: nothing,
    setAside: nothing,
    log: { info: quiet, warn: quiet, error: quiet },
    heartbeatMs: 1_000,
    signal: over.signal,
  });
  const message = { offset: '0', key: null, value: null, headers: {} };
  const payload = {
    batch: { topic: 't', partition: 0, messages: [message] },
    pause,
    isRunning: () => true,
    isStale: () => false,
    heartbeat: nothing,
  } as unknown as EachBatchPayload;
  const taking = work.take(payload);
  over.abort();
  work.close();
  fail();
  await taking;
  expect(pause).not.toHaveBeenCalled();
});
