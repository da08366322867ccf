import type { ConnectionFact, EntitlementFact } from '@boxlist/contracts';
import { createFactCopy } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';

/** Copies of what billing and auth-connection say, so that no organiser waits for those services. */
export const createFactStore = (mongo: Connection) => ({
  entitlements: createFactCopy<EntitlementFact>(
    mongo,
    'entitlement_facts',
    (fact) => `${fact.boxOfficeId}:${fact.appId}`,
  ),
  connections: createFactCopy<ConnectionFact>(mongo, 'connection_facts', (fact) => fact.connectionId),
});

export type FactStore = ReturnType<typeof createFactStore>;
