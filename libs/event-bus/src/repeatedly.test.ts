/** Background jobs polled 15 times a second in a process that had had no work for hours. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { repeatedly } from './repeatedly';
import { createRest } from './rest';

describe('a job', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const started = (everyMs: number) => {
    const rest = createRest(Date.now);
    let passes = 0;
    const job = repeatedly({ rest, log: { warn: () => undefined } }, { everyMs, delayed: 'job.delayed' }, async () => {
      passes += 1;
    });
    const during = async (ms: number): Promise<number> => {
      const before = passes;
      await jest.advanceTimersByTimeAsync(ms);
      return passes - before;
    };
    return { rest, job, during, soFar: () => passes };
  };

  it('polls less often in an idle process', async () => {
    const { job, during } = started(200);
    expect(await during(10_000)).toBeGreaterThanOrEqual(49);
    expect(await during(10_000)).toBeLessThanOrEqual(10);
    await job.close();
    expect(await during(10_000)).toBe(0);
  });

  it('polls at once when the idle time ends, and then as often as before', async () => {
    const { rest, job, during, soFar } = started(500);
    await during(30_000);
    const before = soFar();
    rest.end();
    expect(soFar()).toBe(before + 1);
    expect(await during(5_000)).toBeGreaterThanOrEqual(9);
    await job.close();
    rest.end();
    expect(await during(5_000)).toBe(0);
  });

  it('runs once more if it is called during a pass, however many calls there are', async () => {
    const { job, soFar } = started(60_000);
    const first = job.run();
    await Promise.all([first, job.run(), job.run()]);
    expect(soFar()).toBe(2);
    await job.close();
  });

  it('tries again after a failed pass, and logs it', async () => {
    const lines: string[] = [];
    let passes = 0;
    const job = repeatedly(
      { log: { warn: (_, event) => lines.push(event) } },
      { everyMs: 1_000, delayed: 'job.delayed' },
      async () => {
        passes += 1;
        throw new Error('Kafka is away');
      },
    );
    await jest.advanceTimersByTimeAsync(2_000);
    expect([passes, lines]).toEqual([2, ['job.delayed', 'job.delayed']]);
    await job.close();
  });

  it('keeps its own period in an idle process if that period is long', async () => {
    const { job, during } = started(60_000);
    expect(await during(600_000)).toBe(10);
    await job.close();
  });
});
