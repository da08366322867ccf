import type { CountedPage, PageArgs } from '@boxlist/service-kit';
import type { Collection } from 'mongoose';
import type { Attempt, Delivery } from '../domain/delivery';
import type { DeliveryChoice } from '../domain/delivery-choice';
import type { WaitingFor } from '../domain/reasons';
import { areFew, chosenBy, openOf } from './delivery-choice';
import { pageByTime } from './narrow-reads';
import { deliveryFrom, type DeliveryDocument } from './delivery-document';
import { isSet, isUnsettled, withoutOutbox, mostAttempts } from './open-deliveries';

/** Reads deliveries for people: pages, counts, and the history of each. */
export const createDeliveryHistory = (deliveries: Collection<DeliveryDocument>) => {
  return {
    /** A page of the chosen deliveries, newest first; stable while others are written. Throws BAD_INPUT. */
    page: (boxOfficeId: string, choice: DeliveryChoice, args: PageArgs, now: Date): Promise<CountedPage<Delivery>> =>
      pageByTime<DeliveryDocument, 'createdAt', Delivery>(
        {
          find: async (filter, sort, limit) => {
            const found = deliveries.find(filter, withoutOutbox).sort({ createdAt: sort, _id: sort }).limit(limit);
            return (await found.toArray()).map(deliveryFrom);
          },
          count: (filter) => deliveries.countDocuments(filter),
        },
        'createdAt',
        { ...choice, of: (time) => chosenBy(boxOfficeId, { ...choice, ...time }), areFew: areFew(choice) },
        args,
        now,
      ),
    /** The number of chosen deliveries, counted up to `most`. */
    count: (boxOfficeId: string, choice: DeliveryChoice, most: number): Promise<number> =>
      deliveries.countDocuments(chosenBy(boxOfficeId, choice), { limit: most }),
    /** Whether a backfill has deliveries without an outcome. */
    anyOpen: async (backfillId: string): Promise<boolean> =>
      (await deliveries.findOne({ backfillId, status: isUnsettled }, { projection: { _id: 1 } })) !== null,
    /**
     * The time by which the first delivery of a box office with this reason goes on, if nothing releases it earlier;
     * null when none waits.
     */
    nextWaiting: async (boxOfficeId: string, reason: WaitingFor): Promise<Date | null> => {
      const [first] = await deliveries
        .find({ reason, boxOfficeId, readyAt: isSet }, { projection: { readyAt: 1 } })
        .sort({ readyAt: 1 })
        .limit(1)
        .toArray();
      return first?.readyAt ?? null;
    },
    oldestOpen: async (boxOfficeId: string): Promise<Date | null> => {
      const [first] = await deliveries
        .find(openOf(boxOfficeId), { projection: { createdAt: 1 } })
        .sort({ createdAt: 1 })
        .limit(1)
        .toArray();
      return first?.createdAt ?? null;
    },
    /** Adds calls that were made for the contact after the outcome to a delivery's history. */
    addHistory: async (id: string, attempts: readonly Attempt[], performed?: string): Promise<void> => {
      if (attempts.length === 0 && performed === undefined) return;
      await deliveries.updateOne(
        { _id: id, version: { $gt: 0 } },
        {
          $push: {
            attempts: { $each: [...attempts], $slice: -mostAttempts },
            ...(performed === undefined ? {} : { performed }),
          },
        },
      );
    },
    /** Replaces a sentence in the history of a buyer's deliveries. Repeating it changes nothing. */
    replaceNote: async (
      of: Pick<Delivery, 'boxOfficeId'> & { readonly emailHash: string; readonly connectionId?: string },
      note: string,
      instead: string,
    ): Promise<void> => {
      const { boxOfficeId, emailHash, connectionId } = of;
      const matching = { boxOfficeId, emailHash, ...(connectionId ? { connectionId } : {}), performed: note };
      await deliveries.updateMany(matching, { $addToSet: { performed: { $each: [instead] } } });
      await deliveries.updateMany(matching, { $pull: { performed: note } });
    },
  };
};
