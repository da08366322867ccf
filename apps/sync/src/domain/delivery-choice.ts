import type { DeliveryStatus } from './reasons';

/**
 * A filter for the deliveries of a box office; absent fields do not restrict. A buyer is named only by the keyed hash
 * of the address.
 */
export interface DeliveryChoice {
  readonly ids?: readonly string[];
  readonly statuses?: readonly DeliveryStatus[];
  readonly reasons?: readonly string[];
  readonly workflowId?: string;
  readonly eventId?: string;
  readonly orderId?: string;
  readonly emailHash?: string;
  readonly from?: Date;
  readonly to?: Date;
}
