import { deliveryOutcomeEventSchema, topics, type DeliveryOutcomeFact } from '@boxlist/contracts';
import { parseCloudEvent, type EventBus } from '@boxlist/event-bus';

/** Follows what sync publishes of deliveries. */
export const followOutcomes = async (bus: EventBus) => {
  const ofOffice = new Map<string, DeliveryOutcomeFact[]>();
  const listeners = new Set<(outcome: DeliveryOutcomeFact) => void>();
  await bus.consumeBatches({
    topic: topics.deliveryOutcomes.name,
    groupId: 'chaos.outcomes',
    handle: async (messages) => {
      for (const message of messages) {
        const { data } = deliveryOutcomeEventSchema.parse(parseCloudEvent(message));
        ofOffice.set(data.boxOfficeId, [...(ofOffice.get(data.boxOfficeId) ?? []), data]);
        for (const listener of listeners) listener(data);
      }
    },
  });
  return {
    of: (boxOfficeId: string): readonly DeliveryOutcomeFact[] => ofOffice.get(boxOfficeId) ?? [],
    listen: (listener: (outcome: DeliveryOutcomeFact) => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
