import { type DeliveryStatus, waitingFor, type WaitingFor } from '../domain/reasons';
import { byIndex } from './by-index';

/**
 * In a query for `readyAt`: the delivery has no outcome yet. Worded as the indices of open ones are, which are of no
 * use to a query that does not say it.
 */
export const isOpen = { $gte: new Date(0) };

export const isReady = (now: Date) => ({ ...isOpen, $lte: now });

/** The same in a query for `status`, for the indices that hold that. */
export const isUnsettled = { $in: ['PENDING', 'WAITING'] satisfies DeliveryStatus[] };

/**
 * The open ones as the index of reasons holds them, each reason in the order of time: so the oldest is found without
 * the settled ones being read.
 */
export const openOf = (boxOfficeId: string): object =>
  byIndex({ boxOfficeId, status: isUnsettled }, { reason: { $in: [null, ...waitingFor] } });

export const waitsFor = (reason: WaitingFor, boxOfficeId: string | object): object =>
  byIndex({ reason, readyAt: isOpen }, { boxOfficeId });
