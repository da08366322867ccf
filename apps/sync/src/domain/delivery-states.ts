import type { DeliveryStatus, ReasonCode, WaitingFor } from './reasons';

/** How a delivery ends with each reason that is not a wait. */
export const endsWith = {
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
  CONNECTION_NOT_OWNED: 'FAILED',
  EMAIL_INVALID: 'FAILED',
  EMAIL_TOO_LONG: 'FAILED',
  REJECTED_BY_CONSTANT_CONTACT: 'FAILED',
  GAVE_UP: 'FAILED',
} as const satisfies Readonly<Record<Exclude<ReasonCode, WaitingFor>, Exclude<DeliveryStatus, 'PENDING' | 'WAITING'>>>;

export type EndReason = keyof typeof endsWith;
export type EndStatus = (typeof endsWith)[EndReason];
/** The reasons with which a delivery ends in this status. */
export type EndReasonOf<S extends EndStatus> = {
  [R in EndReason]: (typeof endsWith)[R] extends S ? R : never;
}[EndReason];

/** A status with which a delivery ends, and one of the reasons that belong to it. */
export type End = { [S in EndStatus]: { readonly status: S; readonly reason: EndReasonOf<S> } }[EndStatus];

const isEnd = (reason: ReasonCode): reason is EndReason => Object.hasOwn(endsWith, reason);

/** Whether a delivery with this reason waits. A reason that only a newer version knows counts as a wait. */
export const isWait = (reason: ReasonCode | null): reason is WaitingFor => reason !== null && !isEnd(reason);

/** The status that belongs to a reason; null is the reason of a delivery that waits for nothing. */
export const statusOf = (reason: ReasonCode | null): DeliveryStatus =>
  reason === null ? 'PENDING' : isEnd(reason) ? endsWith[reason] : 'WAITING';

/** The fields of a stored delivery that may contradict each other. */
interface StoredState {
  readonly status: DeliveryStatus;
  readonly reason: ReasonCode | null;
  readonly readyAt: Date | null;
  readonly settledAt: Date | null;
  readonly claimed: boolean;
  readonly undoesOrder: boolean;
  readonly imported: boolean;
  readonly added: object | null;
  readonly attemptCount: number;
  readonly firstTriedAt: Date | null;
  readonly activityIds: readonly string[];
  readonly queue: string;
  readonly backfillId: string | null;
}

/**
 * What contradicts itself in a stored delivery; empty for a legal state. The types of
 * `delivery.ts` say which reasons, times and activities a status has; here are the other rules too. The random
 * histories of `test/model` check it after each write, because updates and old documents are stored
 * without those types.
 */
export const contradictionsIn = (delivery: StoredState): string[] => {
  const { status, reason, readyAt, settledAt, claimed, undoesOrder, attemptCount, queue, backfillId } = delivery;
  const isOpen = status === 'PENDING' || status === 'WAITING';
  const rules: Record<string, boolean> = {
    'the status is that of the reason': status === statusOf(reason),
    'only an open delivery is ready at some time': isOpen === (readyAt !== null),
    'only an ended delivery has settled': isOpen === (settledAt === null),
    'only an open delivery is claimed': isOpen || !claimed,
    'only an open delivery undoes its order': isOpen || !undoesOrder,
    'an undo has nothing left to import': !undoesOrder || !delivery.imported,
    'nothing stays added that was undone': reason !== 'TAKEN_BACK' || delivery.added === null,
    'a first failed try is one of those counted': (delivery.firstTriedAt === null) === (attemptCount === 0),
    'a failed try ends the time in the live queue': queue !== 'live' || attemptCount === 0,
    'what waits for activities names them': reason !== 'ACTIVITY_RUNNING' || delivery.activityIds.length > 0,
    'the queue of backfills is for a backfill': queue !== 'backfill' || backfillId !== null,
    'only a backfill is paused or cancelled':
      (reason !== 'BACKFILL_PAUSED' && reason !== 'BACKFILL_CANCELLED') || backfillId !== null,
  };
  return Object.keys(rules).filter((rule) => !rules[rule]);
};
