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
  /** When it is worked on next; null once it has its outcome. */
  readonly readyAt: Date | null;
  /** What its calls count as. */
  readonly queue: Queue;
  readonly fence: number;
  /** Somebody took it and has not said yet what became of it. */
  readonly claimed: boolean;
  /** Something may have been done for it already: the truth is read before anything is repeated. */
  readonly uncertain: boolean;
  /** It shared a call that was refused, perhaps by another's fault: it is worked on by itself. */
  readonly alone: boolean;
  /** Its lists and details have come by an import; what is left is looked at again. */
  readonly imported: boolean;
  /** The lists and tags that it gave its contact; null as long as nothing was given. */
  readonly added: AddedResources | null;
  /** The backfill that it belongs to; null for one that was made when its order came. */
  readonly backfillId: string | null;
  /** Its order was cancelled: what it gave is to be taken back. */
  readonly undoesOrder: boolean;
  /** Batches under way that touch its contact: its own, or those that it is held for. */
  readonly activityIds: readonly string[];
  /** Waits until those are worked off before anything is done for it. */
  readonly held: boolean;
  /** How it ends once those of its own have done all of it; as SYNCED where nothing is said. */
  readonly endsAs?: DoneReason;
  readonly attempts: readonly Attempt[];
  readonly attemptCount: number;
  readonly firstTriedAt: Date | null;
  readonly consent: { readonly value: OptIn; readonly recordedAt: Date; readonly orderId: string };
  readonly version: number;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
  /** The retry that put it back to work last. */
  readonly retryId?: string;
}

/** The id of a delivery follows from its workflow and order: written twice it is one. */
export const deliveryId = (workflowId: string, orderKey: string): string =>
  `dlv_${createHash('sha256').update(`${workflowId}\n${orderKey}`).digest('base64url').slice(0, 26)}`;

/** How a delivery ends. */
export interface Outcome {
  readonly status: Extract<DeliveryStatus, 'SYNCED' | 'SKIPPED' | 'FAILED'>;
  readonly reason: ReasonCode;
  readonly contactId?: string;
  readonly performed?: readonly string[];
  readonly added?: AddedResources;
}

/**
 * Whether its order's values were written to its contact, or may have been: also when it ended otherwise after that.
 */
export const mayHaveWritten = ({
  status,
  added,
  claimed,
  uncertain,
}: Pick<Delivery, 'status' | 'added' | 'claimed' | 'uncertain'>): boolean =>
  status === 'SYNCED' || added !== null || claimed || uncertain;

/** How a delivery is stored for which nothing was begun yet; while it is open. */
export const untouched = { claimed: false, uncertain: false, added: null, activityIds: [], attemptCount: 0 };

/** Whether something was, or may have been, begun for the contact of a delivery. */
export const mayHaveBegun = (delivery: Delivery): boolean =>
  mayHaveWritten(delivery) || delivery.activityIds.length > 0 || delivery.attemptCount > 0;

/** When and why a delivery is looked at again. */
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
  /** Whose it is by now. */
  readonly emailHash?: string;
  readonly performed?: readonly string[];
  readonly contactId?: string;
  readonly added?: AddedResources;
}

/** What became of a delivery that was worked on, with the calls made for it. */
export interface Result {
  readonly delivery: Delivery;
  readonly attempts: readonly Attempt[];
  readonly to: { readonly outcome: Outcome } | { readonly next: Postponement };
}
