import {
  connectionEventSchema,
  deadLetterTopicOf,
  deadLetterTopicSpecOf,
  entitlementEventSchema,
  entitlementKey,
  topics,
  workflowEventSchema,
} from '@boxlist/contracts';
import { consumeFacts, type EventBus, type TopicSpec } from '@boxlist/event-bus';
import type { Context } from './context';
import { storeDeadLetters } from './use-cases/dead-letters/store-dead-letters';
import { applyConnection, applyEntitlement, applyWorkflow } from './use-cases/intake/apply-facts';
import { ingestOrders } from './use-cases/intake/ingest-orders';

const consumed = [topics.orders, topics.entitlements, topics.connections, topics.workflows];

/** The topics that sync reads and writes, and the dead-letter topic of each topic that it reads. */
export const syncTopics: TopicSpec[] = [
  ...consumed,
  topics.deliveryOutcomes,
  topics.notices,
  topics.audit,
  ...consumed.map(({ name }) => deadLetterTopicSpecOf(name)),
];

const groups = {
  entitlements: { topic: topics.entitlements.name, groupId: 'sync.entitlements' },
  connections: { topic: topics.connections.name, groupId: 'sync.connections' },
  workflows: { topic: topics.workflows.name, groupId: 'sync.workflows' },
  orders: { topic: topics.orders.name, groupId: 'sync.orders' },
  deadLetters: { topic: deadLetterTopicOf(topics.orders.name), groupId: 'sync.dead-letters' },
} as const;

/** Asks whether this group has read all entitlements that there were at the call. */
export const entitlementsCaughtUp =
  (bus: Pick<EventBus, 'caughtUp'>): Context['entitlementsCaughtUp'] =>
  (timeoutMs) =>
    bus.caughtUp(groups.entitlements, timeoutMs);

/**
 * Starts the consumers. Every process consumes facts. Only a process that takes in orders consumes orders and their
 * dead letters.
 */
export const openEventDoors = async (ctx: Context, takesOrders: boolean): Promise<void> => {
  const { bus } = ctx;
  /** Ends this process's idle pace: an event may mean work for its other parts, such as the outbox relays. */
  const heard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      ctx.rest?.end();
    }
  };
  await consumeFacts(bus, {
    ...groups.entitlements,
    schema: entitlementEventSchema,
    keyOf: ({ data }) => entitlementKey(data),
    apply: ({ data }) => heard(applyEntitlement(ctx, data)),
  });
  await consumeFacts(bus, {
    ...groups.connections,
    schema: connectionEventSchema,
    keyOf: ({ data }) => data.connectionId,
    apply: ({ data }) => heard(applyConnection(ctx, data)),
  });
  await consumeFacts(bus, {
    ...groups.workflows,
    schema: workflowEventSchema,
    keyOf: ({ data }) => data.workflowId,
    apply: ({ data }) => heard(applyWorkflow(ctx, data)),
  });
  if (!takesOrders) return;
  await bus.consumeBatches({ ...groups.orders, handle: (messages) => heard(ingestOrders(ctx, messages)) });
  await bus.consumeBatches({ ...groups.deadLetters, handle: (messages) => heard(storeDeadLetters(ctx, messages)) });
};
