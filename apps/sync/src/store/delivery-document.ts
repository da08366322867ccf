import {
  activitiesOf,
  type Activities,
  type Delivery,
  type DeliveryAwaitingActivities,
  type DeliveryAwaitingOther,
  type DeliveryBase,
  type EndedDelivery,
  type OpenDelivery,
  type PendingDelivery,
  type Queue,
} from '../domain/delivery';
import { endsWith, isWait, type End, type EndReason, type EndStatus } from '../domain/delivery-states';
import type { NewDelivery } from '../domain/new-delivery';
import type { DeliveryStatus, DoneReason, ReasonCode } from '../domain/reasons';

/**
 * A delivery as it is stored: flat, so that updates and indexes name single fields. Not every combination is legal;
 * `apps/sync/README.md` says which are.
 */
export interface DeliveryDocument extends Omit<DeliveryBase, 'activities' | 'failedTries'> {
  readonly status: DeliveryStatus;
  readonly reason: ReasonCode | null;
  /** When it is processed next; null once it is settled. */
  readonly readyAt: Date | null;
  readonly settledAt: Date | null;
  readonly queue: Queue;
  readonly claimed: boolean;
  readonly alone: boolean;
  readonly imported: boolean;
  readonly undoesOrder: boolean;
  readonly activityIds: readonly string[];
  /** Those activities are not its own. */
  readonly held: boolean;
  /** The reason with which it settles when its own activities have done everything; absent means SYNCED. */
  readonly endsAs?: DoneReason;
  readonly attemptCount: number;
  readonly firstTriedAt: Date | null;
  /** The retry that last requeued it. */
  readonly retryId?: string;
  readonly outbox: OutcomeEntry[];
  /** The counter that includes the delivery, and the revision of the counters that added it. */
  readonly counted: { readonly bucket: string; readonly revision: number } | null;
  /** Set while the counters may not match the delivery. */
  readonly uncounted?: true | null;
}

/**
 * An outbox entry for an outcome. Its id is the version of the delivery with that outcome; the event is rendered from
 * the entry and the delivery.
 */
export interface OutcomeEntry {
  readonly id: string;
  readonly status: EndStatus;
  readonly reason: EndReason;
  readonly at: Date;
}

export const outcomeEntry = (reason: EndReason, version: number, at: Date): OutcomeEntry => ({
  id: String(version),
  status: endsWith[reason],
  reason,
  at,
});

/** The outbox entries of a delivery that gets this version: one for its outcome, none while it is open. */
export const outboxOf = (delivery: NewDelivery, version: number): OutcomeEntry[] =>
  delivery.settledAt === null ? [] : [outcomeEntry(delivery.reason, version, delivery.settledAt)];

export const documentOf = (delivery: NewDelivery): DeliveryDocument => ({
  _id: delivery._id,
  boxOfficeId: delivery.boxOfficeId,
  connectionId: delivery.connectionId,
  workflowId: delivery.workflowId,
  workflowVersion: delivery.workflowVersion,
  orderKey: delivery.orderKey,
  orderId: delivery.orderId,
  orderRevision: delivery.orderRevision,
  orderTime: delivery.orderTime,
  emailHash: delivery.emailHash,
  eventId: delivery.eventId,
  eventName: delivery.eventName,
  status: delivery.status,
  reason: delivery.reason,
  performed: delivery.performed,
  contactId: delivery.contactId,
  readyAt: delivery.readyAt,
  queue: 'queue' in delivery ? delivery.queue : delivery.backfillId === null ? 'live' : 'backfill',
  fence: delivery.fence,
  claimed: false,
  uncertain: delivery.uncertain,
  alone: false,
  imported: false,
  added: null,
  backfillId: delivery.backfillId,
  undoesOrder: delivery.undoesOrder,
  activityIds: [],
  held: false,
  endsAs: 'SYNCED',
  attempts: [],
  attemptCount: 0,
  firstTriedAt: null,
  consent: delivery.consent,
  version: delivery.version,
  createdAt: delivery.createdAt,
  settledAt: delivery.settledAt,
  outbox: outboxOf(delivery, delivery.version),
  counted: null,
  uncounted: true,
});

/**
 * The delivery of a document. `readyAt` says whether it is open, as in every query for open deliveries, and the reason
 * says for what it waits. It never throws: a document that contradicts itself becomes the legal state that these two
 * fields say, and the next save stores that state. An error here would stop the work of a whole connection, or the
 * intake of other orders, for a document that a look at its contact repairs. The random histories of `test/model` check
 * that no code stores a contradiction (`contradictionsIn`).
 */
export const deliveryFrom = (document: DeliveryDocument): Delivery => {
  const isOpen = document.readyAt !== null;
  const activities = activitiesOf(document.activityIds, document.held ? 'others' : 'own');
  const { status, reason, endsAs = null } = isOpen ? waitOf(document, activities) : endOf(document);
  // A claim has thousands of deliveries. One literal costs a tenth of putting them together from parts, but hides from
  // the compiler that the fields of a state belong together.
  return {
    _id: document._id,
    boxOfficeId: document.boxOfficeId,
    connectionId: document.connectionId,
    workflowId: document.workflowId,
    workflowVersion: document.workflowVersion,
    orderKey: document.orderKey,
    orderId: document.orderId,
    orderRevision: document.orderRevision,
    orderTime: document.orderTime,
    emailHash: document.emailHash,
    eventId: document.eventId,
    eventName: document.eventName,
    status,
    reason,
    performed: document.performed,
    contactId: document.contactId,
    readyAt: document.readyAt,
    queue: document.queue === 'backfill' && document.backfillId === null ? 'retry' : document.queue,
    fence: document.fence,
    claimed: isOpen && document.claimed,
    uncertain: document.uncertain,
    alone: document.alone,
    imported: document.imported,
    added: document.added,
    backfillId: document.backfillId,
    undoesOrder: isOpen && document.undoesOrder,
    activities,
    endsAs,
    attempts: document.attempts,
    failedTries: document.firstTriedAt && { count: document.attemptCount, firstAt: document.firstTriedAt },
    consent: document.consent,
    version: document.version,
    createdAt: document.createdAt,
    settledAt: isOpen ? null : document.settledAt,
  } as Delivery;
};

/** The open ones among the deliveries of these documents. */
export const openAmong = (documents: readonly DeliveryDocument[]): OpenDelivery[] =>
  documents.map(deliveryFrom).filter((delivery) => delivery.settledAt === null);

type State<D extends Delivery> = Pick<D, 'status' | 'reason'> & {
  readonly endsAs?: DeliveryAwaitingActivities['endsAs'];
};

const waitOf = (
  { reason, imported, undoesOrder, endsAs = 'SYNCED' }: DeliveryDocument,
  activities: Activities | null,
): State<PendingDelivery> | State<DeliveryAwaitingActivities> | State<DeliveryAwaitingOther> => {
  if (!isWait(reason)) return { status: 'PENDING', reason: null };
  if (reason !== 'ACTIVITY_RUNNING') return { status: 'WAITING', reason };
  if (activities === null) return { status: 'PENDING', reason: null };
  const isPlannedAgain = activities.whose === 'others' || imported;
  return { status: 'WAITING', reason, endsAs: isPlannedAgain ? null : undoesOrder ? 'TAKEN_BACK' : endsAs };
};

/** The outcome as it is stored. A newer version may have stored a reason that this one does not know. */
const endOf = ({ status, reason }: DeliveryDocument): State<EndedDelivery> => ({ status, reason }) as End;
