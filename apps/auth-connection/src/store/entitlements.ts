import { entitlementKey, type EntitlementFact } from '@boxlist/contracts';
import { createFactCopy } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';

/** A copy of billing's entitlements, so that no page has to wait for billing. */
export const createEntitlementCopy = (mongo: Connection) =>
  createFactCopy<EntitlementFact>(mongo, 'entitlement_facts', entitlementKey);

export type EntitlementCopy = ReturnType<typeof createEntitlementCopy>;
