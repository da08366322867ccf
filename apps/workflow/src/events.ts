import { connectionEventSchema, entitlementEventSchema, entitlementKey, topics } from '@boxlist/contracts';
import { consumeFacts, type EventBus } from '@boxlist/event-bus';
import { foreignFact, type Log } from '@boxlist/service-kit';
import type { FactStore } from './store/facts';

/** Consumes the facts of billing and auth-connection. */
export const followFacts = async (bus: EventBus, facts: FactStore, log: Log) => ({
  entitlements: await consumeFacts(bus, {
    topic: topics.entitlements.name,
    groupId: 'workflow.entitlements',
    schema: entitlementEventSchema,
    keyOf: ({ data }) => entitlementKey(data),
    // The id of an entitlement contains its box office, so no fact of it can name another.
    apply: async ({ data }) => void (await facts.entitlements.apply(data)),
  }),
  connections: await consumeFacts(bus, {
    topic: topics.connections.name,
    groupId: 'workflow.connections',
    schema: connectionEventSchema,
    keyOf: ({ data }) => data.connectionId,
    apply: async ({ data }) =>
      (await facts.connections.apply(data)) === 'foreign'
        ? foreignFact(log, topics.connections.name, data.connectionId, data.boxOfficeId)
        : undefined,
  }),
});
