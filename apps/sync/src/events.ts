import {
  connectionEventSchema,
  deadLetterTopicOf,
  deadLetterTopicSpecOf,
  entitlementEventSchema,
  topics,
  workflowEventSchema,
} from '@boxlist/contracts';
import { consumeFacts, type EventBus, type TopicSpec } from '@boxlist/event-bus';
import type { Context } from './context';
import { storeDeadLetters } from './use-cases/dead-letters/store-dead-letters';
import { applyConnection, applyEntitlement, applyWorkflow } from './use-cases/intake/apply-facts';
import { ingestOrders } from './use-cases/intake/ingest-orders';

const consumed = [topics.orders, topics.entitlements, topics.connections, topics.workflows];

/** The topics that sync reads and writes, with a dead-letter topic for each that it reads. */
export const syncTopics: TopicSpec[] = [
  ...consumed,
  topics.deliveryOutcomes,
  topics.notices,
  ...consumed.map(({ name }) => deadLetterTopicSpecOf(name)),
];

/** Opens the doors for events. `ctx` is asked for at each event: its followers are made here. Every process follows the facts; orders are for those that take them in. */
export const openEventDoors = async (bus: EventBus, ctx: () => Context, takesOrders: boolean) => {
  /** What an event changes may be work for others of this process: for the relays of the outboxes also where no delivery is ready. */
  const heard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      ctx().rest?.end();
    }
  };
  const entitlements = await consumeFacts(bus, {
    topic: topics.entitlements.name,
    groupId: 'sync.entitlements',
    schema: entitlementEventSchema,
    apply: ({ data }) => heard(applyEntitlement(ctx(), data)),
  });
  const connections = await consumeFacts(bus, {
    topic: topics.connections.name,
    groupId: 'sync.connections',
    schema: connectionEventSchema,
    apply: ({ data }) => heard(applyConnection(ctx(), data)),
  });
  await consumeFacts(bus, {
    topic: topics.workflows.name,
    groupId: 'sync.workflows',
    schema: workflowEventSchema,
    apply: ({ data }) => heard(applyWorkflow(ctx(), data)),
  });
  if (takesOrders) {
    await bus.consumeBatches({
      topic: topics.orders.name,
      groupId: 'sync.orders',
      handle: (messages) => heard(ingestOrders(ctx(), messages)),
    });
    await bus.consumeBatches({
      topic: deadLetterTopicOf(topics.orders.name),
      groupId: 'sync.dead-letters',
      handle: (messages) => heard(storeDeadLetters(ctx(), messages)),
    });
  }
  return { entitlements, connections };
};
