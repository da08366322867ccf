export interface RetryPolicy {
  readonly baseMs: number;
  readonly maxDelayMs: number;
  /** How long after the first try a delivery is tried again, in ms. */
  readonly forMs: number;
}

/**
 * The delay before the next try, in ms: exponential with full jitter, from 0 to the doubled base, so that waiting
 * deliveries do not become ready together.
 */
export const retryDelayMs = ({ baseMs, maxDelayMs }: RetryPolicy, attempt: number, random: number): number =>
  Math.round(random * Math.min(maxDelayMs, baseMs * 2 ** Math.min(attempt, 30)));
