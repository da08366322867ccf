import type { WorkflowFact } from '@boxlist/contracts';
import { decideOrder } from './decide-order';
import { type Delivery, deliveryId, type Outcome } from './delivery';
import type { StoredOrder } from './order';
import type { ReasonCode } from './reasons';

/** A new delivery, with an outbox entry when it settles at once. */
export interface NewDelivery extends Delivery {
  outbox: OutcomeEntry[];
  /** The counter that includes the delivery, and the revision of the counters that added it. */
  counted: { readonly bucket: string; readonly revision: number } | null;
  /** Set while the counters may not match the delivery. */
  uncounted?: true | null;
}

/**
 * An outbox entry for an outcome. Its id is the version of the delivery with that outcome; the event is rendered from
 * the entry and the delivery.
 */
export interface OutcomeEntry {
  readonly id: string;
  readonly status: Outcome['status'];
  readonly reason: ReasonCode;
  readonly at: Date;
}

export const outcomeEntry = ({ status, reason }: Outcome, version: number, now: Date): OutcomeEntry => ({
  id: String(version),
  status,
  reason,
  at: now,
});

export const outcomeOf = ({ status, reason }: NewDelivery): Outcome | undefined =>
  (status === 'SKIPPED' || status === 'FAILED') && reason ? { status, reason } : undefined;

/** The new delivery of an order and a workflow. */
export const deliveryOf = (
  order: StoredOrder,
  marks: Pick<Delivery, 'orderRevision' | 'emailHash'>,
  workflow: WorkflowFact,
  now: Date,
): NewDelivery => {
  // The dispatcher checks later whether the add-on is active, because the fact may still be on its way.
  const decision = decideOrder(order, workflow, true);
  const outcome: Outcome | undefined =
    decision.kind === 'skip'
      ? { status: 'SKIPPED', reason: decision.reason }
      : decision.kind === 'fail'
        ? { status: 'FAILED', reason: decision.reason }
        : undefined;
  const delivery: Delivery = {
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
    status: outcome?.status ?? (decision.kind === 'wait' ? 'WAITING' : 'PENDING'),
    reason: outcome?.reason ?? (decision.kind === 'wait' ? decision.reason : null),
    performed: [],
    contactId: null,
    // The next event of a pending order releases its delivery.
    readyAt: outcome ? null : decision.kind === 'wait' ? new Date(now.getTime() + 365 * 86_400_000) : now,
    queue: 'live',
    fence: 0,
    claimed: false,
    uncertain: false,
    alone: false,
    added: null,
    undoesOrder: false,
    backfillId: null,
    imported: false,
    activityIds: [],
    held: false,
    endsAs: 'SYNCED',
    attempts: [],
    attemptCount: 0,
    firstTriedAt: null,
    consent: { value: order.optIn, recordedAt: new Date(order.eventTime), orderId: order.orderId },
    version: 1,
    createdAt: now,
    settledAt: outcome ? now : null,
  };
  return {
    ...delivery,
    counted: null,
    uncounted: true,
    outbox: outcome ? [outcomeEntry(outcome, 1, now)] : [],
  };
};
