/**
 * kafkajs set timers of 1 ms for each open connection, and sync asked the database 24 times a second: six apps without
 * work took a sixth of a core.
 */
import { canMeasureAtRest, measureAtRest, startStack, type Stack } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ready } from '../src/organiser';

/** Only Linux tells what a process used. */
const onLinux = canMeasureAtRest ? it : it.skip;

describe('apps that nobody uses', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
    await ready(await stack.graphAs({ boxOfficeId: 'bo_rest', role: 'owner' }), 'riverside');
  }, 180_000);
  afterAll(() => stack?.stop(), 60_000);

  onLinux(
    'use at most 5 % of a core together, with a box office connected and a workflow active',
    async () => {
      const used = await measureAtRest(stack);
      // What each app used is told where it is too much.
      expect(used.cpuPercent > 5 ? used : undefined).toBeUndefined();
    },
    120_000,
  );
});
