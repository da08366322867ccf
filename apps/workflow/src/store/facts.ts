import { entitlementKey, type ConnectionFact, type EntitlementFact } from '@boxlist/contracts';
import { createFactCopy } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';

/** Copies of the facts of billing and auth-connection, so that no organiser has to wait for those services. */
export const createFactStore = (mongo: Connection) => ({
  entitlements: createFactCopy<EntitlementFact>(mongo, 'entitlement_facts', entitlementKey),
  connections: createFactCopy<ConnectionFact>(mongo, 'connection_facts', (fact) => fact.connectionId),
});

export type FactStore = ReturnType<typeof createFactStore>;
