/** A calendar month in UTC, `YYYY-MM`. Sorts as text. */
export type Month = string;

const dayMs = 86_400_000;

export const monthOf = (time: Date): Month => time.toISOString().slice(0, 7);

export const isMonth = (value: unknown): value is Month =>
  typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value);

export const startOfDay = (time: Date): Date => new Date(Math.floor(time.getTime() / dayMs) * dayMs);

/** The first moment of the next month. */
export const endOfMonth = (time: Date): Date => new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 1));

export const daysInMonth = (time: Date): number => (endOfMonth(time).getTime() - startOfMonth(time).getTime()) / dayMs;

/** Days from the day of `time` to the end of its month, both included. */
export const daysLeftInMonth = (time: Date): number =>
  (endOfMonth(time).getTime() - startOfDay(time).getTime()) / dayMs;

/** The next midnight after the given number of days, so that nobody gets less than promised. */
export const wholeDaysAfter = (time: Date, days: number): Date =>
  new Date(Math.ceil((time.getTime() + days * dayMs) / dayMs) * dayMs);

const startOfMonth = (time: Date): Date => new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), 1));
