import { asKeptToday, type EarlierOrder, type StoredOrder } from '../domain/order';

export interface OrderDocument extends Omit<EarlierOrder, 'key' | 'erased' | 'expired'> {
  _id: string;
  erased?: boolean;
  emailHash: string | null;
  /** Null for an expired order, so that no query by time finds it. */
  receivedAt: Date | null;
  /** The time from which the order ages, or at which an expired order is looked at again. */
  agesFrom?: Date | null;
  expiredAt?: Date;
  revision: number;
}

/** An order with the time at which sync received it. */
export interface ReceivedOrder {
  readonly order: StoredOrder;
  readonly receivedAt: Date;
}

/** A received order with the revision of its document. */
export interface KeptOrder extends ReceivedOrder {
  readonly revision: number;
}

export const toOrder = ({
  _id,
  emailHash: _h,
  receivedAt: _r,
  agesFrom: _a,
  revision: _v,
  expiredAt,
  erased,
  ...rest
}: OrderDocument): StoredOrder =>
  asKeptToday({
    key: _id,
    ...rest,
    ...(erased ? { erased } : {}),
    ...(expiredAt ? { expired: true } : {}),
  });

export const receivedOf = (document: OrderDocument): ReceivedOrder => ({
  order: toOrder(document),
  receivedAt: document.receivedAt ?? new Date(0),
});
