import type { mongo } from 'mongoose';
import type { DeliveryChoice } from '../domain/delivery-choice';
import { waitingFor, type DeliveryStatus } from '../domain/reasons';
import type { DeliveryDocument } from './delivery-document';
import { byIndex, ofTime } from './narrow-reads';
import { isUnsettled } from './open-deliveries';

const withReason: readonly DeliveryStatus[] = ['WAITING', 'SYNCED', 'SKIPPED', 'FAILED'];

/** The most common outcomes. Few deliveries have another status. */
const usual: readonly DeliveryStatus[] = ['SYNCED', 'SKIPPED'];
const areRare = ({ statuses }: DeliveryChoice): boolean =>
  statuses !== undefined && !statuses.some((status) => usual.includes(status));

/** Whether a choice matches so few deliveries that a page may read all of them. */
export const areFew = (choice: DeliveryChoice): boolean =>
  [choice.ids, choice.orderId, choice.emailHash].some((each) => each !== undefined) || areRare(choice);

/** The keys of the index that the query uses. */
const keysOf = (choice: DeliveryChoice): readonly string[] => {
  const { ids, orderId, emailHash, eventId, workflowId, statuses, reasons, from } = choice;
  if (ids) return ['_id'];
  if (orderId) return ['boxOfficeId', 'orderId'];
  if (emailHash) return ['boxOfficeId', 'emailHash', 'createdAt'];
  if (eventId) return ['boxOfficeId', 'eventId', 'createdAt'];
  if (workflowId) return ['boxOfficeId', 'workflowId', 'createdAt'];
  return ['boxOfficeId', areRare(choice) || ((statuses ?? reasons) && !from) ? 'status' : 'createdAt'];
};

/** The query for a choice. */
export const chosenBy = (boxOfficeId: string, choice: DeliveryChoice): mongo.Filter<DeliveryDocument> => {
  const { ids, statuses, reasons, workflowId, eventId, orderId, emailHash } = choice;
  const asked = {
    boxOfficeId,
    ...(ids ? { _id: { $in: ids } } : {}),
    // The index of reasons begins with the status, and a pending delivery has no reason.
    ...((statuses ?? reasons) ? { status: { $in: statuses ?? withReason } } : {}),
    ...(reasons ? { reason: { $in: reasons } } : {}),
    ...(workflowId ? { workflowId } : {}),
    ...(eventId ? { eventId } : {}),
    ...(orderId ? { orderId } : {}),
    ...(emailHash ? { emailHash } : {}),
    ...ofTime('createdAt', choice),
  };
  const keys = keysOf(choice);
  const those = (isKey: boolean) => Object.entries(asked).filter(([name]) => keys.includes(name) === isKey);
  return byIndex<DeliveryDocument>(Object.fromEntries(those(true)), Object.fromEntries(those(false)));
};

/**
 * The query for the open deliveries of a box office. The index keeps each reason sorted by time, so it finds the oldest
 * without reading the settled ones.
 */
export const openOf = (boxOfficeId: string): mongo.Filter<DeliveryDocument> =>
  byIndex<DeliveryDocument>({ boxOfficeId, status: isUnsettled }, { reason: { $in: [null, ...waitingFor] } });
