import { AppError } from '@boxlist/contracts';
import type { Connection } from 'mongoose';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { quotaStateOf, type BatchingBounds, type QuotaState } from '../domain/quota-state';
import {
  callClasses,
  declare,
  demandsOf,
  exhausted,
  expectedLive,
  givenBack,
  leftToday,
  mayUse,
  msToNextUtcDay,
  isKeptForOthers,
  isRefused,
  nextFreeAt,
  permitDelayMs,
  refusedForMs,
  serve,
  throttled,
  utcDay,
  type CallClass,
  type Ledger,
  type Limits,
  type Permit,
} from '../domain/ledger';
import { databaseClock } from './database-clock';
import { createLedgerDocument, type KnownLedger } from './ledger-document';

interface Waiter extends Permit {
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
}
const arrivalsMs = 500;
const mostLagMs = 2_000;

/** The ledger of the whole application. All processes share it through one document, which is replaced as a whole. */
export const createLedgerStore = (
  mongo: Connection,
  limits: Limits,
  bounds: BatchingBounds,
  clock?: () => Promise<number>,
) => {
  const document = createLedgerDocument(mongo);
  const holder = randomUUID();
  const { now, errorMs } = clock ? { now: clock, errorMs: () => 0 } : databaseClock(mongo);
  let waiting: Waiter[] = [];
  let arrivals = noArrivals;
  let cycling: Promise<void> | undefined;
  let wake: (() => void) | undefined;
  let last: KnownLedger | undefined;
  let closed = false;
  /** How long the last write took until it was confirmed, in ms; 0 when that was short. */
  let lagMs = 0;
  let telling: NodeJS.Timeout | undefined;

  const swap = async (known: KnownLedger, ledger: Ledger): Promise<boolean> => {
    last = undefined;
    last = await document.swap(known, ledger);
    return last !== undefined;
  };
  const change = async (how: (ledger: Ledger, time: number) => Ledger): Promise<void> => {
    for (;;) {
      const known = await document.read();
      if (await swap(known, how(known.ledger, await now()))) return;
    }
  };

  /**
   * The ledger including live buyers that this process has not written to it yet, because they are about to be planned.
   */
  const withArrivals = ({ ledger }: KnownLedger, time: number): Ledger =>
    arrivals === noArrivals ? ledger : declare(ledger, holder, ledger.holders[holder]?.demands ?? [], arrivals, time);

  /**
   * Waits until the permits may be used. Returns false when that moment has passed: a later call would count in another
   * second.
   */
  const inTime = async (askedAt: number, usedAt: number): Promise<boolean> => {
    const writtenAt = await now();
    const tookMs = writtenAt - askedAt;
    lagMs = tookMs > permitDelayMs ? Math.min(tookMs, mostLagMs) : 0;
    // Adds the clock's error, so that the moment has come by the shared clock.
    const early = usedAt + errorMs() - writtenAt;
    if (early > 0) await delay(early);
    return (await now()) + errorMs() <= usedAt + permitDelayMs;
  };

  /**
   * Reads the ledger once, declares this process's demands and gets the permits that are available to it. Returns the
   * wait until the next reading, in ms.
   */
  const look = async (): Promise<number> => {
    const time = await now();
    // The state that this process wrote last is usually still current; otherwise the swap fails.
    const known = last ?? (await document.read());
    const asked = [...waiting];
    const came = arrivals;
    const declared = declare(known.ledger, holder, demandsOf(asked), came, time);
    // The moment at which permits can be used, when their write is confirmed.
    const usedAt = time + lagMs;
    const { ledger, permits } = serve(declared, holder, usedAt, limits);
    const own = known.ledger.holders[holder];
    const isNews =
      permits.length > 0 ||
      came !== noArrivals ||
      !own ||
      own.until < time + 5_000 ||
      !isDeepStrictEqual(own.demands, ledger.holders[holder]?.demands);
    if (isNews) {
      if (!(await swap(known, ledger))) return 0;
      if (arrivals === came) arrivals = noArrivals;
      if (permits.length > 0 && !(await inTime(time, usedAt))) return 0;
    } else last = undefined;
    for (const permit of permits) {
      const served = asked.find(
        (each) => waiting.includes(each) && each.class === permit.class && each.boxOfficeId === permit.boxOfficeId,
      );
      waiting = waiting.filter((each) => each !== served);
      served?.resolve();
    }
    for (const each of waiting.filter((one) => asked.includes(one) && isRefused(ledger, one.class, time, limits))) {
      waiting = waiting.filter((other) => other !== each);
      each.reject(usedUp(ledger, each, time, limits));
    }
    const free = nextFreeAt(ledger, limits) - time;
    // A permit is available but this process did not get it: it is another process's turn.
    return free > 0 ? free : 40;
  };
  const cycle = async (): Promise<void> => {
    while ((waiting.length > 0 || arrivals !== noArrivals) && !closed) {
      const pause = await look();
      if (waiting.length === 0) continue;
      await Promise.race([delay(pause), new Promise<void>((resolve) => (wake = resolve))]);
    }
  };
  const start = (): void => {
    wake?.();
    cycling ??= cycle()
      .catch((error: unknown) => {
        const failed = waiting;
        waiting = [];
        for (const each of failed)
          each.reject(
            new AppError('DATABASE_UNAVAILABLE', 'Boxlist cannot reach the quota ledger', {}, { cause: error }),
          );
      })
      .finally(() => {
        cycling = undefined;
        if (waiting.length > 0 && !closed) start();
      });
  };

  return {
    now,
    /**
     * Resolves when one call may be made, at once; the ledger has counted it. Throws QUOTA_EXCEEDED with the time to
     * wait when the day has no call left for the class.
     */
    take: async (wanted: Permit): Promise<void> => {
      const since = await now();
      await new Promise<void>((resolve, reject) => {
        waiting.push({ ...wanted, since, resolve, reject });
        start();
      });
    },
    /**
     * Returns a permit that was requested at `askedAt`, when its call was not made and nothing has left the process.
     */
    giveBack: (permit: Permit, askedAt: number) => change((ledger) => givenBack(ledger, permit.class, askedAt)),
    /** Records that this many live buyers arrived. The ledger judges the rest of the day by their pace. */
    arrived: (boxOfficeId: string, count: number): void => {
      arrivals = { ...arrivals, [boxOfficeId]: (arrivals[boxOfficeId] ?? 0) + count };
      // Written with the next permit or after a short delay. A delay does not matter, because the pace is judged over
      // an hour.
      telling ??= setTimeout(() => {
        telling = undefined;
        start();
      }, arrivalsMs);
    },
    /** Records that Constant Contact reported the day's calls as used up. */
    exhaust: (): Promise<void> => change((ledger, time) => exhausted(ledger, time, limits)),
    /** Slows down because Constant Contact reports throttling. */
    slowDown: (): Promise<void> => change(throttled),
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
      return quotaStateOf(withArrivals(known, time), time, limits, bounds, boxOfficeId);
    },
    /** Calls used and left; `gatherMs` is the batching window of the box office. */
    usage: async (boxOfficeId: string) => {
      const [known, time] = await Promise.all([document.read(), now()]);
      const ledger = withArrivals(known, time);
      return usageOf(ledger, time, limits, quotaStateOf(ledger, time, limits, bounds, boxOfficeId));
    },
    close: async (): Promise<void> => {
      closed = true;
      clearTimeout(telling);
      wake?.();
      await cycling;
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

const noArrivals: Record<string, number> = {};

const usedUp = (ledger: Ledger, { class: kind }: Permit, time: number, limits: Limits): AppError =>
  new AppError(
    'QUOTA_EXCEEDED',
    isKeptForOthers(ledger, kind, time, limits)
      ? "The rest of today's calls to Constant Contact is kept for live orders"
      : "Today's calls to Constant Contact are used up; new ones come at 00:00 UTC",
    {},
    { retryAfterMs: refusedForMs(ledger, kind, time, limits) },
  );

export type LedgerStore = ReturnType<typeof createLedgerStore>;
