import type { DeliveryStatus } from '../domain/reasons';

/**
 * A condition on `readyAt`: it is set, so the delivery has no outcome yet. It has the same form as in the partial
 * indexes of open deliveries, which a query uses only if it contains this condition.
 */
export const isSet = { $gte: new Date(0) };

export const isReady = (now: Date) => ({ ...isSet, $lte: now });

/** The same as a condition on `status`, for the indexes that contain the status. */
export const isUnsettled = { $in: ['PENDING', 'WAITING'] satisfies DeliveryStatus[] };

/** Reads deliveries without their outbox. */
export const withoutOutbox = { projection: { outbox: 0 } };

/**
 * The number of attempts that a delivery keeps. Days of tries stay below it; attempts of endless retries push out the
 * oldest.
 */
export const mostAttempts = 500;
