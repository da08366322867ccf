import { setImmediate } from 'node:timers/promises';

const longMs = 20;

/**
 * To be awaited between the steps of long work: when it has kept everything else in this process waiting for a while,
 * that has its turn.
 */
export const eventLoopYielder = (): (() => Promise<void>) => {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < longMs) return;
    await setImmediate();
    since = performance.now();
  };
};
