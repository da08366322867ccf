import type { DeliveryChoice } from '../domain/delivery-choice';
import type { DeliveryStatus } from '../domain/reasons';

const withReason: readonly DeliveryStatus[] = ['WAITING', 'SYNCED', 'SKIPPED', 'FAILED'];

/** A choice as a question to the collection. */
export const chosenBy = (
  boxOfficeId: string,
  { ids, statuses, reasons, workflowId, eventId, orderId, emailHash, from, to }: DeliveryChoice,
): object => ({
  boxOfficeId,
  ...(ids ? { _id: { $in: ids } } : {}),
  // The index of reasons begins with the status, and who is worked on has no reason.
  ...((statuses ?? reasons) ? { status: { $in: statuses ?? withReason } } : {}),
  ...(reasons ? { reason: { $in: reasons } } : {}),
  ...(workflowId ? { workflowId } : {}),
  ...(eventId ? { eventId } : {}),
  ...(orderId ? { orderId } : {}),
  ...(emailHash ? { emailHash } : {}),
  ...(from || to ? { createdAt: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } } : {}),
});
