import { entitlementKey, type ConnectionFact, type EntitlementFact, type WorkflowFact } from '@boxlist/contracts';
import { createAuditRecords, createFactCopy } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import { createActivityStore } from './store/activities';
import { createBackfillStore } from './store/backfills';
import { createConnectionLeaseStore } from './store/connection-leases';
import { createContactStore } from './store/contacts';
import { createDeadLetterStore } from './store/dead-letters';
import { createLatePhoneStore, createUpgradeStore } from './store/deferred-work';
import { createDeliveryCountStore } from './store/delivery-counts';
import { createDeliveryStores } from './store/delivery-stores';
import { createErasureStore } from './store/erasures';
import { createExpiredWritesStore } from './store/expired-writes';
import { createJoinStore } from './store/joins';
import { createNoticeStore } from './store/notices';
import { createOrderStore } from './store/orders';
import { createResourceStore } from './store/resources';
import { createRetryStore } from './store/retries';
import { createStandstillStore } from './store/standstills';

/**
 * Creates the stores of all collections of sync except the quota ledger, and of the copies of other services' facts.
 */
export const createStores = (mongo: Connection, hashEmail: (boxOfficeId: string, email: string) => string) => {
  const erasures = createErasureStore(mongo);
  const { collection: deliveryCollection, ...ofDeliveries } = createDeliveryStores(mongo);
  const withIndexes = {
    erasures,
    deliveries: ofDeliveries.deliveries,
    orders: createOrderStore(mongo, hashEmail),
    connectionLeases: createConnectionLeaseStore(mongo),
    contacts: createContactStore(mongo, erasures),
    upgrades: createUpgradeStore(mongo, erasures),
    latePhones: createLatePhoneStore(mongo, erasures),
    activities: createActivityStore(mongo),
    backfills: createBackfillStore(mongo),
    retries: createRetryStore(mongo),
    deadLetters: createDeadLetterStore(mongo),
    standstills: createStandstillStore(mongo),
    notices: createNoticeStore(mongo),
    deliveryCounts: createDeliveryCountStore(mongo),
    entitlements: createFactCopy<EntitlementFact>(mongo, 'entitlement_facts', entitlementKey),
    connections: createFactCopy<ConnectionFact>(mongo, 'connection_facts', (fact) => fact.connectionId),
    workflows: createFactCopy<WorkflowFact>(mongo, 'workflow_facts', (fact) => fact.workflowId),
  };
  return {
    ...ofDeliveries,
    ...withIndexes,
    resources: createResourceStore(mongo),
    expiredWrites: createExpiredWritesStore(mongo, erasures),
    joins: createJoinStore(mongo),
    auditRecords: createAuditRecords(mongo),
    /** For the relay that publishes outcomes. */
    deliveryCollection,
    /** Creates the indexes that are missing. */
    initStores: async (): Promise<void> => {
      await Promise.all(Object.values(withIndexes).map((store) => store.init()));
    },
  };
};

export type Stores = Omit<ReturnType<typeof createStores>, 'deliveryCollection' | 'initStores'>;
