import type { Connection } from 'mongoose';
import { quotaStateOf, type BatchingBounds, type QuotaState } from '../domain/quota-state';
import {
  utcDay,
  exhausted,
  expectedLive,
  isRefused,
  leftToday,
  mayUse,
  msToNextUtcDay,
  refusedForMs,
} from '../domain/calls-of-the-day';
import { withPermitReturned, throttled } from '../domain/ledger';
import { callClasses, type CallClass, type Ledger, type Limits, type Permit } from '../domain/ledger-state';
import { databaseClock } from './database-clock';
import { createLedgerDocument } from './ledger-document';
import { changeLedger, processOf, startCycle, withArrivals } from './permit-cycle';

const arrivalsMs = 500;

/** The ledger of the whole application. All processes share it through one document, which is replaced as a whole. */
export const createLedgerStore = (
  mongo: Connection,
  limits: Limits,
  bounds: BatchingBounds,
  clock?: () => Promise<number>,
) => {
  const document = createLedgerDocument(mongo);
  const { now, errorMs } = clock ? { now: clock, errorMs: () => 0 } : databaseClock(mongo);
  const own = processOf({ document, limits, now, errorMs });
  let arrivalsTimer: NodeJS.Timeout | undefined;
  return {
    now,
    /**
     * Resolves when one call may be made, at once; the ledger has counted it. Throws QUOTA_EXCEEDED with the time to
     * wait when the day has no call left for the class. An interactive call waits at most
     * `longestInteractiveWaitMs`: it throws INTERACTIVE_CALLS_USED_UP when its box office or all of them have used up
     * the day's interactive calls, and RATE_LIMITED when too many wait.
     */
    take: async (wanted: Permit): Promise<void> => {
      const since = await own.now();
      await new Promise<void>((resolve, reject) => {
        own.waiting.push({ ...wanted, since, resolve, reject });
        startCycle(own);
      });
    },
    /**
     * Returns a permit that was requested at `askedAt`, when its call was not made and nothing has left the process.
     */
    returnPermit: (permit: Permit, askedAt: number) =>
      changeLedger(own, (ledger) => withPermitReturned(ledger, permit, askedAt)),
    /** Records that this many live buyers arrived. The ledger judges the rest of the day by their pace. */
    arrived: (boxOfficeId: string, count: number): void => {
      own.arrivals = { ...own.arrivals, [boxOfficeId]: (own.arrivals[boxOfficeId] ?? 0) + count };
      // Written with the next permit or after a short delay. A delay does not matter, because the pace is judged over
      // an hour.
      arrivalsTimer ??= setTimeout(() => {
        arrivalsTimer = undefined;
        startCycle(own);
      }, arrivalsMs);
    },
    /** Records that Constant Contact reported the day's calls as used up. */
    exhaust: (): Promise<void> => changeLedger(own, (ledger, time) => exhausted(ledger, time, limits)),
    /** Slows down because Constant Contact reports throttling. */
    slowDown: (): Promise<void> => changeLedger(own, throttled),
    /** Whether the day has no call left for live orders. */
    isExhausted: async (): Promise<boolean> => !mayUse((await document.read()).ledger, 'live', await now(), limits),
    /** How long a class is refused, in ms; 0 when it is not. */
    refusedFor: async (kind: CallClass): Promise<number> => {
      const [{ ledger }, time] = await Promise.all([document.read(), now()]);
      return isRefused(ledger, kind, time, limits) ? refusedForMs(ledger, kind, time, limits) : 0;
    },
    /** The quota state: how live orders are sent at present, for one box office where it is named. */
    quotaState: async (boxOfficeId?: string): Promise<QuotaState> => {
      const [known, time] = await Promise.all([document.read(), now()]);
      return quotaStateOf(withArrivals(own, known, time), time, limits, bounds, boxOfficeId);
    },
    /** Calls used and left; `gatherMs` is the batching window of the box office. */
    usage: async (boxOfficeId: string) => {
      const [known, time] = await Promise.all([document.read(), now()]);
      const ledger = withArrivals(own, known, time);
      return usageOf(ledger, time, limits, quotaStateOf(ledger, time, limits, bounds, boxOfficeId));
    },
    close: async (): Promise<void> => {
      own.closed = true;
      clearTimeout(arrivalsTimer);
      own.notify?.();
      await own.cycling;
    },
  };
};

const usageOf = (ledger: Ledger, time: number, limits: Limits, { windowMs: gatherMs }: QuotaState) => {
  const today = ledger.day === utcDay(time);
  return {
    limitPerDay: limits.perDay,
    usedToday: today ? ledger.used : 0,
    leftToday: leftToday(ledger, time, limits),
    perSecond: limits.perSecond,
    resetsAt: new Date(time + msToNextUtcDay(time)),
    usedBy: callClasses.map((kind) => ({ class: kind, calls: (today ? ledger.usedBy[kind] : undefined) ?? 0 })),
    expectedToday: Math.round(expectedLive(ledger, time)),
    gatherMs,
  };
};

export type LedgerStore = ReturnType<typeof createLedgerStore>;
