import { z } from 'zod';
import { auditEntrySchema } from './audit';
import { newId } from './ids';
import {
  connectionFactSchema,
  deliveryOutcomeFactSchema,
  entitlementFactSchema,
  noticeFactSchema,
  workflowFactSchema,
} from './facts';
import { orderSchema } from './order';

/** A CloudEvents 1.0 envelope in structured mode around `data`. It accepts unknown attributes. */
const envelope = <T extends z.ZodType>(types: readonly [string, ...string[]], data: T) =>
  z.looseObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1).max(200).describe('Unique within a source. (source, id) is the idempotency key.'),
    source: z.string().min(1).max(500).describe('URI reference of the producer.'),
    type: z.enum(types),
    subject: z.string().max(200).optional().describe('Id of the object that the event is about.'),
    time: z.iso.datetime({ offset: true }).describe('When the event happened at the source, RFC 3339.'),
    datacontenttype: z.string().optional(),
    boxofficeid: z.string().startsWith('bo_').max(80).describe('Extension attribute: the tenant.'),
    data,
  });

/**
 * The envelope of an event about one box office's own thing. It refuses data that names another box office than the
 * envelope.
 */
const ownEnvelope = <T extends z.ZodType<About>>(types: readonly [string, ...string[]], data: T) =>
  envelope(types, data).refine((event) => (event.data as About).boxOfficeId === event.boxofficeid, {
    path: ['boxofficeid'],
    error: 'The data names another box office than the envelope',
  });

interface About {
  readonly boxOfficeId: string;
}

const orderEventTypes = ['boxlist.order.created.v1', 'boxlist.order.updated.v1'] as const;

/** An event on `orders.v1`. */
export const orderEventSchema = envelope(orderEventTypes, orderSchema);
export const entitlementEventSchema = ownEnvelope(['boxlist.entitlement.changed.v1'], entitlementFactSchema);
export const connectionEventSchema = ownEnvelope(['boxlist.connection.changed.v1'], connectionFactSchema);
export const workflowEventSchema = ownEnvelope(['boxlist.workflow.changed.v1'], workflowFactSchema);
export const deliveryOutcomeEventSchema = ownEnvelope(['boxlist.delivery.settled.v1'], deliveryOutcomeFactSchema);
const noticeEventTypes = ['boxlist.notice.raised.v1', 'boxlist.notice.recovered.v1'] as const;
export const noticeEventSchema = ownEnvelope(noticeEventTypes, noticeFactSchema);
export const auditEventSchema = ownEnvelope(['boxlist.audit.recorded.v1'], auditEntrySchema);

export type OrderEvent = z.infer<typeof orderEventSchema>;

interface TopicEntry {
  readonly name: string;
  readonly title: string;
  readonly key: string;
  readonly partitions: number;
  readonly compacted: boolean;
  /** Milliseconds. Absent for compacted topics, which keep the last state of each key for ever. */
  readonly retentionMs?: number;
  readonly personalData: boolean;
  readonly schema: z.ZodType;
}

const days = (count: number): number => count * 24 * 60 * 60 * 1000;

/**
 * Every topic of Boxlist: name, key, retention and schema. Each topic that is consumed also has
 * `<topic>.dead-letter`.
 */
export const topics = {
  orders: {
    name: 'orders.v1',
    title: 'Orders of box offices',
    key: '<boxOfficeId>:<orderId>',
    partitions: 6,
    compacted: false,
    retentionMs: days(14),
    personalData: true,
    schema: orderEventSchema,
  },
  entitlements: {
    name: 'entitlements.v1',
    title: 'Which box office may use which add-on',
    key: '<boxOfficeId>:<appId>',
    partitions: 3,
    compacted: true,
    personalData: false,
    schema: entitlementEventSchema,
  },
  connections: {
    name: 'connections.v1',
    title: 'Connections of box offices to Constant Contact accounts',
    key: '<connectionId>',
    partitions: 3,
    compacted: true,
    personalData: false,
    schema: connectionEventSchema,
  },
  workflows: {
    name: 'workflows.v1',
    title: 'Workflows of box offices',
    key: '<workflowId>',
    partitions: 3,
    compacted: true,
    personalData: false,
    schema: workflowEventSchema,
  },
  deliveryOutcomes: {
    name: 'delivery-outcomes.v1',
    title: 'Outcome of each order × workflow',
    key: '<deliveryId>',
    partitions: 6,
    compacted: false,
    retentionMs: days(14),
    personalData: false,
    schema: deliveryOutcomeEventSchema,
  },
  notices: {
    name: 'notices.v1',
    title: 'Notices to organisers: one event when a problem begins, one when it is over',
    key: '<noticeId>',
    partitions: 3,
    compacted: false,
    retentionMs: days(14),
    personalData: false,
    schema: noticeEventSchema,
  },
  audit: {
    name: 'audit.v1',
    title: 'Audit log: who did what to what in a box office',
    key: '<boxOfficeId>',
    partitions: 3,
    compacted: false,
    retentionMs: days(14),
    personalData: false,
    schema: auditEventSchema,
  },
} as const satisfies Record<string, TopicEntry>;

/** The topic for events of `topic` that could not be understood. The reason is in their headers. */
export const deadLetterTopicOf = (topic: string): string => `${topic}.dead-letter`;

/** How to create the dead-letter topic of a topic. */
export const deadLetterTopicSpecOf = (topic: string) => ({
  name: deadLetterTopicOf(topic),
  partitions: 1,
  compacted: false,
  retentionMs: days(14),
});

/** The largest accepted order event, in bytes of its value. */
export const maxOrderEventBytes = 256 * 1024;

interface CloudEventInput<T> {
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly boxOfficeId: string;
  readonly time: Date;
  readonly data: T;
  /** An id derived from stored data. Set it if the same event may be published again. */
  readonly id?: string;
}

/** A structured CloudEvent around data, such as a fact or an outcome. It gets a new id unless `input.id` is set. */
export const cloudEventOf = <T>(input: CloudEventInput<T>) => ({
  specversion: '1.0' as const,
  id: input.id ?? newId('event'),
  source: input.source,
  type: input.type,
  subject: input.subject,
  time: input.time.toISOString(),
  datacontenttype: 'application/json',
  boxofficeid: input.boxOfficeId,
  data: input.data,
});
