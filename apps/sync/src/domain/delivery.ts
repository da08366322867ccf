import type { OptIn } from '@boxlist/contracts';
import { createHash } from 'node:crypto';
import type { End, EndReason } from './delivery-states';
import type { DoneReason, WaitingFor } from './reasons';

export interface Attempt {
  readonly at: Date;
  readonly call: string;
  readonly answer: string;
  readonly durationMs: number;
}

export const queues = ['live', 'retry', 'backfill'] as const;

export type Queue = (typeof queues)[number];

export interface AddedResources {
  readonly listIds: readonly string[];
  readonly tagIds: readonly string[];
}

/** Activities under way that touch the contact of a delivery. */
export interface Activities {
  readonly ids: readonly [string, ...string[]];
  /** `own`: some were started for the delivery. `others`: all were started for other deliveries of the buyer. */
  readonly whose: 'own' | 'others';
}

const isSome = (ids: readonly string[]): ids is Activities['ids'] => ids.length > 0;

/** Activities with these ids; null without ids. */
export const activitiesOf = (ids: readonly string[], whose: Activities['whose']): Activities | null =>
  isSome(ids) ? { ids, whose } : null;

/** The failed tries since the delivery last began afresh. */
interface FailedTries {
  readonly count: number;
  /** Retries end some days after the first failed try. */
  readonly firstAt: Date;
}

/** What a delivery has in every status. */
export interface DeliveryBase {
  readonly _id: string;
  readonly boxOfficeId: string;
  readonly connectionId: string;
  readonly workflowId: string;
  readonly workflowVersion: number;
  readonly orderKey: string;
  readonly orderId: string;
  readonly orderRevision: string;
  readonly orderTime: number;
  readonly emailHash: string | null;
  readonly eventId: string | null;
  readonly eventName: string | null;
  readonly performed: readonly string[];
  readonly contactId: string | null;
  /** Its backfill; null for a live order. */
  readonly backfillId: string | null;
  readonly fence: number;
  /** Something may have been done for it already, so sync reads the contact before it repeats anything. */
  readonly uncertain: boolean;
  /** The lists and tags that it added to its contact; null while it added none. */
  readonly added: AddedResources | null;
  /** Activities that may still run, even when it has ended; null for none. */
  readonly activities: Activities | null;
  readonly attempts: readonly Attempt[];
  readonly failedTries: FailedTries | null;
  readonly consent: { readonly value: OptIn; readonly recordedAt: Date; readonly orderId: string };
  readonly version: number;
  readonly createdAt: Date;
}

/** The class of the calls of an open delivery. `backfill` is for the deliveries of a backfill only. */
export type Queued =
  | { readonly queue: Exclude<Queue, 'backfill'> }
  | { readonly queue: Extract<Queue, 'backfill'>; readonly backfillId: string };

interface Open {
  readonly settledAt: null;
  /** When it is processed next. */
  readonly readyAt: Date;
  /** A dispatcher has claimed it and not saved a result yet. */
  readonly claimed: boolean;
  /** It shared a call that was refused, perhaps because of another delivery. It is processed alone. */
  readonly alone: boolean;
  /**
   * An import brings, or has brought, its lists and details; the rest is checked after the import. It stays set while
   * the delivery is pending or is retried after the import. Never set together with `undoesOrder`.
   */
  readonly imported: boolean;
  /** Its order was cancelled, so its lists and tags are to be undone. */
  readonly undoesOrder: boolean;
}

/** A delivery that waits for nothing. */
export type PendingDelivery = DeliveryBase & Open & Queued & { readonly status: 'PENDING'; readonly reason: null };

/** A delivery that waits for activities. */
export type DeliveryAwaitingActivities = DeliveryBase &
  Open &
  Queued & {
    readonly status: 'WAITING';
    readonly reason: 'ACTIVITY_RUNNING';
    readonly activities: Activities;
    /** The reason with which it settles when they have done everything; null if it is planned again then. */
    readonly endsAs: DoneReason | 'TAKEN_BACK' | null;
  };

/** A delivery that waits for something else. */
export type DeliveryAwaitingOther = DeliveryBase &
  Open &
  Queued & { readonly status: 'WAITING'; readonly reason: Exclude<WaitingFor, 'ACTIVITY_RUNNING'> };

/** A delivery without an outcome. */
export type OpenDelivery = PendingDelivery | DeliveryAwaitingActivities | DeliveryAwaitingOther;

/** A delivery with an outcome. An order that changes, or a retry, may open it again. */
export type EndedDelivery = DeliveryBase &
  End & {
    readonly settledAt: Date;
    readonly readyAt: null;
    readonly claimed: false;
    readonly undoesOrder: false;
  };

/**
 * One order × one workflow: the unit of work and of history. A status has its own reasons, times and
 * activities; the rules that types cannot say are in `contradictionsIn`. The store translates to and from documents.
 */
export type Delivery = OpenDelivery | EndedDelivery;

/** The id follows from workflow and order, so writing a delivery twice makes one. */
export const deliveryId = (workflowId: string, orderKey: string): string =>
  `dlv_${createHash('sha256').update(`${workflowId}\n${orderKey}`).digest('base64url').slice(0, 26)}`;

/** The outcome of a delivery. Its status follows from the reason (`endsWith`). */
export interface Outcome {
  readonly reason: EndReason;
  readonly contactId?: string;
  readonly performed?: readonly string[];
  readonly added?: AddedResources;
}

/**
 * Whether the order's values were written to the contact, or may have been, even if the delivery then settled
 * otherwise.
 */
export const mayHaveWritten = ({
  status,
  added,
  claimed,
  uncertain,
}: Pick<Delivery, 'status' | 'added' | 'claimed' | 'uncertain'>): boolean =>
  status === 'SYNCED' || added !== null || claimed || uncertain;

/** Whether work for the contact of a delivery has started, or may have. */
export const mayHaveBegun = (delivery: Delivery): boolean =>
  mayHaveWritten(delivery) || delivery.activities !== null || delivery.failedTries !== null;

/** The delivery for the dispatcher that works on it now. It waits for nothing any more, whatever is stored. */
export const withoutWait = (delivery: OpenDelivery, uncertain = delivery.uncertain): PendingDelivery =>
  delivery.status === 'PENDING' && delivery.activities === null && delivery.uncertain === uncertain
    ? delivery
    : { ...delivery, status: 'PENDING', reason: null, activities: null, uncertain };

/** A wait for activities under way. */
export interface ActivityWait {
  readonly waitingFor: 'ACTIVITY_RUNNING';
  /** When to look at the delivery if nothing has released it. */
  readonly readyAt: Date;
  readonly activities: Activities;
  readonly performed?: readonly string[];
  /** What its own activities do, when they have just begun. The delivery is then no longer uncertain. */
  readonly begun?: {
    /** They are an import, after which something is left to do. */
    readonly imported: boolean;
    /** The reason with which it settles once they have done everything, unless it undoes its order. */
    readonly endsAs?: DoneReason;
    readonly contactId?: string;
    readonly added?: AddedResources;
  };
}

/** When and why a delivery is processed again. */
export interface NextTry {
  /** Null when it waits for nothing but `readyAt`. */
  readonly waitingFor: Exclude<WaitingFor, 'ACTIVITY_RUNNING'> | null;
  readonly readyAt: Date;
  /** A try has failed. Something may have been done, so the delivery becomes uncertain. */
  readonly countsAsFailedTry: boolean;
  readonly alone?: true;
  /** Activities that the try had or began. */
  readonly activities?: Activities | null;
  /** The keyed hash of the buyer that it now belongs to. */
  readonly emailHash?: string;
  readonly performed?: readonly string[];
}

/** The result of processing a delivery, with the calls made for it. */
export interface Result {
  readonly delivery: OpenDelivery;
  readonly attempts: readonly Attempt[];
  readonly to: { readonly outcome: Outcome } | { readonly next: ActivityWait | NextTry };
}
