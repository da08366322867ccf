import type { Collection } from 'mongoose';
import type { Delivery, Result } from '../domain/delivery';
import { type DeliveryDocument, openAmong } from './delivery-document';
import { isSet } from './open-deliveries';

type Save = (results: readonly Result[], now: Date) => Promise<Result[]>;

const mostAtOnce = 1_000;

/** Erases a buyer from deliveries. */
export const createDeliveryErasure = (deliveries: Collection<DeliveryDocument>, save: Save) => ({
  /**
   * Settles the open deliveries of a buyer, claimed ones included, and removes the person from all of the buyer's
   * deliveries. Each keeps its outcome. Returns the deliveries that it settled.
   */
  eraseBuyer: async (boxOfficeId: string, emailHash: string, now: Date): Promise<Delivery[]> => {
    const ended: Delivery[] = [];
    const theirs = { boxOfficeId, emailHash };
    while (await deliveries.findOne(theirs, { projection: { _id: 1 } })) {
      const open = await deliveries
        .find({ ...theirs, readyAt: isSet }, { projection: { outbox: 0 } })
        .limit(mostAtOnce)
        .toArray();
      const saved = await save(
        openAmong(open).map((delivery) => ({
          delivery,
          attempts: [],
          to: { outcome: { reason: 'BUYER_ERASED' } },
        })),
        now,
      );
      ended.push(...saved.map(({ delivery }) => delivery));
      await deliveries.updateMany(
        { ...theirs, readyAt: null },
        { $set: { emailHash: null, contactId: null, activityIds: [] } },
      );
    }
    return ended;
  },
});
