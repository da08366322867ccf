import { callClasses, msToNextUtcDay, type CallClass, type Limits } from '../../src/domain/ledger';
import type { VirtualTime } from './virtual-time';
import { DayUsedUp } from './work-orders';

interface Waiter {
  readonly class: CallClass;
  readonly resolve: () => void;
  readonly reject: (error: DayUsedUp) => void;
}

const secondMs = 1_000;

/**
 * A rate limiter as one writes it: so many calls in any second and in a day, in the order in which they are asked for;
 * `byClass` takes the more urgent ones first.
 */
export const plainPermits = (time: VirtualTime, { perSecond, perDay }: Limits, byClass: boolean) => {
  let waiting: Waiter[] = [];
  const recent: number[] = [];
  let used = 0;
  let isLooking = false;
  const look = (): void => {
    isLooking = false;
    const now = time.now();
    if (used >= perDay) {
      for (const { reject } of waiting) reject(new DayUsedUp(now + msToNextUtcDay(now)));
      waiting = [];
    }
    while (waiting.length > 0 && used < perDay) {
      const oldest = recent.length >= perSecond ? recent[recent.length - perSecond]! + secondMs : 0;
      if (oldest > now) return lookAt(oldest);
      const next = byClass
        ? waiting.reduce((best, each) =>
            callClasses.indexOf(each.class) < callClasses.indexOf(best.class) ? each : best,
          )
        : waiting[0]!;
      waiting = waiting.filter((each) => each !== next);
      recent.push(now);
      used += 1;
      next.resolve();
    }
    if (waiting.length > 0) lookAt(now);
  };
  const lookAt = (moment: number): void => {
    if (isLooking) return;
    isLooking = true;
    time.at(moment, look);
  };
  return {
    take: (kind: CallClass): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push({ class: kind, resolve, reject });
        lookAt(time.now());
      }),
    left: (): number => perDay - used,
  };
};
