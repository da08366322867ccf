/** Relays queried the database each second, twice each time, although every writer of an entry notifies them. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { EventBus } from './event-bus';
import { startOutboxRelay } from './outbox';
import type { OutboxCollection } from './outbox-passes';
import { createRest, type Rest } from './rest';

describe('a relay', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const started = async (rest?: Rest) => {
    let looks = 0;
    const collection: OutboxCollection = {
      find: () => {
        looks += 1;
        return Object.assign(ReadableStream.from([]), { toArray: async () => [] });
      },
      updateOne: async () => ({ matchedCount: 0 }),
      updateMany: async () => undefined,
      createIndex: async () => 'index',
    };
    const relay = await startOutboxRelay({
      bus: {} as EventBus,
      collection,
      topic: { name: 'events', compacted: false },
      ...(rest ? { rest } : {}),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const during = async (ms: number): Promise<number> => {
      const before = looks;
      await jest.advanceTimersByTimeAsync(ms);
      return looks - before;
    };
    return { relay, during, soFar: () => looks };
  };

  it('polls less often after a while without entries, and each second again after a notification', async () => {
    const { relay, during } = await started();
    expect(await during(10_000)).toBeGreaterThanOrEqual(9);
    expect(await during(60_000)).toBeLessThanOrEqual(13);
    await relay.notify();
    expect(await during(9_000)).toBeGreaterThanOrEqual(9);
    await relay.close();
    expect(await during(60_000)).toBe(0);
  });

  it('polls at once when its process has work again', async () => {
    const rest = createRest();
    const { relay, during, soFar } = await started(rest);
    await during(60_000);
    const before = soFar();
    rest.end();
    expect(soFar()).toBe(before + 1);
    await relay.close();
  });
});
