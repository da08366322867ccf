import type { WorkflowFact } from '@boxlist/contracts';
import { decideOrder } from './decide-order';
import {
  type Delivery,
  type DeliveryAwaitingActivities,
  deliveryId,
  type EndedDelivery,
  type Queued,
} from './delivery';
import type { StoredOrder } from './order';

/** A delivery for which nothing has been done. */
export type NewDelivery = Exclude<Delivery, DeliveryAwaitingActivities> & {
  readonly activities: null;
  readonly failedTries: null;
};

const open = { settledAt: null, claimed: false, alone: false, imported: false, undoesOrder: false } as const;

/** The new delivery of an order and a workflow, for a backfill if its id is given. */
export const deliveryOf = (
  order: StoredOrder,
  marks: Pick<Delivery, 'orderRevision' | 'emailHash'>,
  workflow: WorkflowFact,
  now: Date,
  backfillId: string | null = null,
): NewDelivery => {
  const facts = {
    _id: deliveryId(workflow.workflowId, order.key),
    boxOfficeId: order.boxOfficeId,
    connectionId: workflow.connectionId,
    workflowId: workflow.workflowId,
    workflowVersion: workflow.version,
    orderKey: order.key,
    orderId: order.orderId,
    ...marks,
    orderTime: order.eventTime,
    eventId: order.event?.id ?? null,
    eventName: order.event?.name ?? null,
    performed: [],
    contactId: null,
    backfillId,
    fence: 0,
    uncertain: false,
    added: null,
    activities: null,
    attempts: [],
    failedTries: null,
    consent: { value: order.optIn, recordedAt: new Date(order.eventTime), orderId: order.orderId },
    version: 1,
    createdAt: now,
  };
  const queued: Queued = backfillId === null ? { queue: 'live' } : { queue: 'backfill', backfillId };
  const ended = { settledAt: now, readyAt: null, claimed: false, undoesOrder: false } as const;
  // The dispatcher checks later whether the add-on is active, because the fact may still be on its way.
  const decision = decideOrder(order, workflow, true);
  switch (decision.kind) {
    case 'go':
      return { ...facts, ...open, ...queued, status: 'PENDING', reason: null, readyAt: now };
    case 'wait': {
      // The next event of a pending order releases its delivery.
      const readyAt = new Date(now.getTime() + 365 * 86_400_000);
      return { ...facts, ...open, ...queued, status: 'WAITING', reason: decision.reason, readyAt };
    }
    case 'skip':
      return { ...facts, ...ended, status: 'SKIPPED', reason: decision.reason };
    case 'fail':
      return { ...facts, ...ended, status: 'FAILED', reason: decision.reason };
  }
};

/**
 * The same delivery, ended if it was open and its connection belongs to another box office. `ownerOf` returns undefined
 * for a connection that is not known yet; the dispatcher and auth-connection check it again before each call.
 */
export const withOwnConnection = (
  delivery: NewDelivery,
  ownerOf: (connectionId: string) => string | undefined,
): NewDelivery => {
  const { boxOfficeId, connectionId, createdAt, settledAt } = delivery;
  if (settledAt !== null || (ownerOf(connectionId) ?? boxOfficeId) === boxOfficeId) return delivery;
  const ended = { settledAt: createdAt, readyAt: null, claimed: false, undoesOrder: false } as const;
  return { ...delivery, ...ended, status: 'FAILED', reason: 'CONNECTION_NOT_OWNED' };
};

/** The same delivery, open to undo what was done before its order was cancelled. */
export const toUndo = (cancelled: NewDelivery & EndedDelivery): NewDelivery => ({
  ...cancelled,
  ...open,
  queue: 'live',
  status: 'PENDING',
  reason: null,
  readyAt: cancelled.createdAt,
  uncertain: true,
  undoesOrder: true,
});
