/** What the application has used of Constant Contact's limits. Times in ms of the database's clock. */
export interface Ledger {
  /** The UTC day that `used` counts, `YYYY-MM-DD`. */
  readonly day: string;
  readonly used: number;
  /** Start times of the last calls, oldest first; as many as a second takes. */
  readonly recent: readonly number[];
  /** Set when Constant Contact itself said that the day is used up. */
  readonly exhaustedDay: string | null;
}

export interface Limits {
  readonly perSecond: number;
  readonly perDay: number;
}

/** A permit: call at `at`, not before; or the day is used up. */
export type Grant =
  | { readonly granted: true; readonly at: number; readonly ledger: Ledger }
  | { readonly granted: false; readonly retryAfterMs: number };

/** More than a second, so that calls that travel at different speeds do not arrive within one. */
const windowMs = 1_100;

export const emptyLedger: Ledger = { day: '', used: 0, recent: [], exhaustedDay: null };
export const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
export const msToNextUtcDay = (ms: number): number => 86_400_000 - (ms % 86_400_000);

/** Gives the next free moment: never more than the limit in any sliding second, nor in a UTC day. */
export const grant = (ledger: Ledger, now: number, limits: Limits): Grant => {
  const oldest =
    ledger.recent.length >= limits.perSecond ? ledger.recent[ledger.recent.length - limits.perSecond] : undefined;
  const at = Math.max(now, oldest === undefined ? 0 : oldest + windowMs, ledger.recent.at(-1) ?? 0);
  const day = utcDay(at);
  const used = ledger.day === day ? ledger.used : 0;
  if (used >= limits.perDay || ledger.exhaustedDay === day)
    return { granted: false, retryAfterMs: at - now + msToNextUtcDay(at) };
  return {
    granted: true,
    at,
    ledger: {
      day,
      used: used + 1,
      recent: [...ledger.recent, at].slice(-limits.perSecond),
      exhaustedDay: ledger.exhaustedDay,
    },
  };
};
