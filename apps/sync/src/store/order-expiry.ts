import type { Collection } from 'mongoose';
import { expiredOrder, type StoredOrder } from '../domain/order';
import { writeAlike } from './in-batches';
import { never } from './never';
import type { OrderDocument } from './order-document';

/** An order that has grown old, or has expired and is looked at once more. */
export interface AgedOrder {
  readonly order: StoredOrder;
  /** Null when it is not known. */
  readonly agesFrom: Date | null;
  readonly expiredAt: Date | null;
  readonly revision: number;
}

/** What age does to orders. */
export const orderExpiry = (orders: Collection<OrderDocument>, toOrder: (document: OrderDocument) => StoredOrder) => {
  /** Those that were not changed since; gives how many. */
  const change = (some: readonly AgedOrder[], update: (each: AgedOrder) => object): Promise<number> =>
    writeAlike(
      orders,
      some.map((each) => ({ id: each.order.key, holds: { revision: each.revision }, update: update(each) })),
    );
  return {
    /**
     * The oldest that have not changed since, and what has expired and is not done with; first those that were written
     * before anybody asked for their age.
     */
    aged: async (before: Date, limit: number): Promise<AgedOrder[]> =>
      (
        await orders
          .find({ $or: [{ agesFrom: null }, { agesFrom: { $lt: before } }] })
          .sort({ agesFrom: 1 })
          .limit(limit)
          .toArray()
      ).map((document) => ({
        order: toOrder(document),
        agesFrom: document.agesFrom ?? null,
        expiredAt: document.expiredAt ?? null,
        revision: document.revision,
      })),
    /**
     * Makes tombstones of orders: each with one write. One that was changed since it was read is left as it is; gives
     * how many were not. They stay among the aged until they are done with, so that whatever hangs on them is removed
     * after a crash too.
     */
    expire: (some: readonly AgedOrder[], now: Date): Promise<number> =>
      change(some, ({ order, agesFrom }) => {
        const { key: _k, expired: _e, ...left } = expiredOrder(order);
        return {
          // It is among the aged also where another process has just put its look off.
          $set: { ...left, erased: false, emailHash: null, receivedAt: null, agesFrom, expiredAt: now },
          $inc: { revision: 1 },
        };
      }),
    /** Lets them be looked at again when that time has aged. */
    ageInstead: (some: readonly AgedOrder[], from: (each: AgedOrder) => Date): Promise<number> =>
      change(some, (each) => ({ $set: { agesFrom: from(each) } })),
    /** Nothing hangs on these tombstones any more. */
    doneWith: (some: readonly AgedOrder[]): Promise<number> => change(some, () => ({ $set: { agesFrom: never } })),
  };
};
