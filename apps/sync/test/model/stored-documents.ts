import type { NewDelivery } from '../../src/domain/new-delivery';
import type { StoredOrder } from '../../src/domain/order';

export type StoredDelivery = NewDelivery;

export type OrderDocument = Omit<StoredOrder, 'key' | 'erased' | 'expired'> & {
  readonly _id: string;
  readonly erased: boolean;
  readonly emailHash: string | null;
  readonly receivedAt: Date | null;
  readonly expiredAt?: Date;
};
