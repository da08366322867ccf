import type { AddedResources, OpenDelivery, PendingDelivery, Result } from '../../domain/delivery';
import type { DoneReason } from '../../domain/reasons';

/** Saves what happens to the deliveries of a batch. Each delivery is reported once. */
export interface BatchReport {
  readonly record: (results: readonly Pick<Result, 'delivery' | 'to'>[]) => Promise<void>;
  /**
   * Decides by the error between a next try and an outcome. Returns true when the error concerns the whole connection,
   * so that the other deliveries must wait too.
   */
  readonly fail: (deliveries: readonly OpenDelivery[], error: unknown) => Promise<boolean>;
  /** Whether to continue with the rest of a long batch now. */
  readonly goesOn: () => Promise<boolean>;
}

/** The deliveries of one batch. `hashes`: the keyed hash of each e-mail address. */
export interface Batch {
  readonly connectionId: string;
  readonly boxOfficeId: string;
  readonly deliveries: ReadonlyMap<string, PendingDelivery>;
  readonly hashes: ReadonlyMap<string, string>;
  /** Notes of the plan by delivery, saved with the outcome. */
  readonly performed: Map<string, string[]>;
  /** Deliveries whose contact gets no permission from the plan. */
  readonly withoutPermission: Set<string>;
  /** The lists and tags of each delivery to record as added once it is done. */
  readonly addedWhenDone: Map<string, AddedResources>;
}

/** The reason that a delivery of the batch settles with once its whole plan is done. */
export const doneReason = ({ withoutPermission }: Batch, deliveryId: string): DoneReason =>
  withoutPermission.has(deliveryId) ? 'SYNCED_WITHOUT_PERMISSION' : 'SYNCED';
