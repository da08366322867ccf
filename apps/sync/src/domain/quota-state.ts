import { expectedLive, expectedOf, leftToday, mayUse, msToNextUtcDay } from './calls-of-the-day';
import type { Ledger, Limits } from './ledger-state';

/** How live orders are sent at present. */
export interface QuotaState {
  /** The batching window: how long orders of a connection wait for each other, in ms; 0 sends at once. */
  readonly windowMs: number;
  /** Whether today's calls are too few for one call per buyer. */
  readonly scarce: boolean;
}

/** The limits of the batching window, in ms. */
export interface BatchingBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The approximate number of calls to send one batch of a connection: reading contacts, an import, tags and polls. */
const callsPerFlush = 5;
/** An import costs one call and its polls, so for fewer contacts it saves nothing. */
export const fewestToImport = 3;
/** The number of orders of a box office expected in a window. With fewer, waiting shares no call. */
const fewestToBatch = 2;

/**
 * While today's calls suffice for the rest of the day, every order is sent at once. Otherwise the window is so long
 * that the calls left pay for the batches of all active connections until midnight. A box office with too few orders to
 * share a call does not wait.
 */
export const quotaStateOf = (
  ledger: Ledger,
  now: number,
  limits: Limits,
  { minMs, maxMs }: BatchingBounds,
  boxOfficeId?: string,
): QuotaState => {
  const left = leftToday(ledger, now, limits);
  const expected = expectedLive(ledger, now);
  // No call is left for live orders, so a window saves nothing. The ledger refuses calls until the next day.
  if (!mayUse(ledger, 'live', now, limits)) return { windowMs: 0, scarce: true };
  if (expected * 1.25 <= left) return { windowMs: 0, scarce: false };
  const flushes = left / (callsPerFlush * Math.max(1, Object.keys(ledger.active).length));
  const wanted = flushes > 0 ? msToNextUtcDay(now) / flushes : maxMs;
  const windowMs = Math.round(Math.min(maxMs, Math.max(minMs, wanted)));
  const isLone = boxOfficeId !== undefined && expectedOf(ledger, boxOfficeId, now, windowMs) < fewestToBatch;
  return { windowMs: isLone ? 0 : windowMs, scarce: true };
};

const shortestPollMs = 500;
/**
 * Longer than most activities. After a batching window, one more wait of this length matters little, and a single poll
 * usually finds the activity ended.
 */
const shortestScarcePollMs = 10_000;
const longestPollMs = 60_000;

/**
 * The delay before the next poll of an activity, in ms. It grows with each poll, and starts higher where calls are
 * scarce.
 */
export const pollDelayMs = (polls: number, { scarce }: Pick<QuotaState, 'scarce'>): number =>
  Math.min(longestPollMs, (scarce ? shortestScarcePollMs : shortestPollMs) * 2 ** Math.min(polls, 10));
