import { asKeptToday, type EarlierOrder, type StoredOrder } from '../domain/order';

export interface OrderDocument extends Omit<EarlierOrder, 'key' | 'erased' | 'expired'> {
  _id: string;
  erased?: boolean;
  emailHash: string | null;
  /** Null for one that has expired, so that nobody who asks for orders of a time meets it. */
  receivedAt: Date | null;
  /** From when on it grows old, or is looked at once more. */
  agesFrom?: Date | null;
  expiredAt?: Date;
  revision: number;
}

/** An order with when it came. */
export interface ReceivedOrder {
  readonly order: StoredOrder;
  readonly receivedAt: Date;
}

/** With the revision of its document. */
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
