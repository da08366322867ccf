import type { Collection } from 'mongoose';
import type { Delivery, Result } from '../domain/delivery';
import type { NewDelivery } from '../domain/new-delivery';
import { isOpen } from './open-deliveries';

type Save = (results: readonly Result[], now: Date) => Promise<Result[]>;

const mostAtOnce = 1_000;

/** What the erasure of a buyer does to deliveries. */
export const createDeliveryErasure = (deliveries: Collection<NewDelivery>, save: Save) => ({
  /**
   * Ends the open deliveries of a buyer, whoever works on them, and takes the person off all of them: each keeps how it
   * ended. Gives those that it ended.
   */
  eraseBuyer: async (boxOfficeId: string, emailHash: string, now: Date): Promise<Delivery[]> => {
    const ended: Delivery[] = [];
    const theirs = { boxOfficeId, emailHash };
    while (await deliveries.findOne(theirs, { projection: { _id: 1 } })) {
      const open = await deliveries
        .find({ ...theirs, readyAt: isOpen }, { projection: { outbox: 0 } })
        .limit(mostAtOnce)
        .toArray();
      const saved = await save(
        open.map((delivery) => ({
          delivery,
          attempts: [],
          to: { outcome: { status: 'SKIPPED' as const, reason: 'BUYER_ERASED' as const } },
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
