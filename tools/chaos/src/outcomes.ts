import { deliveryOutcomeEventSchema, topics, type DeliveryOutcomeFact } from '@boxlist/contracts';
import { parseCloudEvent, type EventBus } from '@boxlist/event-bus';

/** The newest outcome of each delivery: an older one may be published again after it. */
export const newestOf = (outcomes: readonly DeliveryOutcomeFact[]): ReadonlyMap<string, DeliveryOutcomeFact> => {
  const newest = new Map<string, DeliveryOutcomeFact>();
  for (const each of outcomes)
    if (each.version >= (newest.get(each.deliveryId)?.version ?? 0)) newest.set(each.deliveryId, each);
  return newest;
};

/** Follows the outcomes that sync publishes. */
export const followOutcomes = async (bus: EventBus) => {
  const ofOffice = new Map<string, DeliveryOutcomeFact[]>();
  const waiting = new Set<() => void>();
  const of = (boxOfficeId: string): readonly DeliveryOutcomeFact[] => ofOffice.get(boxOfficeId) ?? [];
  await bus.consumeBatches({
    topic: topics.deliveryOutcomes.name,
    groupId: 'chaos.outcomes',
    handle: async (messages) => {
      for (const message of messages) {
        const { data } = deliveryOutcomeEventSchema.parse(parseCloudEvent(message));
        ofOffice.set(data.boxOfficeId, [...of(data.boxOfficeId), data]);
      }
      for (const look of waiting) look();
    },
  });
  return {
    of,
    /** Resolves once `nth` outcomes of a box office were published, or when `signal` aborts. */
    nth: (boxOfficeId: string, nth: number, signal: AbortSignal): Promise<void> =>
      new Promise<void>((resolve) => {
        const done = (): void => {
          waiting.delete(look);
          resolve();
        };
        const look = (): void => {
          if (of(boxOfficeId).length >= nth) done();
        };
        waiting.add(look);
        signal.addEventListener('abort', done);
      }),
  };
};
