import type { Connection } from 'mongoose';
import type { StoredOrder } from '../domain/order';

interface OrderDocument extends Omit<StoredOrder, 'key'> {
  _id: string;
  emailHash: string | null;
  receivedAt: Date;
}

const toOrder = ({ _id, emailHash: _h, receivedAt: _r, ...rest }: OrderDocument): StoredOrder => ({
  key: _id,
  ...rest,
});

/** The last state of each order. The only place where a buyer's data is kept. */
export const createOrderStore = (mongo: Connection, hashEmail: (boxOfficeId: string, email: string) => string) => {
  const orders = mongo.collection<OrderDocument>('orders');
  const upsertOf = ({ key, ...order }: StoredOrder, now: Date) => {
    // An empty value never overwrites a value, and "not asked" is one.
    const present = Object.entries(order).filter(
      ([name, value]) =>
        value !== null && !(name === 'optIn' && value === 'NOT_ASKED') && !(Array.isArray(value) && value.length === 0),
    );
    const absent = Object.entries(order).filter(([name]) => !present.some(([other]) => other === name));
    return {
      updateOne: {
        filter: {
          _id: key,
          $or: [
            { eventTime: { $lt: order.eventTime } },
            { eventTime: order.eventTime, eventId: { $lt: order.eventId } },
          ],
        },
        update: {
          $set: {
            ...Object.fromEntries(present),
            ...(order.email ? { emailHash: hashEmail(order.boxOfficeId, order.email) } : {}),
          },
          $setOnInsert: { ...Object.fromEntries(absent), receivedAt: now, ...(order.email ? {} : { emailHash: null }) },
        },
        upsert: true,
      },
    };
  };
  return {
    init: async (): Promise<void> => {
      await orders.createIndex({ boxOfficeId: 1, receivedAt: 1 });
      await orders.createIndex({ boxOfficeId: 1, emailHash: 1 });
    },
    /** Keeps what is newer than the known state; an older or the same event changes nothing. */
    keep: async (newest: readonly StoredOrder[], now: Date): Promise<void> => {
      try {
        await orders.bulkWrite(
          newest.map((order) => upsertOf(order, now)),
          { ordered: false },
        );
      } catch (error) {
        // The filter misses what is not newer, and its upsert meets the key: nothing to do.
        if (!onlyDuplicates(error)) throw error;
      }
    },
    byKeys: async (keys: readonly string[]): Promise<StoredOrder[]> =>
      (await orders.find({ _id: { $in: [...keys] } } as object).toArray()).map(toOrder),
    /** Orders of a box office since a moment, in pages by key. */
    receivedSince: async (boxOfficeId: string, since: Date, afterKey: string, limit: number): Promise<StoredOrder[]> =>
      (
        await orders
          .find({ boxOfficeId, receivedAt: { $gte: since }, _id: { $gt: afterKey } } as object)
          .sort({ _id: 1 })
          .limit(limit)
          .toArray()
      ).map(toOrder),
  };
};

export type OrderStore = ReturnType<typeof createOrderStore>;

/** Whether a bulk write failed for nothing but taken keys. */
export const onlyDuplicates = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null || !('writeErrors' in error))
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
  const errors = [error.writeErrors].flat() as { code?: number }[];
  return errors.length > 0 && errors.every(({ code }) => code === 11000);
};
