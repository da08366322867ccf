export interface RetryPolicy {
  readonly baseMs: number;
  readonly maxDelayMs: number;
  /** For how long after the first try it is tried again. */
  readonly forMs: number;
}

/**
 * Exponential with full jitter: anything between nothing and the doubled base, so that waiting ones do not come
 * together.
 */
export const retryDelayMs = ({ baseMs, maxDelayMs }: RetryPolicy, attempt: number, random: number): number =>
  Math.round(random * Math.min(maxDelayMs, baseMs * 2 ** Math.min(attempt, 30)));
