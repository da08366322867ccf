/**
 * kafkajs set timers of 1 ms for each open connection, MongoDB's driver set one of 100 ms for each pool, and sync
 * queried the database 24 times a second: six idle apps used a sixth of a core.
 */
import { canMeasureAtRest, measureAtRest, startStack, type Stack, type StackAtRest } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ready } from '../src/organiser';

/** Only Linux reports what a process used. */
const onLinux = canMeasureAtRest ? it : it.skip;

describe('idle apps', () => {
  let stack: Stack;
  let used: StackAtRest | undefined;
  beforeAll(async () => {
    stack = await startStack();
    await ready(await stack.graphAs({ boxOfficeId: 'bo_rest', role: 'owner' }), 'riverside');
    if (canMeasureAtRest) used = await measureAtRest(stack);
  }, 300_000);
  afterAll(() => stack?.stop(), 60_000);

  onLinux('use at most 5 % of a core together, with a box office connected and a workflow active', () => {
    // A failure shows what each app used.
    expect(used && used.cpuPercent <= 5 ? undefined : used).toBeUndefined();
  });

  onLinux('wake less than 50 times a second each, and hardly ever where they only answer callers', () => {
    const limits = {
      billing: 10,
      'auth-connection': 10,
      'order-intake': 10,
      audit: 50,
      workflow: 50,
      sync: 50,
      gateway: 10,
    };
    const often = Object.entries(used?.apps ?? {}).filter(
      ([name, { wakeUpsPerSecond }]) => wakeUpsPerSecond > limits[name as keyof typeof limits],
    );
    expect(often).toEqual([]);
  });
});
