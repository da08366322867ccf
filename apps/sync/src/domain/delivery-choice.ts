import type { DeliveryStatus } from './reasons';

/**
 * Which deliveries of a box office; what is absent does not restrict. A buyer is named by the keyed hash of the address
 * alone.
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
