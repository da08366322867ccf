import { expectedLive, expectedOf, leftToday, mayUse, msToNextUtcDay, type Ledger, type Limits } from './ledger';

/** How live orders are sent at present. */
export interface QuotaState {
  /** For how long orders of a connection gather before they are sent together; 0 sends at once. */
  readonly windowMs: number;
  /** Whether today's calls are not enough for a call per buyer. */
  readonly scarce: boolean;
}

/** How short and how long the window may be, in ms. */
export interface BatchingBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * About what it costs to send off what a connection has gathered: knowledge of its contacts, an import, tags, polls.
 */
const callsPerFlush = 5;
/** An import costs its own call and those that ask how it goes: for fewer contacts it spares none. */
export const fewestToImport = 3;
/** Orders of a connection that come within a window; where fewer are to be expected, waiting shares no call. */
const fewestToBatch = 2;

/**
 * While today's calls are ample for the rest of the day, every order goes at once. Else the window is as long as it
 * takes for what is left to pay for every active connection's flushes until midnight; but a box office that has too few
 * orders for any to share a call does not wait for more.
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
  // Nothing is gained by gathering: whoever asks is told when the day begins anew.
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
 * Longer than most activities take: whoever has gathered for that long loses little by waiting once more, and one call
 * tells the end.
 */
const shortestScarcePollMs = 10_000;
const longestPollMs = 60_000;

/**
 * How long after it began, or was asked for, an activity is asked for again, in ms: ever rarer, and rarer from the
 * beginning where calls are scarce.
 */
export const pollDelayMs = (polls: number, { scarce }: Pick<QuotaState, 'scarce'>): number =>
  Math.min(longestPollMs, (scarce ? shortestScarcePollMs : shortestPollMs) * 2 ** Math.min(polls, 10));
