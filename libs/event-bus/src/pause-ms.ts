/** Exponential with full jitter, in milliseconds. */
export const pauseMs = (attempt: number): number => Math.random() * Math.min(30_000, 200 * 2 ** Math.min(attempt, 10));
