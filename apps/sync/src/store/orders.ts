import type { Collection, Connection } from 'mongoose';
import { isDeepStrictEqual } from 'node:util';
import { agesFrom } from '../domain/expiry';
import { mergeOrders, type StoredOrder, withoutBuyer } from '../domain/order';
import { inBatches } from './in-batches';
import { insertNew } from './insert-new';
import { type KeptOrder, type OrderDocument, receivedOf, type ReceivedOrder, toOrder } from './order-document';
import { orderExpiry } from './order-expiry';

type Orders = Collection<OrderDocument>;
/** The time at which sync received an order, one for all or one for each. */
type ReceivedAt = Date | ((order: StoredOrder) => Date);
type FieldsOf = (order: StoredOrder) => Omit<OrderDocument, '_id' | 'receivedAt' | 'revision'>;

/** `until` is not included. */
export interface Time {
  readonly since: Date;
  readonly until?: Date;
}
export interface ReceivedPage {
  readonly orders: StoredOrder[];
  /** The place where the next page starts; null on the last page. */
  readonly next: string | null;
}

const placeOf = (place: string): [receivedAt: Date, key: string] => {
  const blank = place.indexOf(' ');
  return [new Date(place.slice(0, blank)), place.slice(blank + 1)];
};

/** The latest state of each order. Only this store, dead letters and running erasures keep a buyer's data. */
export const createOrderStore = (mongo: Connection, hashEmail: (boxOfficeId: string, email: string) => string) => {
  const orders = mongo.collection<OrderDocument>('orders');
  const fieldsOf: FieldsOf = ({ key: _key, ...order }) => ({
    ...order,
    erased: order.erased === true,
    emailHash: order.email ? hashEmail(order.boxOfficeId, order.email) : null,
  });
  return {
    init: async (): Promise<void> => {
      await orders.createIndex({ boxOfficeId: 1, receivedAt: 1, _id: 1 });
      await orders.createIndex({ boxOfficeId: 1, emailHash: 1 });
      await orders.createIndex({ agesFrom: 1 });
    },
    /**
     * Stores the orders, merged with their known states; returns the merged orders, each with the time of its first
     * event. A key may occur only once. `receivedAt` applies to orders that are new. Expired orders stay tombstones.
     */
    keep: (fresh: readonly StoredOrder[], receivedAt: ReceivedAt, now: Date): Promise<ReceivedOrder[]> =>
      keep(orders, fieldsOf, fresh, receivedAt, now),
    byKeys: async (keys: readonly string[]): Promise<StoredOrder[]> =>
      inBatches([...new Set(keys)], async (part) => (await orders.find({ _id: { $in: part } }).toArray()).map(toOrder)),
    /** Some of a buyer's orders, as stored. */
    ofBuyer: async (boxOfficeId: string, emailHash: string, limit: number): Promise<KeptOrder[]> =>
      (await orders.find({ boxOfficeId, emailHash }).limit(limit).toArray()).map((document) => ({
        ...receivedOf(document),
        revision: document.revision,
      })),
    /** Removes the buyer from orders. An order that changed after it was read is left as it is. */
    blank: async (known: readonly KeptOrder[]): Promise<void> => {
      for (const { order, revision } of known)
        await orders.updateOne(
          { _id: order.key, revision },
          { $set: fieldsOf(withoutBuyer(order)), $inc: { revision: 1 } },
        );
    },
    /** The orders that sync received last, newest first. */
    latest: async (boxOfficeId: string, limit: number): Promise<StoredOrder[]> =>
      (
        await orders
          .find({ boxOfficeId, receivedAt: { $gte: new Date(0) } })
          .sort({ receivedAt: -1 })
          .limit(limit)
          .toArray()
      ).map(toOrder),
    ...orderExpiry(orders, toOrder),
    /** The orders of a box office received in a time range, sorted by that time: one page after a place. */
    received: (boxOfficeId: string, time: Time, after: string, limit: number): Promise<ReceivedPage> =>
      received(orders, boxOfficeId, time, after, limit),
    /** The same range from first to last, page by page. */
    allReceived: async function* (boxOfficeId: string, time: Time, pageSize: number): AsyncGenerator<StoredOrder[]> {
      for (let place: string | null = ''; place !== null;) {
        const page: ReceivedPage = await received(orders, boxOfficeId, time, place, pageSize);
        yield page.orders;
        place = page.next;
      }
    },
  };
};

const keep = async (
  orders: Orders,
  fieldsOf: FieldsOf,
  fresh: readonly StoredOrder[],
  receivedAt: ReceivedAt,
  now: Date,
): Promise<ReceivedOrder[]> => {
  const timeOf = (order: StoredOrder): Date => (typeof receivedAt === 'function' ? receivedAt(order) : receivedAt);
  const byKey = new Map(fresh.map((order) => [order.key, order]));
  const known = await insertNew(
    orders,
    fresh.map((order) => ({
      _id: order.key,
      ...fieldsOf(order),
      receivedAt: timeOf(order),
      agesFrom: agesFrom(order, now),
      revision: 1,
    })),
  );
  const before = new Map(known.flatMap((key) => (byKey.has(key) ? [[key, byKey.get(key)!]] : [])));
  return [
    ...fresh.filter(({ key }) => !before.has(key)).map((order) => ({ order, receivedAt: timeOf(order) })),
    ...(await merge(orders, fieldsOf, before, now)),
  ];
};

/** Merges new states into known orders. An order that another process changed in the meantime is read again. */
const merge = async (
  orders: Orders,
  fieldsOf: FieldsOf,
  fresh: ReadonlyMap<string, StoredOrder>,
  now: Date,
): Promise<ReceivedOrder[]> => {
  const merged: ReceivedOrder[] = [];
  for (let left = [...fresh.keys()]; left.length > 0;) {
    const known = await orders.find({ _id: { $in: left } }).toArray();
    left = [];
    for (const document of known) {
      const order = toOrder(document);
      const next = mergeOrders(order, fresh.get(order.key) ?? order);
      if (!isDeepStrictEqual(next, order)) {
        const { matchedCount } = await orders.updateOne(
          { _id: order.key, revision: document.revision },
          { $set: { ...fieldsOf(next), agesFrom: agesFrom(next, now) }, $inc: { revision: 1 } },
        );
        if (matchedCount === 0) {
          left.push(order.key);
          continue;
        }
      }
      merged.push({ ...receivedOf(document), order: next });
    }
  }
  return merged;
};
/** One page of a box office's orders in a time range, sorted by the time at which sync received them. */
const received = async (
  orders: Orders,
  boxOfficeId: string,
  { since, until }: Time,
  after: string,
  limit: number,
): Promise<ReceivedPage> => {
  const [at, key] = after === '' ? [since, ''] : placeOf(after);
  const read = (receivedAt: object | Date, more: object, atMost: number) =>
    orders
      .find({ boxOfficeId, receivedAt, ...more }, { batchSize: 1_000 })
      .sort({ receivedAt: 1, _id: 1 })
      .limit(atMost)
      .toArray();
  // Two ranges of the index, one after the other: the rest of the same moment, then later moments.
  const found = key === '' ? [] : await read(at, { _id: { $gt: key } }, limit);
  const later = { [key === '' ? '$gte' : '$gt']: at, ...(until ? { $lt: until } : {}) };
  if (found.length < limit) found.push(...(await read(later, {}, limit - found.length)));
  const last = found.at(-1);
  return {
    orders: found.map(toOrder),
    next: last?.receivedAt && found.length === limit ? `${last.receivedAt.toISOString()} ${last._id}` : null,
  };
};
