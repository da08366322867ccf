import type { Collection } from 'mongoose';
import { expiredOrder, type StoredOrder } from '../domain/order';
import { writeAlike } from './in-batches';
import { never } from './never';
import type { OrderDocument } from './order-document';

/** An order that has reached its age limit, or a tombstone that is looked at again. */
export interface AgedOrder {
  readonly order: StoredOrder;
  /** Null when the time is not known. */
  readonly agesFrom: Date | null;
  readonly expiredAt: Date | null;
  readonly revision: number;
}

/** Ages and expires orders. */
export const orderExpiry = (orders: Collection<OrderDocument>, toOrder: (document: OrderDocument) => StoredOrder) => {
  /** Changes the orders that still have the revision that was read; returns how many. */
  const change = (some: readonly AgedOrder[], update: (each: AgedOrder) => object): Promise<number> =>
    writeAlike(
      orders,
      some.map((each) => ({ id: each.order.key, onlyIf: { revision: each.revision }, update: update(each) })),
    );
  return {
    /**
     * The orders and tombstones whose time is before `before`, oldest first. Orders that an earlier version stored
     * without `agesFrom` come before all others.
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
     * Turns orders into tombstones, each with one write. An order that changed after it was read is left as it is;
     * returns how many were turned. Tombstones stay in `aged` until `doneWith`, so that their deliveries are removed
     * even after a crash.
     */
    expire: (some: readonly AgedOrder[], now: Date): Promise<number> =>
      change(some, ({ order, agesFrom }) => {
        const { key: _k, expired: _e, ...left } = expiredOrder(order);
        return {
          // Written again, so that the tombstone is in `aged` even when another process has just postponed the order.
          $set: { ...left, erased: false, emailHash: null, receivedAt: null, agesFrom, expiredAt: now },
          $inc: { revision: 1 },
        };
      }),
    /** Looks at the orders again when the given time has aged. */
    ageInstead: (some: readonly AgedOrder[], from: (each: AgedOrder) => Date): Promise<number> =>
      change(some, (each) => ({ $set: { agesFrom: from(each) } })),
    /** Records that these tombstones have no deliveries left. */
    doneWith: (some: readonly AgedOrder[]): Promise<number> => change(some, () => ({ $set: { agesFrom: never } })),
  };
};
