/** The pause before a retry, in milliseconds: exponential with full jitter, at most 30 s. */
export const pauseMs = (attempt: number): number => Math.random() * Math.min(30_000, 200 * 2 ** Math.min(attempt, 10));
