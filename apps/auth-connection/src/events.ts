import { entitlementEventSchema, entitlementKey, topics } from '@boxlist/contracts';
import { consumeFacts, type EventBus } from '@boxlist/event-bus';
import type { EntitlementCopy } from './store/entitlements';

/** Consumes billing's facts of who may use the add-on. */
export const followEntitlements = (bus: EventBus, entitlements: EntitlementCopy) =>
  consumeFacts(bus, {
    topic: topics.entitlements.name,
    groupId: 'auth-connection.entitlements',
    schema: entitlementEventSchema,
    keyOf: ({ data }) => entitlementKey(data),
    // The id of an entitlement contains its box office, so no fact of it can name another.
    apply: async ({ data }) => void (await entitlements.apply(data)),
  });
