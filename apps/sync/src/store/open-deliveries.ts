import type { DeliveryStatus } from '../domain/reasons';

/**
 * In a query for `readyAt`: the delivery has no outcome yet. Worded as the indices of open ones are, which are of no
 * use to a query that does not say it.
 */
export const isOpen = { $gte: new Date(0) };

export const isReady = (now: Date) => ({ ...isOpen, $lte: now });

/** The same in a query for `status`, for the indices that hold that. */
export const isUnsettled = { $in: ['PENDING', 'WAITING'] satisfies DeliveryStatus[] };

/** A delivery as it is read, without its news. */
export const withoutOutbox = { projection: { outbox: 0 } };

/** All that days of tries come to. What an endless row of retries adds pushes the oldest out. */
export const mostAttempts = 500;
