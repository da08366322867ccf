import type { AddedResources, Delivery, Result } from '../../domain/delivery';
import type { DoneReason } from '../../domain/reasons';

/** What becomes of the deliveries of a batch; each is told once. */
export interface BatchReport {
  readonly tell: (results: readonly Pick<Result, 'delivery' | 'to'>[]) => Promise<void>;
  /**
   * The failure decides between a next try and an outcome; true when it concerns the whole connection, so that the rest
   * must wait too.
   */
  readonly fail: (deliveries: readonly Delivery[], error: unknown) => Promise<boolean>;
  /** Whether the rest of a long batch is to be worked on now. */
  readonly goesOn: () => Promise<boolean>;
}

/** The deliveries of one batch, by contact. */
export interface Batch {
  readonly connectionId: string;
  readonly boxOfficeId: string;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly hashes: ReadonlyMap<string, string>;
  /** Notes of a plan, told with the outcome. */
  readonly performed: Map<string, string[]>;
  /** Deliveries whose contact gets no permission by the plan. */
  readonly withoutPermission: Set<string>;
  /** What each delivery gives when it is done. */
  readonly gives: Map<string, AddedResources>;
}

/** How a delivery of the batch ends when all of its plan is done. */
export const doneReason = ({ withoutPermission }: Batch, deliveryId: string): DoneReason =>
  withoutPermission.has(deliveryId) ? 'SYNCED_WITHOUT_PERMISSION' : 'SYNCED';
