import { setTimeout as delay } from 'node:timers/promises';

/** Retries `check` until it does not throw. Throws its last error when the time is up. */
export const eventually = async <T>(
  check: () => T | Promise<T>,
  { timeoutMs = 45_000, everyMs = 50 } = {},
): Promise<T> => {
  for (const until = Date.now() + timeoutMs; ;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(everyMs);
    }
  }
};
