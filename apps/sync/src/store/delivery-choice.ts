import type { mongo } from 'mongoose';
import type { DeliveryChoice } from '../domain/delivery-choice';
import type { NewDelivery } from '../domain/new-delivery';
import { waitingFor, type DeliveryStatus } from '../domain/reasons';
import { byIndex, ofTime } from './narrow-reads';
import { isUnsettled } from './open-deliveries';

const withReason: readonly DeliveryStatus[] = ['WAITING', 'SYNCED', 'SKIPPED', 'FAILED'];

/** How most deliveries end; of other statuses there are few. */
const usual: readonly DeliveryStatus[] = ['SYNCED', 'SKIPPED'];
const areRare = ({ statuses }: DeliveryChoice): boolean =>
  statuses !== undefined && !statuses.some((status) => usual.includes(status));

/** Whether there are so few that all of them may be read for a page. */
export const areFew = (choice: DeliveryChoice): boolean =>
  [choice.ids, choice.orderId, choice.emailHash].some((each) => each !== undefined) || areRare(choice);

/** By the keys of which index they are found. */
const keysOf = (choice: DeliveryChoice): readonly string[] => {
  const { ids, orderId, emailHash, eventId, workflowId, statuses, reasons, from } = choice;
  if (ids) return ['_id'];
  if (orderId) return ['boxOfficeId', 'orderId'];
  if (emailHash) return ['boxOfficeId', 'emailHash', 'createdAt'];
  if (eventId) return ['boxOfficeId', 'eventId', 'createdAt'];
  if (workflowId) return ['boxOfficeId', 'workflowId', 'createdAt'];
  return ['boxOfficeId', areRare(choice) || ((statuses ?? reasons) && !from) ? 'status' : 'createdAt'];
};

/** A choice as a question to the collection. */
export const chosenBy = (boxOfficeId: string, choice: DeliveryChoice): mongo.Filter<NewDelivery> => {
  const { ids, statuses, reasons, workflowId, eventId, orderId, emailHash } = choice;
  const asked = {
    boxOfficeId,
    ...(ids ? { _id: { $in: ids } } : {}),
    // The index of reasons begins with the status, and who is worked on has no reason.
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
  return byIndex<NewDelivery>(Object.fromEntries(those(true)), Object.fromEntries(those(false)));
};

/**
 * The open ones of a box office. The index of reasons holds each reason in the order of time, so it finds the oldest
 * without reading the settled ones.
 */
export const openOf = (boxOfficeId: string): mongo.Filter<NewDelivery> =>
  byIndex<NewDelivery>({ boxOfficeId, status: isUnsettled }, { reason: { $in: [null, ...waitingFor] } });
