import { z } from 'zod';
import { Refusal } from './refusal';
import type { Store } from './store';

export const limitsSchema = z.strictObject({
  perSecond: z.number().int().min(1),
  perDay: z.number().int().min(0),
  queuedActivities: z.number().int().min(0),
  importBytes: z.number().int().min(1),
});
export type Limits = z.infer<typeof limitsSchema>;

/** The times of the last second; old ones are removed at the front. */
export const slidingSecond = () => {
  let times: number[] = [];
  let first = 0;
  return {
    /** The number of times in the second that ends now. */
    count: (now: number): number => {
      // After the clock is set back there are times in the future: they count in no second.
      while (first < times.length && (now - times[first]! >= 1_000 || times[first]! > now)) first += 1;
      if (first > 1_000) {
        times = times.slice(first);
        first = 0;
      }
      return times.length - first;
    },
    add: (now: number): void => {
      times.push(now);
    },
    clear: (): void => {
      times = [];
      first = 0;
    },
  };
};

export const throttled = () => new Refusal(429, 'throttled', 'Too many requests in this second');
export const quotaExceeded = () => new Refusal(429, 'quota_exceeded', 'Quota exceeded for the day');

/**
 * Counts a call of the application, or refuses it beyond the limits of any second and of the UTC day. Refused calls do
 * not count.
 */
export const createLimiter = (store: Store, limits: () => Limits) => {
  const recent = slidingSecond();
  return {
    count: (now: number): void => {
      const day = new Date(now).toISOString().slice(0, 10);
      const usage = store.usage();
      const used = usage.day === day ? usage.used : 0;
      if (used >= limits().perDay) throw quotaExceeded();
      if (recent.count(now) >= limits().perSecond) throw throttled();
      recent.add(now);
      store.saveUsage({ day, used: used + 1 });
    },
    reset: recent.clear,
  };
};

export type Limiter = ReturnType<typeof createLimiter>;
