import type { DeliveryStatus } from '../domain/reasons';

/** Which deliveries of a box office; what is absent does not restrict. A buyer is named by the keyed hash of the address alone. */
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

/** A choice as a question to the collection. */
export const chosenBy = (
  boxOfficeId: string,
  { ids, statuses, reasons, workflowId, eventId, orderId, emailHash, from, to }: DeliveryChoice,
): object => ({
  boxOfficeId,
  ...(ids ? { _id: { $in: ids } } : {}),
  ...(statuses ? { status: { $in: statuses } } : {}),
  ...(reasons ? { reason: { $in: reasons } } : {}),
  ...(workflowId ? { workflowId } : {}),
  ...(eventId ? { eventId } : {}),
  ...(orderId ? { orderId } : {}),
  ...(emailHash ? { emailHash } : {}),
  ...(from || to ? { createdAt: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } } : {}),
});
