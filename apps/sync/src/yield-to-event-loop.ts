import { setImmediate } from 'node:timers/promises';

const longMs = 20;

/**
 * Returns a function to await between the steps of long work. When the work has blocked the event loop for 20 ms, it
 * lets the rest of the process run.
 */
export const eventLoopYielder = (): (() => Promise<void>) => {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < longMs) return;
    await setImmediate();
    since = performance.now();
  };
};
