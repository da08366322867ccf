import { z } from 'zod';

const boxOfficeId = z.string().startsWith('bo_').describe('The tenant.');
const version = z
  .number()
  .int()
  .positive()
  .describe('Grows by one with each change; a consumer ignores what is not newer.');

/** Whether a box office may use an add-on now. */
export const entitlementFactSchema = z
  .object({
    boxOfficeId,
    appId: z.string().describe('The add-on, e.g. `app_constant-contact`.'),
    status: z.enum(['TRIALING', 'ACTIVE', 'CANCELLING', 'CANCELLED']),
    entitled: z.boolean().describe('True while the add-on may be used: trialing, active or cancelling.'),
    version,
  })
  .describe("The whole present state of a box office's subscription to an add-on.");

const optInRouteSchema = z
  .enum(['DIRECT', 'CONFIRM'])
  .describe(
    'How a new contact who opted in is created: at once with explicit permission, or by the sign-up form, which honours Confirmed Opt-in.',
  );
const whenQuotaIsScarceSchema = z
  .enum(['WAIT', 'IMPORT'])
  .describe(
    "What happens to new buyers who opted in when the application's calls of the day run short: they wait for a call each, or are imported with implicit permission.",
  );

/** The link of a box office with one Constant Contact account. Never holds a token. */
export const connectionFactSchema = z
  .object({
    connectionId: z.string().startsWith('conn_'),
    boxOfficeId,
    status: z.enum(['CONNECTED', 'NEEDS_RECONNECT', 'DISCONNECTED']),
    accountId: z.string().nullable().describe("Constant Contact's encoded account id; null before the first sign-in."),
    countryCode: z
      .string()
      .length(2)
      .nullable()
      .default(null)
      .describe(
        "The account's country, ISO 3166-1 alpha-2: phones without a calling code are read as of that country. Null where it is not known.",
      ),
    optInRoute: optInRouteSchema.default('DIRECT'),
    whenQuotaIsScarce: whenQuotaIsScarceSchema.default('WAIT'),
    upgradesImported: z
      .boolean()
      .default(false)
      .describe(
        'Whether those who were imported because calls ran short are given explicit permission later, with calls that the day leaves over.',
      ),
    version,
  })
  .describe('The whole present state of a connection.');

const whenNotOptedInSchema = z.enum(['SKIP', 'UPDATE_EXISTING', 'ADD_WITHOUT_LIST']);
const whenUnsubscribedSchema = z.enum(['SKIP', 'SEND_RESUBSCRIBE_EMAIL']);
const onCancelledOrderSchema = z
  .enum(['KEEP', 'REMOVE_TAGS', 'REMOVE_FROM_LISTS', 'REMOVE_TAGS_AND_LISTS'])
  .describe(
    'What of its own additions the workflow takes back when a synchronised order is cancelled or refunded. Nobody is ever unsubscribed by it.',
  );
const whenPausedSchema = z
  .enum(['SKIP', 'WAIT'])
  .describe(
    'What becomes of orders that arrive while the workflow is paused: skipped for good, or kept waiting until it is resumed.',
  );
/** Which value of an order a custom field takes. */
const fieldSourceSchema = z.enum(['EVENT_NAME', 'EVENT_START_DATE', 'ORDER_ID', 'TICKET_TYPES', 'CUSTOM_QUESTION']);

/** What a workflow does, ready to plan from: template and details are already turned into data. */
export const workflowFactSchema = z
  .object({
    workflowId: z.string().startsWith('wf_'),
    boxOfficeId,
    connectionId: z.string().startsWith('conn_'),
    templateId: z.string(),
    name: z.string(),
    status: z.enum(['ACTIVE', 'PAUSED', 'DELETED']),
    version,
    activeSince: z.iso
      .datetime()
      .describe(
        'Since when orders belong to it; older ones are for a backfill. Creation, or the last resume from a pause that skips; a resume from a pause that waits leaves it.',
      ),
    filter: z
      .object({
        eventIds: z.array(z.string()),
        eventSeriesIds: z.array(z.string()),
        ticketTypeIds: z.array(z.string()),
      })
      .describe('An order matches when each non-empty list holds one of its values.'),
    lists: z.object({
      fixed: z.array(z.string()).max(50).describe('list_id of Constant Contact'),
      perEvent: z.boolean().describe('Also a list named after the event, made when missing.'),
    }),
    tags: z.object({
      fixed: z.array(z.string()).max(50).describe('tag_id of Constant Contact'),
      event: z.boolean().describe('Also the tag `tt_{event name}-{event start date}`.'),
      ticketTypes: z.boolean().describe('Also a tag for each ticket type of the order.'),
    }),
    fieldMapping: z
      .array(
        z.object({
          source: fieldSourceSchema,
          question: z.string().nullable().describe('For CUSTOM_QUESTION: the text of the question.'),
          customFieldId: z.string(),
        }),
      )
      .max(25),
    createsContacts: z.boolean().describe('False for a workflow that only updates contacts that exist.'),
    whenNotOptedIn: whenNotOptedInSchema,
    whenUnsubscribed: whenUnsubscribedSchema,
    onCancelledOrder: onCancelledOrderSchema,
    whenPaused: whenPausedSchema.default('SKIP'),
  })
  .describe('The whole present state of a workflow.');

/** How a delivery stands after a change. Ids and codes only: no personal data on this topic. */
export const deliveryOutcomeFactSchema = z
  .object({
    deliveryId: z.string().startsWith('dlv_'),
    boxOfficeId,
    workflowId: z.string().startsWith('wf_'),
    orderId: z.string(),
    status: z.enum(['SYNCED', 'SKIPPED', 'FAILED']),
    reason: z.string().describe('A code of the delivery reasons.'),
    version,
  })
  .describe('The outcome of one order × one workflow.');

/** What an organiser is told of. A kind is added, never renamed. */
const noticeKinds = ['CONNECTION_BROKEN', 'FAILURES', 'QUOTA_EXHAUSTED', 'DEAD_LETTERS'] as const;

/**
 * Something that an organiser is to know of, from when it began until it was over. Ids and codes only: no personal data
 * on this topic.
 */
export const noticeFactSchema = z
  .object({
    noticeId: z.string().startsWith('ntc_').describe('One for each time that it begins; its end has the same.'),
    boxOfficeId,
    kind: z.enum(noticeKinds).describe('Readers ignore a kind that they do not know.'),
    level: z
      .number()
      .int()
      .nullable()
      .describe('For FAILURES: how many of the last 100 outcomes of the workflow, 50, 70, 90 or 100; else null.'),
    connectionId: z.string().startsWith('conn_').nullable().describe('The connection that it is about, if it is.'),
    workflowId: z.string().startsWith('wf_').nullable().describe('The workflow that it is about, if it is.'),
    raisedAt: z.iso.datetime({ offset: true }).describe('When it was seen first.'),
    recoveredAt: z.iso.datetime({ offset: true }).nullable().describe('When it was over; null while it is not.'),
  })
  .describe('A notice, as it is raised and once more when it is over.');

export type EntitlementFact = z.infer<typeof entitlementFactSchema>;
export type ConnectionFact = z.infer<typeof connectionFactSchema>;
export type WorkflowFact = z.infer<typeof workflowFactSchema>;
export type DeliveryOutcomeFact = z.infer<typeof deliveryOutcomeFactSchema>;
export type NoticeFact = z.infer<typeof noticeFactSchema>;
export type NoticeKind = NoticeFact['kind'];
