import type { Delivery, Outcome } from './delivery';
import type { DeliveryStatus, ReasonCode, WaitingFor } from './reasons';

/** How a delivery ends with each reason that is not a wait. */
const endsWith: Readonly<Record<Exclude<ReasonCode, WaitingFor>, Outcome['status']>> = {
  SYNCED: 'SYNCED',
  SYNCED_WITHOUT_PERMISSION: 'SYNCED',
  RESUBSCRIBE_EMAIL_SENT: 'SYNCED',
  TAKEN_BACK: 'SYNCED',
  NOT_OPTED_IN: 'SKIPPED',
  NOT_ASKED: 'SKIPPED',
  NOT_A_CONTACT: 'SKIPPED',
  UNSUBSCRIBED: 'SKIPPED',
  ON_HOLD: 'SKIPPED',
  CONTACT_DELETED: 'SKIPPED',
  FILTERED_OUT: 'SKIPPED',
  SUBSCRIPTION_INACTIVE: 'SKIPPED',
  WORKFLOW_PAUSED: 'SKIPPED',
  WORKFLOW_DELETED: 'SKIPPED',
  CONNECTION_DISCONNECTED: 'SKIPPED',
  NO_EMAIL: 'SKIPPED',
  BUYER_ERASED: 'SKIPPED',
  ORDER_EXPIRED: 'SKIPPED',
  ORDER_CANCELLED: 'SKIPPED',
  BACKFILL_CANCELLED: 'SKIPPED',
  EMAIL_INVALID: 'FAILED',
  EMAIL_TOO_LONG: 'FAILED',
  REJECTED_BY_CONSTANT_CONTACT: 'FAILED',
  GAVE_UP: 'FAILED',
};

const isEnd = (reason: ReasonCode): reason is keyof typeof endsWith => Object.hasOwn(endsWith, reason);

/** The status that belongs to a reason; null is the reason of a delivery that waits for nothing. */
export const statusOf = (reason: ReasonCode | null): DeliveryStatus =>
  reason === null ? 'PENDING' : isEnd(reason) ? endsWith[reason] : 'WAITING';

type State = Pick<
  Delivery,
  | 'status'
  | 'reason'
  | 'readyAt'
  | 'settledAt'
  | 'claimed'
  | 'undoesOrder'
  | 'attemptCount'
  | 'firstTriedAt'
  | 'activityIds'
  | 'queue'
  | 'backfillId'
>;

/** What contradicts itself in a stored delivery; empty for a legal state. */
export const contradictionsIn = (delivery: State): string[] => {
  const { status, reason, readyAt, settledAt, claimed, undoesOrder, queue, backfillId } = delivery;
  const isOpen = status === 'PENDING' || status === 'WAITING';
  const rules: Record<string, boolean> = {
    'the status is that of the reason': status === statusOf(reason),
    'only an open delivery is ready at some time': isOpen === (readyAt !== null),
    'only an ended delivery has settled': isOpen === (settledAt === null),
    'only an open delivery is claimed': isOpen || !claimed,
    'only an open delivery undoes its order': isOpen || !undoesOrder,
    'a first failed try is one of those counted': (delivery.firstTriedAt === null) === (delivery.attemptCount === 0),
    'what waits for activities names them': reason !== 'ACTIVITY_RUNNING' || delivery.activityIds.length > 0,
    'the queue of backfills is for a backfill': queue !== 'backfill' || backfillId !== null,
  };
  return Object.keys(rules).filter((rule) => !rules[rule]);
};
