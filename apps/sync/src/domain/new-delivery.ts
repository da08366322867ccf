import type { WorkflowFact } from '@boxlist/contracts';
import { decideOrder } from './decide-order';
import { type Delivery, deliveryId, type Outcome } from './delivery';
import type { StoredOrder } from './order';
import type { ReasonCode } from './reasons';

/** A delivery as it is written first, with the news of it when it ends at once. */
export interface NewDelivery extends Delivery {
  outbox: OutcomeEntry[];
  /** What the tally of its workflow holds of it, and since which revision of the tally. */
  counted: { readonly bucket: string; readonly revision: number } | null;
  /** Set while the tally may hold something else than it is. */
  uncounted?: true | null;
}

/**
 * News of an outcome, known by the version of the delivery that it made: the event is told from it and the delivery.
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

/** The delivery of an order × workflow as it is written first. */
export const deliveryOf = (
  order: StoredOrder,
  marks: Pick<Delivery, 'orderRevision' | 'emailHash'>,
  workflow: WorkflowFact,
  now: Date,
): NewDelivery => {
  // Whether the add-on is active is asked when the delivery is worked on: the news of it may still be under way.
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
    // An order that is not completed yet is woken by its own next event.
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
