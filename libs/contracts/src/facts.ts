import { z } from 'zod';

const boxOfficeId = z.string().startsWith('bo_').describe('The tenant.');
const version = z
  .number()
  .int()
  .positive()
  .describe('Grows by one with each change. A consumer ignores versions that are not newer.');

/** Whether a box office may use an add-on now. */
export const entitlementFactSchema = z
  .object({
    boxOfficeId,
    appId: z.string().describe('The add-on, for example `app_constant-contact`.'),
    status: z.enum(['TRIALING', 'ACTIVE', 'CANCELLING', 'CANCELLED']),
    entitled: z.boolean().describe('True while the box office may use the add-on: TRIALING, ACTIVE or CANCELLING.'),
    version,
  })
  .describe("The complete current state of a box office's subscription to an add-on.");

const optInRouteSchema = z
  .enum(['DIRECT', 'CONFIRM'])
  .describe(
    'How Boxlist creates a new contact who opted in. DIRECT: at once, with explicit permission. CONFIRM: through ' +
      'the sign-up form, which respects Confirmed Opt-in.',
  );
const whenQuotaIsScarceSchema = z
  .enum(['WAIT', 'IMPORT'])
  .describe(
    "What happens to new buyers who opted in when the application's calls of the day run short. WAIT: each waits " +
      'for a call. IMPORT: Boxlist imports them with implicit permission.',
  );

/** The link of a box office with one Constant Contact account. It never contains a token. */
export const connectionFactSchema = z
  .object({
    connectionId: z.string().startsWith('conn_'),
    boxOfficeId,
    status: z.enum(['CONNECTED', 'NEEDS_RECONNECT', 'DISCONNECTED']),
    accountId: z.string().nullable().describe("Constant Contact's encoded account id. Null before the first sign-in."),
    countryCode: z
      .string()
      .length(2)
      .nullable()
      .default(null)
      .describe(
        "The account's country, ISO 3166-1 alpha-2. Boxlist reads phone numbers without a calling code as numbers " +
          'of this country. Null if unknown.',
      ),
    optInRoute: optInRouteSchema.default('DIRECT'),
    whenQuotaIsScarce: whenQuotaIsScarceSchema.default('WAIT'),
    upgradesImported: z
      .boolean()
      .default(false)
      .describe(
        'Whether Boxlist later gives explicit permission to contacts that it imported because calls ran short. It ' +
          'uses calls that are left over at the end of the day.',
      ),
    version,
  })
  .describe('The complete current state of a connection.');

const whenNotOptedInSchema = z.enum(['SKIP', 'UPDATE_EXISTING', 'ADD_WITHOUT_LIST']);
const whenUnsubscribedSchema = z.enum(['SKIP', 'SEND_RESUBSCRIBE_EMAIL']);
const onCancelledOrderSchema = z
  .enum(['KEEP', 'REMOVE_TAGS', 'REMOVE_FROM_LISTS', 'REMOVE_TAGS_AND_LISTS'])
  .describe(
    'What the workflow undoes when a synchronised order is cancelled or refunded. It removes only tags and lists ' +
      'that it added itself, and never unsubscribes anyone.',
  );
const whenPausedSchema = z
  .enum(['SKIP', 'WAIT'])
  .describe(
    'What happens to orders that arrive while the workflow is paused. SKIP: they are skipped for good. WAIT: they ' +
      'wait until the workflow is resumed.',
  );
/** The value of an order that a custom field gets. */
const fieldSourceSchema = z.enum(['EVENT_NAME', 'EVENT_START_DATE', 'ORDER_ID', 'TICKET_TYPES', 'CUSTOM_QUESTION']);

/** What a workflow does, ready for planning: its template and details are already compiled to data. */
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
        'The workflow takes orders received from this time on; older ones need a backfill. Set at creation and on ' +
          'resume from a pause with SKIP. A resume from a pause with WAIT leaves it unchanged.',
      ),
    filter: z
      .object({
        eventIds: z.array(z.string()),
        eventSeriesIds: z.array(z.string()),
        ticketTypeIds: z.array(z.string()),
      })
      .describe('An order matches if every non-empty list contains one of its values.'),
    lists: z.object({
      fixed: z.array(z.string()).max(50).describe('Constant Contact list_id.'),
      perEvent: z.boolean().describe('Also use a list named after the event. Boxlist creates it if it is missing.'),
    }),
    tags: z.object({
      fixed: z.array(z.string()).max(50).describe('Constant Contact tag_id.'),
      event: z.boolean().describe('Also add the tag `tt_{event name}-{event start date}`.'),
      ticketTypes: z.boolean().describe('Also add a tag for each ticket type of the order.'),
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
    createsContacts: z.boolean().describe('False for a workflow that only updates existing contacts.'),
    whenNotOptedIn: whenNotOptedInSchema,
    whenUnsubscribed: whenUnsubscribedSchema,
    onCancelledOrder: onCancelledOrderSchema,
    whenPaused: whenPausedSchema.default('SKIP'),
  })
  .describe('The complete current state of a workflow.');

/** The status of a delivery after a change. It contains only ids and codes: no personal data on this topic. */
export const deliveryOutcomeFactSchema = z
  .object({
    deliveryId: z.string().startsWith('dlv_'),
    boxOfficeId,
    workflowId: z.string().startsWith('wf_'),
    orderId: z.string(),
    status: z.enum(['SYNCED', 'SKIPPED', 'FAILED']),
    reason: z.string().describe('A delivery reason code, such as NOT_OPTED_IN.'),
    version,
  })
  .describe('The outcome of one order × one workflow.');

/** The problems that organisers hear of. Kinds are added and never renamed. */
const noticeKinds = ['CONNECTION_BROKEN', 'FAILURES', 'QUOTA_EXHAUSTED', 'DEAD_LETTERS'] as const;

/**
 * A problem that an organiser should know of, with its beginning and its end. It contains only ids and codes: no
 * personal data on this topic.
 */
export const noticeFactSchema = z
  .object({
    noticeId: z
      .string()
      .startsWith('ntc_')
      .describe('Unique for each occurrence of the problem. The recovered event has the same id.'),
    boxOfficeId,
    kind: z.enum(noticeKinds).describe('Consumers ignore kinds that they do not know.'),
    level: z
      .number()
      .int()
      .nullable()
      .describe(
        'For FAILURES: the number of failures among the last 100 outcomes of the workflow at which the notice is ' +
          'raised (50, 70, 90 or 100). Null for other kinds.',
      ),
    connectionId: z
      .string()
      .startsWith('conn_')
      .nullable()
      .describe('The connection that the notice is about, if any.'),
    workflowId: z.string().startsWith('wf_').nullable().describe('The workflow that the notice is about, if any.'),
    raisedAt: z.iso.datetime({ offset: true }).describe('When Boxlist first saw the problem.'),
    recoveredAt: z.iso.datetime({ offset: true }).nullable().describe('When the problem was over. Null until then.'),
  })
  .describe('A notice. Published when it is raised, and again when the problem is over.');

/** The add-on that Boxlist sells. Its entitlement decides who may use Constant Contact. */
export const constantContactAppId = 'app_constant-contact';

/** The key of an entitlement on its topic, and in every copy. */
export const entitlementKey = ({ boxOfficeId, appId }: Pick<EntitlementFact, 'boxOfficeId' | 'appId'>): string =>
  `${boxOfficeId}:${appId}`;

export type EntitlementFact = z.infer<typeof entitlementFactSchema>;
export type ConnectionFact = z.infer<typeof connectionFactSchema>;
export type WorkflowFact = z.infer<typeof workflowFactSchema>;
export type DeliveryOutcomeFact = z.infer<typeof deliveryOutcomeFactSchema>;
export type NoticeFact = z.infer<typeof noticeFactSchema>;
export type NoticeKind = NoticeFact['kind'];
