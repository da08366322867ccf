import { AppError } from '@boxlist/contracts';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isKeptForOthers, isRefused, refusedForMs } from '../domain/calls-of-the-day';
import { declare, demandsOf, freeAtFor, refusalForPage, serve } from '../domain/ledger';
import { permitDelayMs, type Ledger, type Limits, type Permit } from '../domain/ledger-state';
import { longestInteractiveWaitMs, type InteractiveRefusal } from '../domain/interactive-calls';
import type { createLedgerDocument, KnownLedger } from './ledger-document';

interface Waiter extends Permit {
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
}

const mostLagMs = 2_000;

/** What one process asks of the ledger, and what it knows of it. */
interface Process {
  readonly document: ReturnType<typeof createLedgerDocument>;
  readonly holder: string;
  readonly limits: Limits;
  readonly now: () => Promise<number>;
  readonly errorMs: () => number;
  waiting: Waiter[];
  /** Live buyers by box office that are not in the ledger yet. */
  arrivals: Readonly<Record<string, number>>;
  /** The ledger as this process wrote it last, unless another write is known to have followed. */
  last: KnownLedger | undefined;
  /** How long the last write took until it was confirmed, in ms; 0 when that was short. */
  lagMs: number;
  cycling: Promise<void> | undefined;
  notify: (() => void) | undefined;
  closed: boolean;
}

const noArrivals: Readonly<Record<string, number>> = {};

/** A process that has asked for nothing yet. */
export const processOf = (given: Pick<Process, 'document' | 'limits' | 'now' | 'errorMs'>): Process => ({
  ...given,
  holder: randomUUID(),
  waiting: [],
  arrivals: noArrivals,
  last: undefined,
  lagMs: 0,
  cycling: undefined,
  notify: undefined,
  closed: false,
});

/** Looks at the ledger again until nothing waits any more. */
export const startCycle = (own: Process): void => {
  own.notify?.();
  own.cycling ??= cycle(own)
    .catch((error: unknown) => {
      const failed = own.waiting;
      own.waiting = [];
      for (const each of failed)
        each.reject(
          new AppError('DATABASE_UNAVAILABLE', 'Boxlist cannot reach the quota ledger', {}, { cause: error }),
        );
    })
    .finally(() => {
      own.cycling = undefined;
      if (own.waiting.length > 0 && !own.closed) startCycle(own);
    });
};

/** Changes the ledger, however often another process changes it in between. */
export const changeLedger = async (own: Process, how: (ledger: Ledger, time: number) => Ledger): Promise<void> => {
  for (;;) {
    const known = await own.document.read();
    if (await swap(own, known, how(known.ledger, await own.now()))) return;
  }
};

/**
 * The ledger including live buyers that this process has not written to it yet, because they are about to be planned.
 */
export const withArrivals = ({ arrivals, holder }: Process, { ledger }: KnownLedger, time: number): Ledger =>
  arrivals === noArrivals ? ledger : declare(ledger, holder, ledger.holders[holder]?.demands ?? [], arrivals, time);

const cycle = async (own: Process): Promise<void> => {
  while ((own.waiting.length > 0 || own.arrivals !== noArrivals) && !own.closed) {
    const pause = await look(own);
    if (own.waiting.length === 0) continue;
    await Promise.race([delay(pause), new Promise<void>((resolve) => (own.notify = resolve))]);
  }
};

/**
 * Reads the ledger once, declares this process's demands and gets the permits that are available to it. Returns the
 * wait until the next reading, in ms.
 */
const look = async (own: Process): Promise<number> => {
  const { holder, limits } = own;
  const time = await own.now();
  // The state that this process wrote last is usually still current; otherwise the swap fails.
  const known = own.last ?? (await own.document.read());
  const asked = [...own.waiting];
  const came = own.arrivals;
  const declared = declare(known.ledger, holder, demandsOf(asked), came, time);
  // The moment at which permits can be used, when their write is confirmed.
  const usedAt = time + own.lagMs;
  const { ledger, permits } = serve(declared, holder, usedAt, limits);
  const before = known.ledger.holders[holder];
  const isNews =
    permits.length > 0 ||
    came !== noArrivals ||
    !before ||
    before.until < time + 5_000 ||
    !isDeepStrictEqual(before.demands, ledger.holders[holder]?.demands);
  if (isNews) {
    if (!(await swap(own, known, ledger))) return 0;
    if (own.arrivals === came) own.arrivals = noArrivals;
    if (permits.length > 0 && !(await inTime(own, time, usedAt))) return 0;
  } else own.last = undefined;
  grant(own, asked, permits);
  refuse(own, asked, ledger, time);
  return pauseOf(own, ledger, time);
};

/**
 * The wait until the next reading, in ms: until a call of this process may be made, and not longer than an interactive
 * call may wait.
 */
const pauseOf = ({ waiting, limits }: Process, ledger: Ledger, time: number): number => {
  const freeInMs = Math.min(...waiting.map((each) => freeAtFor(ledger, each, time, limits))) - time;
  const longestMs = waiting.flatMap((each) =>
    each.class === 'interactive' ? [Math.max(1, each.since + longestInteractiveWaitMs - time)] : [],
  );
  // A permit is available but this process did not get it: it is another process's turn.
  return Math.min(freeInMs > 0 ? freeInMs : 40, ...longestMs);
};

const swap = async (own: Process, known: KnownLedger, ledger: Ledger): Promise<boolean> => {
  own.last = undefined;
  own.last = await own.document.swap(known, ledger);
  return own.last !== undefined;
};

/**
 * Waits until the permits may be used. Returns false when that moment has passed: a later call would count in another
 * second.
 */
const inTime = async (own: Process, askedAt: number, usedAt: number): Promise<boolean> => {
  const writtenAt = await own.now();
  const tookMs = writtenAt - askedAt;
  own.lagMs = tookMs > permitDelayMs ? Math.min(tookMs, mostLagMs) : 0;
  // Adds the clock's error, so that the moment has come by the shared clock.
  const early = usedAt + own.errorMs() - writtenAt;
  if (early > 0) await delay(early);
  return (await own.now()) + own.errorMs() <= usedAt + permitDelayMs;
};

/** Lets the calls go on that got a permit. */
const grant = (own: Process, asked: readonly Waiter[], permits: readonly Permit[]): void => {
  for (const permit of permits) {
    const served = asked.find(
      (each) => own.waiting.includes(each) && each.class === permit.class && each.boxOfficeId === permit.boxOfficeId,
    );
    own.waiting = own.waiting.filter((each) => each !== served);
    served?.resolve();
  }
};

/** Refuses the calls for which the day has no permit left, and interactive calls that would wait too long. */
const refuse = (own: Process, asked: readonly Waiter[], ledger: Ledger, time: number): void => {
  const waitingOf = new Map<string, number>();
  for (const each of own.waiting.filter((one) => asked.includes(one))) {
    const error = refusalOf(own, each, waitingOf.get(each.boxOfficeId) ?? 0, ledger, time);
    if (error) {
      own.waiting = own.waiting.filter((other) => other !== each);
      each.reject(error);
    } else if (each.class === 'interactive')
      waitingOf.set(each.boxOfficeId, (waitingOf.get(each.boxOfficeId) ?? 0) + 1);
  }
};

const refusalOf = (
  { limits }: Process,
  call: Waiter,
  ahead: number,
  ledger: Ledger,
  time: number,
): AppError | undefined => {
  if (isRefused(ledger, call.class, time, limits)) return usedUp(ledger, call, time, limits);
  const refusal = call.class === 'interactive' ? refusalForPage(ledger, call, ahead, time, limits) : undefined;
  return refusal && refusedPage(refusal);
};

const usedUp = (ledger: Ledger, { class: kind }: Permit, time: number, limits: Limits): AppError =>
  new AppError(
    'QUOTA_EXCEEDED',
    isKeptForOthers(ledger, kind, time, limits)
      ? "The rest of today's calls to Constant Contact is kept for live orders"
      : "Today's calls to Constant Contact are used up; new ones come at 00:00 UTC",
    {},
    { retryAfterMs: refusedForMs(ledger, kind, time, limits) },
  );

const refusedPage = ({ why, retryAfterMs }: InteractiveRefusal): AppError => {
  switch (why) {
    case 'DAY_OF_BOX_OFFICE':
      return new AppError(
        'INTERACTIVE_CALLS_USED_UP',
        'This box office has used up the calls to Constant Contact that its pages may cause today. Orders are not ' +
          'affected. New calls come at 00:00 UTC.',
        {},
        { retryAfterMs },
      );
    case 'DAY':
      return new AppError(
        'INTERACTIVE_CALLS_USED_UP',
        'All box offices together have used up the calls to Constant Contact that pages may cause today. Orders are ' +
          'not affected. New calls come at 00:00 UTC.',
        {},
        { retryAfterMs },
      );
    case 'BUSY':
      return new AppError(
        'RATE_LIMITED',
        `Too many calls to Constant Contact wait. Try again in ${Math.ceil(retryAfterMs / 1_000)} s.`,
        {},
        { retryAfterMs },
      );
  }
};
