import type { StoredOrder } from './order';

const dayMs = 86_400_000;
/** A day of an event that is further away does not hold an order: it stands for "any day". */
const farthestEventMs = 730 * dayMs;

/**
 * From when on an order grows old: its last change, or the end of its event's day where that is still to come, for
 * until then it may be cancelled or changed.
 */
export const agesFrom = ({ event }: Pick<StoredOrder, 'event'>, changedAt: Date): Date => {
  const changed = changedAt.getTime();
  // Wherever in the world that day is.
  const over = Date.parse(event?.startDate ?? '') + 2 * dayMs;
  return new Date(over > changed && over <= changed + farthestEventMs ? over : changed);
};

/** How a delivery of an order stands, as far as the order's age asks for it. */
interface Standing {
  readonly readyAt: Date | null;
  readonly settledAt: Date | null;
}

/**
 * Whether an order that has grown old is over: undefined, or from when on it ages instead, because one of its
 * deliveries is open or has ended later. One that is open is looked at again after a day.
 */
export const agesInstead = (deliveries: readonly Standing[], before: Date): Date | undefined => {
  if (deliveries.some(({ readyAt, settledAt }) => readyAt !== null || settledAt === null)) return nextLook(before);
  const ended = Math.max(0, ...deliveries.map(({ settledAt }) => settledAt?.getTime() ?? 0));
  return ended >= before.getTime() ? new Date(ended) : undefined;
};

/** The stamp with which something that is old enough now is found again in a day. */
export const nextLook = (before: Date): Date => new Date(before.getTime() + dayMs);

/**
 * For how long after an order has expired deliveries of it are looked for: whoever read it before may still write one.
 */
export const strayMs = dayMs;
