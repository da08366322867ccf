/** Chores looked for work 15 times a second in a process that had none for hours. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createRest } from '@boxlist/event-bus';
import type { Context } from './context';
import { repeatedly } from './repeatedly';

describe('a chore', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const started = (everyMs: number) => {
    const rest = createRest(Date.now);
    let passes = 0;
    const chore = repeatedly({ rest } as Context, { everyMs, delayed: 'job.delayed' }, async () => {
      passes += 1;
    });
    const during = async (ms: number): Promise<number> => {
      const before = passes;
      await jest.advanceTimersByTimeAsync(ms);
      return passes - before;
    };
    return { rest, chore, during, soFar: () => passes };
  };

  it('looks for work less often in a process that rests', async () => {
    const { chore, during } = started(200);
    expect(await during(10_000)).toBeGreaterThanOrEqual(49);
    expect(await during(10_000)).toBeLessThanOrEqual(10);
    await chore.close();
    expect(await during(10_000)).toBe(0);
  });

  it('looks at once when the rest ends, and then as often as before', async () => {
    const { rest, chore, during, soFar } = started(500);
    await during(30_000);
    const before = soFar();
    rest.end();
    expect(soFar()).toBe(before + 1);
    expect(await during(5_000)).toBeGreaterThanOrEqual(9);
    await chore.close();
    rest.end();
    expect(await during(5_000)).toBe(0);
  });

  it('never waits longer for its rest than its own period when that is long', async () => {
    const { chore, during } = started(60_000);
    expect(await during(600_000)).toBe(10);
    await chore.close();
  });
});
