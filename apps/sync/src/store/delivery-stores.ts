import type { Connection } from 'mongoose';
import { createBuyerDeliveries } from './buyer-deliveries';
import { createDeliveryStore } from './deliveries';
import type { DeliveryDocument } from './delivery-document';
import { createDeliveryErasure } from './delivery-erasure';
import { createDeliveryHistory } from './delivery-history';
import { createDeliveryHolds } from './delivery-holds';
import { createDeliveryQueue } from './delivery-queue';
import { createDeliveryRetries } from './delivery-retries';

/** All operations on deliveries, grouped by purpose. One collection is both the durable queue and the history. */
export const createDeliveryStores = (mongo: Connection) => {
  const collection = mongo.collection<DeliveryDocument>('deliveries');
  const deliveryQueue = createDeliveryQueue(collection);
  return {
    collection,
    deliveries: createDeliveryStore(collection),
    deliveryQueue,
    deliveryHolds: createDeliveryHolds(collection, deliveryQueue.save),
    deliveryHistory: createDeliveryHistory(collection),
    buyerDeliveries: createBuyerDeliveries(collection),
    deliveryRetries: createDeliveryRetries(collection),
    deliveryErasure: createDeliveryErasure(collection, deliveryQueue.save),
  };
};
