import type { OptIn } from '@boxlist/contracts';
import { createHash } from 'node:crypto';
import type { DeliveryStatus, DoneReason, ReasonCode, WaitingFor } from './reasons';

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

/** One order × one workflow: the unit of work and of history. */
export interface Delivery {
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
  readonly status: DeliveryStatus;
  readonly reason: ReasonCode | null;
  readonly performed: readonly string[];
  readonly contactId: string | null;
  /** When it is processed next; null once it is settled. */
  readonly readyAt: Date | null;
  /** The class of its calls. */
  readonly queue: Queue;
  readonly fence: number;
  /** A dispatcher has claimed it and not saved a result yet. */
  readonly claimed: boolean;
  /** Something may have been done for it already, so sync reads the contact before it repeats anything. */
  readonly uncertain: boolean;
  /** It shared a call that was refused, perhaps because of another delivery. It is processed alone. */
  readonly alone: boolean;
  /** An import has brought its lists and details; the rest is checked after the import. */
  readonly imported: boolean;
  /** The lists and tags that it added to its contact; null while it added none. */
  readonly added: AddedResources | null;
  /** Its backfill; null for a live order. */
  readonly backfillId: string | null;
  /** Its order was cancelled, so its lists and tags are to be undone. */
  readonly undoesOrder: boolean;
  /** Activities under way that touch its contact: its own, or those that it is held for. */
  readonly activityIds: readonly string[];
  /** Waits for those activities before anything is done for it. */
  readonly held: boolean;
  /** The reason with which it settles when its own activities have done everything; absent means SYNCED. */
  readonly endsAs?: DoneReason;
  readonly attempts: readonly Attempt[];
  readonly attemptCount: number;
  readonly firstTriedAt: Date | null;
  readonly consent: { readonly value: OptIn; readonly recordedAt: Date; readonly orderId: string };
  readonly version: number;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
  /** The retry that last requeued it. */
  readonly retryId?: string;
}

/** The id follows from workflow and order, so writing a delivery twice makes one. */
export const deliveryId = (workflowId: string, orderKey: string): string =>
  `dlv_${createHash('sha256').update(`${workflowId}\n${orderKey}`).digest('base64url').slice(0, 26)}`;

/** The outcome of a delivery. */
export interface Outcome {
  readonly status: Extract<DeliveryStatus, 'SYNCED' | 'SKIPPED' | 'FAILED'>;
  readonly reason: ReasonCode;
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

/** The fields of an open delivery for which nothing has started yet. */
export const untouched = { claimed: false, uncertain: false, added: null, activityIds: [], attemptCount: 0 };

/** Whether work for the contact of a delivery has started, or may have. */
export const mayHaveBegun = (delivery: Delivery): boolean =>
  mayHaveWritten(delivery) || delivery.activityIds.length > 0 || delivery.attemptCount > 0;

/** When and why a delivery is processed again. */
export interface Postponement {
  readonly waitingFor: WaitingFor | null;
  readonly readyAt: Date;
  readonly countsAsAttempt: boolean;
  readonly uncertain?: boolean;
  readonly alone?: boolean;
  readonly imported?: boolean;
  readonly activityIds?: readonly string[];
  readonly held?: boolean;
  readonly endsAs?: DoneReason;
  /** The keyed hash of the buyer that it now belongs to. */
  readonly emailHash?: string;
  readonly performed?: readonly string[];
  readonly contactId?: string;
  readonly added?: AddedResources;
}

/** The result of processing a delivery, with the calls made for it. */
export interface Result {
  readonly delivery: Delivery;
  readonly attempts: readonly Attempt[];
  readonly to: { readonly outcome: Outcome } | { readonly next: Postponement };
}
