import type { StoredOrder } from '../../src/domain/order';
import type { DeliveryDocument } from '../../src/store/delivery-document';

export type StoredDelivery = DeliveryDocument;

export type OrderDocument = Omit<StoredOrder, 'key' | 'erased' | 'expired'> & {
  readonly _id: string;
  readonly erased: boolean;
  readonly emailHash: string | null;
  readonly receivedAt: Date | null;
  readonly expiredAt?: Date;
};
