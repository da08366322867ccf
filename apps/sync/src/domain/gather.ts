import { expectedLive, leftToday, mayUse, msToNextUtcDay, type Ledger, type Limits } from './ledger';

/** How live orders are sent at present. */
export interface Posture {
  /** For how long orders of a connection gather before they are sent together; 0 sends at once. */
  readonly windowMs: number;
  /** Whether today's calls are not enough for a call per buyer. */
  readonly scarce: boolean;
}

/** About what it costs to send off what a connection has gathered: knowledge of its contacts, an import, tags, polls. */
const callsPerFlush = 5;
const longestMs = 30 * 60_000;
const shortestMs = 10_000;

/**
 * While today's calls are ample for the rest of the day, every order goes at once. Else the window is as long as it takes for what is left to pay for
 * every active connection's flushes until midnight.
 */
export const postureOf = (ledger: Ledger, now: number, limits: Limits): Posture => {
  const left = leftToday(ledger, now, limits);
  const expected = expectedLive(ledger, now);
  // Nothing is gained by gathering: whoever asks is told when the day begins anew.
  if (!mayUse(ledger, 'live', now, limits)) return { windowMs: 0, scarce: true };
  if (expected * 1.25 <= left) return { windowMs: 0, scarce: false };
  const flushes = left / (callsPerFlush * Math.max(1, Object.keys(ledger.active).length));
  const windowMs = flushes > 0 ? msToNextUtcDay(now) / flushes : longestMs;
  return { windowMs: Math.round(Math.min(longestMs, Math.max(shortestMs, windowMs))), scarce: true };
};
