import { auditEventSchema, deadLetterTopicSpecOf, topics } from '@boxlist/contracts';
import { consumeFacts, type Consumer, type EventBus, type TopicSpec } from '@boxlist/event-bus';
import type { Context } from './context';
import { entryOf } from './domain/entry';
import { recordEntry } from './use-cases/record-entry';

/** The topic that audit reads, and the topic for events that it cannot use. */
export const auditTopics: TopicSpec[] = [topics.audit, deadLetterTopicSpecOf(topics.audit.name)];

/** Stores the entries on the topic, whichever service wrote them. */
export const followAudit = (bus: EventBus, ctx: Context): Promise<Consumer> =>
  consumeFacts(bus, {
    topic: topics.audit.name,
    groupId: 'audit.entries',
    schema: auditEventSchema,
    keyOf: ({ boxofficeid }) => boxofficeid,
    apply: (event) => recordEntry(ctx, entryOf(event)),
  });
