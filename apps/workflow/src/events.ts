import { connectionEventSchema, entitlementEventSchema, topics } from '@boxlist/contracts';
import { consumeFacts, type EventBus } from '@boxlist/event-bus';
import type { FactStore } from './store/facts';

/** Consumes the facts of billing and auth-connection. */
export const followFacts = async (bus: EventBus, facts: FactStore) => ({
  entitlements: await consumeFacts(bus, {
    topic: topics.entitlements.name,
    groupId: 'workflow.entitlements',
    schema: entitlementEventSchema,
    apply: async ({ data }) => void (await facts.entitlements.apply(data)),
  }),
  connections: await consumeFacts(bus, {
    topic: topics.connections.name,
    groupId: 'workflow.connections',
    schema: connectionEventSchema,
    apply: async ({ data }) => void (await facts.connections.apply(data)),
  }),
});
