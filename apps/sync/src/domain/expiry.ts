import type { StoredOrder } from './order';

const dayMs = 86_400_000;
/** An event day further away than this is a placeholder for "any day" and does not keep an order. */
const farthestEventMs = 730 * dayMs;

/**
 * The time from which an order ages: its last change, or the end of its event's day when that is in the future, because
 * the order may be cancelled or changed until then.
 */
export const agesFrom = ({ event }: Pick<StoredOrder, 'event'>, changedAt: Date): Date => {
  const changed = changedAt.getTime();
  // Two days after the date begins in UTC, the day has ended in every time zone.
  const over = Date.parse(event?.startDate ?? '') + 2 * dayMs;
  return new Date(over > changed && over <= changed + farthestEventMs ? over : changed);
};

/** The fields of a delivery that decide about the age of its order. */
interface Standing {
  readonly readyAt: Date | null;
  readonly settledAt: Date | null;
}

/**
 * Undefined when an old order may expire. Otherwise the time from which it ages instead, because one of its deliveries
 * is open or settled later. An order with an open delivery is looked at again after a day.
 */
export const agesInstead = (deliveries: readonly Standing[], before: Date): Date | undefined => {
  if (deliveries.some(({ readyAt, settledAt }) => readyAt !== null || settledAt === null)) return nextLook(before);
  const ended = Math.max(0, ...deliveries.map(({ settledAt }) => settledAt?.getTime() ?? 0));
  return ended >= before.getTime() ? new Date(ended) : undefined;
};

/** An `agesFrom` that makes an order old enough again in a day. */
export const nextLook = (before: Date): Date => new Date(before.getTime() + dayMs);

/** How long sync looks for deliveries of an expired order. A process that read the order before may still write one. */
export const strayMs = dayMs;
