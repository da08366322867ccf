// Generated from schema.graphql by `npm run generate`: do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Delivery as DeliverySource } from '../domain/delivery';
import type { DeliveryPage as DeliveryPageSource } from '../use-cases/history/list-deliveries';
import type { Backfill as BackfillSource } from '../store/backfills';
import type { Retry as RetrySource } from '../store/retries';
import type { DeadLetter as DeadLetterSource } from '../store/dead-letters';
import type { DeadLetterPage as DeadLetterPageSource } from '../use-cases/dead-letters/dead-letter-commands';
import type { Notice as NoticeSource } from '../store/notices';
import type { NoticePage as NoticePageSource } from '../use-cases/history/list-notices';
import type { Erasure as ErasureSource, ErasedContact as ErasedContactSource } from '../store/erasures';
import type { Previewed as PreviewedSource } from '../use-cases/history/preview-workflow';
import type { Waiting as WaitingSource } from '../use-cases/history/count-deliveries';
import type { GraphContext } from '../context';
export type Maybe<T> = T | null | undefined;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A moment in time, RFC 3339. */
  DateTime: { input: Date; output: Date; }
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown; }
};

/** An object with a global id. */
export type Node = {
  /** Opaque global id. Its prefix names the type of the object. */
  readonly id: Scalars['ID']['output'];
};

/** Position of a page within its list. */
export type PageInfo = {
  /** Whether more items follow this page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether there are items before this page. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first item on this page. */
  readonly startCursor: Maybe<Scalars['String']['output']>;
  /** Cursor of the last item on this page. */
  readonly endCursor: Maybe<Scalars['String']['output']>;
};

/** An error that the caller can fix. */
export type UserError = {
  /** Code from the error registry (docs/errors.md). */
  readonly code: Scalars['String']['output'];
  /** What is wrong, in words for people. */
  readonly message: Scalars['String']['output'];
  /** Path of the argument that caused the error, if any. */
  readonly field: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type Query = {
  /** The caller's own box office, taken from the token. */
  readonly boxOffice: BoxOffice;
};

/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOffice = {
  /** Id of the box office, `bo_…`. */
  readonly id: Scalars['ID']['output'];
  /** Deliveries, newest first: one for each order × workflow. `retention` says how long they are kept. */
  readonly deliveries: DeliveryConnection;
  /** Backlog, quota, and connections that need attention. */
  readonly syncHealth: SyncHealth;
  /**
   * Order events and webhooks that Boxlist could not read, newest first. Without `statuses`: those
   * that are OPEN or REPLAYED. `retention` says how long they are kept; at most 10,000 are kept.
   */
  readonly deadLetters: DeadLetterConnection;
  /** Retries, newest first, at most 100. */
  readonly retries: ReadonlyArray<Retry>;
  /**
   * Notices for the organiser, newest first, current and past. Past notices are kept as long as the
   * history of deliveries.
   */
  readonly notices: NoticeConnection;
  /**
   * Progress of the erasure of the buyer with this e-mail address. Null if nobody requested one. Role:
   * owner.
   */
  readonly buyerErasure: Maybe<BuyerErasure>;
  /** How long Boxlist keeps history and dead letters. */
  readonly retention: Retention;
};


/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOfficeDeliveriesArgs = {
  filter?: InputMaybe<DeliveryFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOfficeDeadLettersArgs = {
  statuses?: InputMaybe<ReadonlyArray<DeadLetterStatus>>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};


/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOfficeNoticesArgs = {
  states?: InputMaybe<ReadonlyArray<NoticeState>>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};


/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOfficeBuyerErasureArgs = {
  email: Scalars['String']['input'];
};

/** How long Boxlist keeps history and dead letters. The operator sets it for all box offices. */
export type Retention = {
  /**
   * Days for which Boxlist keeps an order and its deliveries, counted from the last of: the order's
   * last change, the last outcome of a delivery, the day of the event. Boxlist then removes both, with
   * the evidence of consent. An order with an open delivery stays. Boxlist ignores later events of a
   * removed order, and no backfill takes it.
   */
  readonly historyDays: Scalars['Int']['output'];
  /** Days for which Boxlist keeps an unreadable order event. */
  readonly deadLetterDays: Scalars['Int']['output'];
};

/** A workflow: template, details and filter. */
export type Workflow = {
  /** Id of the workflow, `wf_…`. */
  readonly id: Scalars['ID']['output'];
  /** Counts of its deliveries. The parts add up to the total. */
  readonly stats: WorkflowStats;
  /** Its deliveries, newest first. */
  readonly deliveries: DeliveryConnection;
  /** Its backfills, newest first, at most 100. */
  readonly backfills: ReadonlyArray<Backfill>;
};


/** A workflow: template, details and filter. */
export type WorkflowDeliveriesArgs = {
  filter?: InputMaybe<DeliveryFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** How a backfill treats buyers who opted in and are not contacts yet. */
export type BackfillMode =
  /**
   * Boxlist imports them: fast and cheap, with implicit permission. Constant Contact treats them as
   * added by you.
   */
  | 'IMPORT'
  /** Boxlist creates each with a separate call: with explicit permission, but slow for many buyers. */
  | 'ONE_BY_ONE'
  /**
   * Boxlist creates nobody and adds nobody to a list. It updates details and tags of existing
   * contacts.
   */
  | 'UPDATE_EXISTING';

/** Where the orders of a backfill come from. */
export type OrderSource =
  /** Orders that Boxlist has seen. */
  | 'ORDERS_SEEN'
  /**
   * Orders at Ticket Tailor, including those from before Boxlist. Boxlist reads them with the API key
   * of the box office. Data from order events wins over data that is read. No other workflow takes an
   * order that is read.
   */
  | 'TICKET_TAILOR';

/** Why a backfill paused by itself. It continues once it is resumed. */
export type BackfillPauseReason =
  /** The box office has no Ticket Tailor API key. Set one, then resume. */
  | 'TICKET_TAILOR_KEY_MISSING'
  /** Ticket Tailor did not accept the API key. Set another one, then resume. */
  | 'UNAUTHORIZED_AT_TICKET_TAILOR'
  /** Ticket Tailor refused to return the orders. */
  | 'REJECTED_BY_TICKET_TAILOR';

/** Status of a backfill. */
export type BackfillStatus =
  /** It is in progress and runs in the background. */
  | 'RUNNING'
  /** It waits until somebody resumes it. */
  | 'PAUSED'
  /** Every order has its outcome. */
  | 'DONE'
  /** It was cancelled. What is already synchronised stays. */
  | 'CANCELLED';

/** Deliveries for orders that came before the workflow. */
export type Backfill = Node & {
  /** Id of the backfill, `bf_…`. */
  readonly id: Scalars['ID']['output'];
  /** The workflow. */
  readonly workflow: Workflow;
  /** How new contacts are treated. */
  readonly mode: BackfillMode;
  /** Where its orders come from. */
  readonly source: OrderSource;
  /** Current status. */
  readonly status: BackfillStatus;
  /** Why it paused by itself. Null if it is not paused, or if a person paused it. */
  readonly pausedFor: Maybe<BackfillPauseReason>;
  /**
   * When Boxlist asks Ticket Tailor again, while Ticket Tailor asks to slow down or does not answer.
   * Null if the backfill is not waiting.
   */
  readonly waitsUntil: Maybe<Scalars['DateTime']['output']>;
  /** Progress so far. */
  readonly progress: BackfillProgress;
  /** When it was started. */
  readonly createdAt: Scalars['DateTime']['output'];
};

/** Progress of a backfill: synced + skipped + failed + pending = made. */
export type BackfillProgress = {
  /** Orders that have become deliveries so far. */
  readonly made: Scalars['Int']['output'];
  /** Synchronised. */
  readonly synced: Scalars['Int']['output'];
  /** Skipped, for a reason. */
  readonly skipped: Scalars['Int']['output'];
  /** Failed. */
  readonly failed: Scalars['Int']['output'];
  /** Still open. */
  readonly pending: Scalars['Int']['output'];
  /**
   * Orders at Ticket Tailor that Boxlist could not read and therefore left out. They are not part of
   * `made`.
   */
  readonly unreadable: Scalars['Int']['output'];
};

/** Status of a retry. */
export type RetryStatus =
  /** It is in progress and runs in the background. */
  | 'RUNNING'
  /** Every matching delivery has been requeued, or no longer needed a retry when its turn came. */
  | 'DONE'
  /** It was cancelled. Deliveries that it has already requeued stay in the queue. */
  | 'CANCELLED';

/** A request to retry deliveries. Boxlist requeues the matching ones, newest first. */
export type Retry = Node & {
  /** Id of the retry, `rty_…`. */
  readonly id: Scalars['ID']['output'];
  /** Current status. */
  readonly status: RetryStatus;
  /** Progress so far. */
  readonly progress: RetryProgress;
  /** When it was requested. */
  readonly createdAt: Scalars['DateTime']['output'];
};

/** Progress of a retry. The deliveries themselves show their outcomes. */
export type RetryProgress = {
  /** Deliveries that matched at the time of the request. */
  readonly matched: Scalars['Int']['output'];
  /**
   * Deliveries that the retry has requeued, each once. Fewer than `matched` if some ended otherwise
   * before their turn; more if others failed or began to wait before theirs.
   */
  readonly requeued: Scalars['Int']['output'];
};

/** A box office's connection to one Constant Contact account. */
export type Connection = {
  /** Id of the connection, `conn_…`. */
  readonly id: Scalars['ID']['output'];
};

/** Status of a delivery. */
export type DeliveryStatus =
  /** In the queue: processed as soon as a call is available. */
  | 'PENDING'
  /** Waiting; the reason says for what. */
  | 'WAITING'
  /** Done; the reason says if something is left for a person to do. */
  | 'SYNCED'
  /** Skipped, for a reason. */
  | 'SKIPPED'
  /** Failed; the reason says what to do. */
  | 'FAILED';

/** What the buyer said at checkout. */
export type OptIn =
  /** Yes. */
  | 'OPTED_IN'
  /** No. */
  | 'NOT_OPTED_IN'
  /** The checkout did not ask. This never counts as a yes. */
  | 'NOT_ASKED';

/** One order × one workflow, with its outcome. */
export type Delivery = Node & {
  /** Id of the delivery, `dlv_…`. */
  readonly id: Scalars['ID']['output'];
  /** The order. */
  readonly order: DeliveryOrder;
  /** The workflow. */
  readonly workflow: Workflow;
  /** Current status. */
  readonly status: DeliveryStatus;
  /** Reason for this status. */
  readonly reason: Maybe<DeliveryReason>;
  /** Id of the contact at Constant Contact, once known. */
  readonly contactId: Maybe<Scalars['ID']['output']>;
  /** What Boxlist did, in words. */
  readonly performed: ReadonlyArray<Scalars['String']['output']>;
  /** When Boxlist next looks at it, while it waits. */
  readonly nextAttemptAt: Maybe<Scalars['DateTime']['output']>;
  /** Calls made for it, oldest first: the last ones. Boxlist keeps 500 of them. */
  readonly attempts: ReadonlyArray<DeliveryAttempt>;
  /** The consent that the decision rests on. */
  readonly consent: ConsentEvidence;
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** When it reached its outcome. */
  readonly settledAt: Maybe<Scalars['DateTime']['output']>;
};


/** One order × one workflow, with its outcome. */
export type DeliveryAttemptsArgs = {
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** The order of a delivery, without personal data. */
export type DeliveryOrder = {
  /** Id of the order, `or_…`. */
  readonly id: Scalars['ID']['output'];
  /** Id of the event, `ev_…`. */
  readonly eventId: Maybe<Scalars['ID']['output']>;
  /** Name of the event. */
  readonly eventName: Maybe<Scalars['String']['output']>;
  /** When the last event of the order happened at the source. */
  readonly occurredAt: Scalars['DateTime']['output'];
};

/** Reason for the status of a delivery. */
export type DeliveryReason = {
  /** Stable code, such as NOT_OPTED_IN. */
  readonly code: Scalars['String']['output'];
  /** The reason in words for people. */
  readonly message: Scalars['String']['output'];
};

/** One call to Constant Contact. */
export type DeliveryAttempt = {
  /** When the call started. */
  readonly at: Scalars['DateTime']['output'];
  /** Name of the call. */
  readonly call: Scalars['String']['output'];
  /** OK, or the error code. */
  readonly answer: Scalars['String']['output'];
  /** Duration of the call. */
  readonly durationMs: Scalars['Int']['output'];
};

/** Evidence of a buyer's consent. */
export type ConsentEvidence = {
  /** What the buyer said. */
  readonly value: OptIn;
  /** Time of the order event with this answer. */
  readonly recordedAt: Scalars['DateTime']['output'];
  /** The order with this answer. */
  readonly orderId: Scalars['ID']['output'];
};

/** Which deliveries to include. Absent fields do not restrict. */
export type DeliveryFilter = {
  /** Deliveries with these ids. */
  readonly ids?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Deliveries with one of these statuses. */
  readonly statuses?: InputMaybe<ReadonlyArray<DeliveryStatus>>;
  /** Deliveries with one of these reason codes. */
  readonly reasons?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Deliveries of this workflow. */
  readonly workflowId?: InputMaybe<Scalars['ID']['input']>;
  /** Deliveries of orders for this event, `ev_…`. */
  readonly eventId?: InputMaybe<Scalars['ID']['input']>;
  /** Deliveries of this order, `or_…`. */
  readonly orderId?: InputMaybe<Scalars['ID']['input']>;
  /**
   * Deliveries of the buyer with this e-mail address. Upper and lower case and invisible characters do
   * not matter.
   */
  readonly email?: InputMaybe<Scalars['String']['input']>;
  /** Created at or after this time. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Created before this time. */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A page of deliveries. */
export type DeliveryConnection = {
  /** The items with their cursors. */
  readonly edges: ReadonlyArray<DeliveryEdge>;
  /** The items without cursors. */
  readonly nodes: ReadonlyArray<Delivery>;
  /** Position of the page. */
  readonly pageInfo: PageInfo;
  /**
   * Number of items in all. Exact if the filter uses only workflow, statuses and reasons, with these
   * conditions: `statuses` contains both PENDING and WAITING or neither, no reason is one that
   * deliveries wait for, and no matching deliveries have expired. Otherwise Boxlist counts up to
   * 10,000, and `totalCountIsExact` says whether there are more.
   */
  readonly totalCount: Scalars['Int']['output'];
  /** Whether the count is exact. If not, there are at least that many: show it as 10,000+. */
  readonly totalCountIsExact: Scalars['Boolean']['output'];
};

/** A delivery on a page. */
export type DeliveryEdge = {
  /** Cursor for `after` and `before`. */
  readonly cursor: Scalars['String']['output'];
  /** The delivery. */
  readonly node: Delivery;
};

/**
 * Counts of a workflow's deliveries: synced + skipped + failed + pending = total. They cover all
 * deliveries ever made. Expired ones still count under their last outcome, while `deliveries` lists
 * only those that are kept.
 */
export type WorkflowStats = {
  /** All deliveries. */
  readonly total: Scalars['Int']['output'];
  /** Synchronised. */
  readonly synced: Scalars['Int']['output'];
  /** Skipped, for a reason. */
  readonly skipped: Scalars['Int']['output'];
  /** Failed. */
  readonly failed: Scalars['Int']['output'];
  /** Still open, including those that wait. */
  readonly pending: Scalars['Int']['output'];
  /** Skipped deliveries by reason. */
  readonly skippedByReason: ReadonlyArray<ReasonCount>;
};

/** Number of deliveries with one reason. */
export type ReasonCount = {
  /** Reason code. */
  readonly code: Scalars['String']['output'];
  /** Number of deliveries. */
  readonly count: Scalars['Int']['output'];
};

/** State of the synchronisation for a box office. */
export type SyncHealth = {
  /** Deliveries that are processed as soon as a call is available. */
  readonly pending: Scalars['Int']['output'];
  /** Deliveries that wait. */
  readonly waiting: Scalars['Int']['output'];
  /**
   * Whether `pending` and `waiting` are exact. False only if both exceed 10,000; each then shows
   * 10,000.
   */
  readonly countsAreExact: Scalars['Boolean']['output'];
  /** When the oldest open delivery was created. */
  readonly oldestPendingAt: Maybe<Scalars['DateTime']['output']>;
  /**
   * What deliveries wait for, the most frequent first. Reasons without waiting deliveries are left
   * out.
   */
  readonly waitingFor: ReadonlyArray<WaitingFor>;
  /**
   * Imported contacts that wait for explicit permission, which takes calls that a day leaves over.
   * Counted up to 10,000.
   */
  readonly upgradesWaiting: Scalars['Int']['output'];
  /** The application's quota at Constant Contact, shared by all box offices. */
  readonly quota: Quota;
  /** Connections that need a new sign-in, at most 20. Their deliveries wait. */
  readonly connectionsNeedingReconnect: ReadonlyArray<Connection>;
  /** State of the event intake, for all box offices together. */
  readonly intake: IntakeHealth;
};

/**
 * State of the event intake, for all box offices together, because each partition of a topic serves
 * many of them. The service's log and metrics alert the operator.
 */
export type IntakeHealth = {
  /**
   * Partitions without progress for longer than the operator's setting, the longest first. Their
   * events wait and are not lost. All other events come in. At most 100.
   */
  readonly standingStill: ReadonlyArray<EventStandstill>;
  /**
   * Number of unreadable ranges of order events (damaged, compressed with an unknown codec, or too
   * large) that Boxlist set aside within the retention of dead letters. Boxlist cannot tell which box
   * offices they belong to.
   */
  readonly unreadable: Scalars['Int']['output'];
};

/** A partition of a topic without progress. */
export type EventStandstill = {
  /** The topic. */
  readonly topic: Scalars['String']['output'];
  /** The partition. Null if a service receives nothing of the topic. */
  readonly partition: Maybe<Scalars['Int']['output']>;
  /** When progress stopped. */
  readonly since: Scalars['DateTime']['output'];
  /** Error code of the last failed attempt, if known. */
  readonly code: Maybe<Scalars['String']['output']>;
};

/** Deliveries that wait for the same reason. */
export type WaitingFor = {
  /** What they wait for. */
  readonly reason: DeliveryReason;
  /** Number of deliveries. Counted up to 10,000. */
  readonly count: Scalars['Int']['output'];
  /**
   * When the first of them continues at the latest. Many continue earlier, as soon as what they wait
   * for happens.
   */
  readonly nextAttemptAt: Scalars['DateTime']['output'];
};

/** Calls to Constant Contact on the current UTC day. */
export type Quota = {
  /** Calls allowed per day. */
  readonly limitPerDay: Scalars['Int']['output'];
  /** Calls used today. */
  readonly usedToday: Scalars['Int']['output'];
  /** Calls left today. */
  readonly leftToday: Scalars['Int']['output'];
  /** Calls allowed per second. */
  readonly perSecond: Scalars['Int']['output'];
  /** When the day ends: 00:00 UTC. */
  readonly resetsAt: Scalars['DateTime']['output'];
  /** Today's calls by purpose. */
  readonly usedBy: ReadonlyArray<QuotaUse>;
  /** Buyers expected until the day ends, at the pace of the last hour. */
  readonly expectedToday: Scalars['Int']['output'];
  /**
   * Current batching window of the box office in milliseconds: how long its orders wait so that they
   * share calls. 0 while calls are ample or used up, and for a box office with too few orders to share
   * calls.
   */
  readonly gatherMs: Scalars['Int']['output'];
};

/** Purpose of a call, in the order of priority. */
export type CallClass =
  /** Pages that a person waits for: lists, tags and fields of the account. */
  | 'INTERACTIVE'
  /** Orders as they arrive. */
  | 'LIVE'
  /** Retried deliveries. */
  | 'RETRY'
  /** Asking Constant Contact about the progress of its activities. */
  | 'POLL'
  /** Orders from before a workflow. */
  | 'BACKFILL'
  /**
   * Explicit permission for contacts that Boxlist imported because calls ran short, and phone numbers
   * that had to wait. They use calls that nothing else could use before the day ends.
   */
  | 'UPGRADE';

/** Number of calls with one purpose. */
export type QuotaUse = {
  /** The purpose. */
  readonly class: CallClass;
  /** Number of calls. */
  readonly calls: Scalars['Int']['output'];
};

export type Mutation = {
  /**
   * Requeues skipped, failed or waiting deliveries, at most 100,000 per retry. Deliveries that ended
   * longer ago than history is kept stay unchanged. The retry runs in the background; its `progress`
   * shows how far it is. Role: manager or owner.
   */
  readonly retryDeliveries: RetryDeliveriesPayload;
  /** Ends a retry. Deliveries that it has already requeued stay in the queue. Role: manager or owner. */
  readonly cancelRetry: CancelRetryPayload;
  /**
   * Shows what a workflow would do with the latest orders, as far as is known now. Writes nothing and
   * makes no calls. Role: manager or owner.
   */
  readonly previewWorkflow: PreviewWorkflowPayload;
  /**
   * Shows what a backfill would do. Writes nothing. Makes no calls, except to Ticket Tailor if the
   * orders come from there. Role: manager or owner.
   */
  readonly planBackfill: PlanBackfillPayload;
  /**
   * Starts a backfill: creates deliveries for orders that came before the workflow. Skips orders that
   * already have a delivery of the workflow. Role: manager or owner.
   */
  readonly startBackfill: StartBackfillPayload;
  /** Pauses a backfill. Work in progress still finishes. Role: manager or owner. */
  readonly pauseBackfill: ChangeBackfillPayload;
  /** Resumes a paused backfill. Role: manager or owner. */
  readonly resumeBackfill: ChangeBackfillPayload;
  /** Cancels a backfill. What is already synchronised stays. Role: manager or owner. */
  readonly cancelBackfill: ChangeBackfillPayload;
  /**
   * Publishes open dead letters to the orders topic again, unchanged. Each is replayed once, even if
   * requested repeatedly. Role: manager or owner.
   */
  readonly replayDeadLetters: ReplayDeadLettersPayload;
  /** Discards open dead letters for good. Role: manager or owner. */
  readonly discardDeadLetters: DiscardDeadLettersPayload;
  /** Exports everything that the sync service keeps of a buyer. Role: manager or owner. */
  readonly exportBuyer: ExportBuyerPayload;
  /**
   * Erases a buyer from everything that the sync service keeps, at once and for good. The address
   * stays blocked in this box office: no replay, backfill, late event or new order with this address
   * brings the person back. Such orders end as SKIPPED with the reason BUYER_ERASED. You cannot undo
   * this. Role: owner.
   */
  readonly eraseBuyer: EraseBuyerPayload;
};


export type MutationRetryDeliveriesArgs = {
  input: RetryDeliveriesInput;
};


export type MutationCancelRetryArgs = {
  input: CancelRetryInput;
};


export type MutationPreviewWorkflowArgs = {
  input: PreviewWorkflowInput;
};


export type MutationPlanBackfillArgs = {
  input: BackfillInput;
};


export type MutationStartBackfillArgs = {
  input: BackfillInput;
};


export type MutationPauseBackfillArgs = {
  input: ChangeBackfillInput;
};


export type MutationResumeBackfillArgs = {
  input: ChangeBackfillInput;
};


export type MutationCancelBackfillArgs = {
  input: ChangeBackfillInput;
};


export type MutationReplayDeadLettersArgs = {
  input: DeadLettersInput;
};


export type MutationDiscardDeadLettersArgs = {
  input: DeadLettersInput;
};


export type MutationExportBuyerArgs = {
  input: ExportBuyerInput;
};


export type MutationEraseBuyerArgs = {
  input: EraseBuyerInput;
};

/** Which workflow to preview. */
export type PreviewWorkflowInput = {
  /** Id of the workflow. A paused workflow is previewed as if it were active. */
  readonly workflowId: Scalars['ID']['input'];
  /** Number of latest orders to preview, 1 to 200. Default: 50. */
  readonly last?: InputMaybe<Scalars['Int']['input']>;
};

/** What a workflow would do with one order. */
export type PreviewedOrder = {
  /** The order. */
  readonly order: DeliveryOrder;
  /** How its delivery would end. If Boxlist does not know the contact, it assumes that there is none. */
  readonly status: DeliveryStatus;
  /** Reason for this status. */
  readonly reason: Maybe<DeliveryReason>;
  /** Lists named after the order that the contact would be added to, besides the workflow's own lists. */
  readonly listNames: ReadonlyArray<Scalars['String']['output']>;
  /** Tags named after the order that the contact would get, besides the workflow's own tags. */
  readonly tagNames: ReadonlyArray<Scalars['String']['output']>;
};

/** What a workflow would do with the latest orders. */
export type WorkflowPreview = {
  /** The orders, newest first. */
  readonly orders: ReadonlyArray<PreviewedOrder>;
  /** Approximate number of calls to Constant Contact for all of these orders. */
  readonly callsNeeded: Scalars['Int']['output'];
};

/** Result of the preview. */
export type PreviewWorkflowPayload = {
  /** What it would do. Null if `userErrors` explain why not. */
  readonly preview: Maybe<WorkflowPreview>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which orders to backfill, and how. */
export type BackfillInput = {
  /** Id of the workflow. Its filter and settings apply. */
  readonly workflowId: Scalars['ID']['input'];
  /** How new contacts are treated. */
  readonly mode: BackfillMode;
  /** Where the orders come from. */
  readonly source?: InputMaybe<OrderSource>;
  /**
   * Orders that Boxlist received at or after this time. For orders from Ticket Tailor: created at or
   * after it, in whole seconds. Default: all.
   */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /**
   * Orders that Boxlist received before this time. For orders from Ticket Tailor: created before it.
   * Default: now.
   */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** What a backfill would do. */
export type BackfillPlan = {
  /** Orders without a delivery of this workflow. */
  readonly orders: Scalars['Int']['output'];
  /**
   * Whether there are more orders than this plan covers. From Ticket Tailor it reads only the newest
   * 5,000 orders, or fewer if reading takes long or fails. All numbers, the calls and the time then
   * cover only these orders.
   */
  readonly isPartial: Scalars['Boolean']['output'];
  /** Number of different buyers that would go to Constant Contact. */
  readonly buyers: Scalars['Int']['output'];
  /**
   * Orders by decision. GO: goes to Constant Contact. All other codes are reasons for which orders
   * would be skipped, wait or fail.
   */
  readonly decisions: ReadonlyArray<ReasonCount>;
  /** Approximate number of calls to Constant Contact. */
  readonly callsNeeded: Scalars['Int']['output'];
  /** Approximate time at which it would be done. Live orders come first. */
  readonly doneAt: Scalars['DateTime']['output'];
};

/** Result of the planning. */
export type PlanBackfillPayload = {
  /** What it would do. Null if `userErrors` explain why not. */
  readonly plan: Maybe<BackfillPlan>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Result of the start. */
export type StartBackfillPayload = {
  /** The backfill. Null if `userErrors` explain why not. */
  readonly backfill: Maybe<Backfill>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which backfill to change. */
export type ChangeBackfillInput = {
  /** Its id. */
  readonly backfillId: Scalars['ID']['input'];
};

/** Result of the change. */
export type ChangeBackfillPayload = {
  /** The backfill after the change. */
  readonly backfill: Maybe<Backfill>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which deliveries to retry. */
export type RetryDeliveriesInput = {
  /**
   * Filter for skipped, failed and waiting deliveries. If more than 100,000 match, none is requeued
   * and the error is TOO_MANY_TO_RETRY.
   */
  readonly filter: DeliveryFilter;
};

/** Result of the request. */
export type RetryDeliveriesPayload = {
  /** The retry, with the number of matching deliveries. */
  readonly retry: Maybe<Retry>;
  /**
   * Number of matching deliveries.
   * @deprecated Ask for retry { progress { matched } }.
   */
  readonly accepted: Maybe<Scalars['Int']['output']>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which retry to cancel. */
export type CancelRetryInput = {
  /** Its id. */
  readonly retryId: Scalars['ID']['input'];
};

/** Result of the cancellation. */
export type CancelRetryPayload = {
  /** The retry after the change. */
  readonly retry: Maybe<Retry>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** What a notice is about. */
export type NoticeKind =
  /**
   * A connection needs a new sign-in, and its deliveries wait. Over once somebody signs in again or
   * ends the connection.
   */
  | 'CONNECTION_BROKEN'
  /**
   * Many of the last 100 outcomes of a workflow failed: 50, 70, 90 or 100, each with a notice of its
   * own. Skipped deliveries do not count as outcomes. While there are fewer than 100 outcomes, the
   * missing ones count as not failed. The count is per workflow, because a wrong list or field affects
   * one workflow and would be hidden by others that work; a problem of the whole connection raises a
   * notice of the connection. All levels are over once fewer than 40 have failed, so a share that
   * swings around 50 does not raise a notice each time. After that, each level can be raised again.
   */
  | 'FAILURES'
  /**
   * The day's calls are used up, and deliveries of the box office wait for new ones. Over once calls
   * are available again: at 00:00 UTC, or earlier if the operator raises the limit.
   */
  | 'QUOTA_EXHAUSTED'
  /** Some order events were unreadable and need a person. Over once no such dead letter is open. */
  | 'DEAD_LETTERS';

/** Whether a notice is over. */
export type NoticeState =
  /** The problem exists now. */
  | 'RAISED'
  /** The problem is over. */
  | 'RECOVERED';

/**
 * A problem that an organiser should know about, from its beginning to its end. Boxlist raises one
 * notice each time that the problem begins, and publishes it on `notices.v1` at the beginning and at
 * the end. No personal data.
 */
export type Notice = Node & {
  /** Id of the notice, `ntc_…`. */
  readonly id: Scalars['ID']['output'];
  /** What the notice is about. */
  readonly kind: NoticeKind;
  /** For FAILURES: 50, 70, 90 or 100 failures among the last 100 outcomes. Null for other kinds. */
  readonly level: Maybe<Scalars['Int']['output']>;
  /** The connection that the notice is about, if any. */
  readonly connection: Maybe<Connection>;
  /** The workflow that the notice is about, if any. */
  readonly workflow: Maybe<Workflow>;
  /** When Boxlist first saw the problem. */
  readonly raisedAt: Scalars['DateTime']['output'];
  /** When the problem was over. Null until then. */
  readonly recoveredAt: Maybe<Scalars['DateTime']['output']>;
};

/** A page of notices. */
export type NoticeConnection = {
  /** The items with their cursors. */
  readonly edges: ReadonlyArray<NoticeEdge>;
  /** The items without cursors. */
  readonly nodes: ReadonlyArray<Notice>;
  /** Position of the page. */
  readonly pageInfo: PageInfo;
};

/** A notice on a page. */
export type NoticeEdge = {
  /** Cursor for `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The notice. */
  readonly node: Notice;
};

/** Status of a dead letter. */
export type DeadLetterStatus =
  /** It needs a person to replay or discard it. */
  | 'OPEN'
  /** It was replayed. Whether Boxlist can read it now is not known yet. */
  | 'REPLAYED'
  /** It was replayed, and Boxlist could read it. */
  | 'TAKEN'
  /** It was replayed and came back as another dead letter. */
  | 'CAME_BACK'
  /** It was discarded. */
  | 'DISCARDED';

/** An order event, or a webhook of an order, that Boxlist could not read. No personal data. */
export type DeadLetter = {
  /** Id of the dead letter, `dl_…`. */
  readonly id: Scalars['ID']['output'];
  /** Current status. */
  readonly status: DeadLetterStatus;
  /** Code from the error registry (docs/errors.md). */
  readonly code: Scalars['String']['output'];
  /** What is wrong with it. */
  readonly reason: Scalars['String']['output'];
  /** When it was set aside. */
  readonly receivedAt: Scalars['DateTime']['output'];
  /** Id of the order, `or_…`, if the event names it. */
  readonly orderId: Maybe<Scalars['ID']['output']>;
  /**
   * Whether it can be replayed. Boxlist does not keep the content of an event that is larger than the
   * intake or Kafka accepts, nor of an unreadable webhook. Ticket Tailor resends such a webhook for
   * three days.
   */
  readonly canReplay: Scalars['Boolean']['output'];
  /** When it was replayed. */
  readonly replayedAt: Maybe<Scalars['DateTime']['output']>;
  /** The first dead letter of the same event, if this one came back from a replay. */
  readonly replayOfId: Maybe<Scalars['ID']['output']>;
};

/** A page of dead letters. */
export type DeadLetterConnection = {
  /** The items with their cursors. */
  readonly edges: ReadonlyArray<DeadLetterEdge>;
  /** The items without cursors. */
  readonly nodes: ReadonlyArray<DeadLetter>;
  /** Position of the page. */
  readonly pageInfo: PageInfo;
  /** Number of items in all. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A dead letter on a page. */
export type DeadLetterEdge = {
  /** Cursor for `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The dead letter. */
  readonly node: DeadLetter;
};

/** Which dead letters: those with these ids, or all open ones. */
export type DeadLettersInput = {
  /** Dead letters with these ids, at most 1,000. Those that are not open are left out. */
  readonly ids?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** All open dead letters. */
  readonly all?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Result of the replay. */
export type ReplayDeadLettersPayload = {
  /** Number of dead letters. */
  readonly accepted: Maybe<Scalars['Int']['output']>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Result of the discarding. */
export type DiscardDeadLettersPayload = {
  /** Number of dead letters. */
  readonly discarded: Maybe<Scalars['Int']['output']>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Whose data to export. */
export type ExportBuyerInput = {
  /** The buyer's e-mail address. */
  readonly email: Scalars['String']['input'];
};

/** Result of the export. */
export type ExportBuyerPayload = {
  /**
   * Orders; deliveries with outcomes, attempts and consent; what is known of the contact; ids and
   * times left by expired orders; dead letters that name the address; and the erasure, if requested.
   * `complete` says whether this is everything.
   */
  readonly export: Maybe<Scalars['JSON']['output']>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Whom to erase. */
export type EraseBuyerInput = {
  /** The buyer's e-mail address. */
  readonly email: Scalars['String']['input'];
  /** Whether to also delete the contact at Constant Contact, in every connected account. */
  readonly deleteContact: Scalars['Boolean']['input'];
};

/** Status of an erasure. */
export type ErasureStatus =
  /**
   * Boxlist no longer keeps data of the buyer. It still waits for calls and imports that were in
   * progress, and may have contacts to delete.
   */
  | 'RUNNING'
  /** Everything is done. */
  | 'DONE';

/** Status of the deletion of a contact. */
export type ErasedContactState =
  /** Boxlist will try again. It may be waiting for a new sign-in. */
  | 'PENDING'
  /** The contact is deleted, as far as Constant Contact deletes contacts. */
  | 'DELETED'
  /** There is no such contact. */
  | 'NOT_FOUND'
  /**
   * Boxlist gave up: the connection has ended, or Constant Contact refused the deletion or could not
   * be reached for days. Delete the contact there by hand.
   */
  | 'GAVE_UP';

/** Deletion of the contact in one account. */
export type ErasedContact = {
  /** The connection to the account. */
  readonly connection: Connection;
  /** Current status. */
  readonly state: ErasedContactState;
};

/** The erasure of a buyer. */
export type BuyerErasure = {
  /** Current status. */
  readonly status: ErasureStatus;
  /** When it was last requested. */
  readonly requestedAt: Scalars['DateTime']['output'];
  /**
   * Deletion of the contact in each account. Empty before the first attempt, and if nobody requested
   * the deletion.
   */
  readonly contacts: ReadonlyArray<ErasedContact>;
  /** What this erasure does not reach, and whom to ask, in words. */
  readonly remains: ReadonlyArray<Scalars['String']['output']>;
};

/** Result of the request. */
export type EraseBuyerPayload = {
  /** The erasure and its progress. Null if `userErrors` explain why not. */
  readonly erasure: Maybe<BuyerErasure>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  BoxOffice: BoxOffice;
  Workflow: Workflow;
  Backfill: Backfill;
  Retry: Retry;
  Delivery: Delivery;
  Notice: Notice;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  BoxOffice:
    ( { __typename: 'BoxOffice' }
    & GraphQLRecursivePick<FederationTypes['BoxOffice'], {"id":true}> );
  Workflow:
    ( { __typename: 'Workflow' }
    & GraphQLRecursivePick<FederationTypes['Workflow'], {"id":true}> );
  Backfill:
    ( { __typename: 'Backfill' }
    & GraphQLRecursivePick<FederationTypes['Backfill'], {"id":true}> );
  Retry:
    ( { __typename: 'Retry' }
    & GraphQLRecursivePick<FederationTypes['Retry'], {"id":true}> );
  Delivery:
    ( { __typename: 'Delivery' }
    & GraphQLRecursivePick<FederationTypes['Delivery'], {"id":true}> );
  Notice:
    ( { __typename: 'Notice' }
    & GraphQLRecursivePick<FederationTypes['Notice'], {"id":true}> );
};


/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( BackfillSource & { __typename: 'Backfill' } )
    | ( RetrySource & { __typename: 'Retry' } )
    | ( DeliverySource & { __typename: 'Delivery' } )
    | ( NoticeSource & { __typename: 'Notice' } )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  UserError: ResolverTypeWrapper<UserError>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  BoxOffice: ResolverTypeWrapper<{ readonly id: string }>;
  Retention: ResolverTypeWrapper<Retention>;
  Workflow: ResolverTypeWrapper<{ readonly id: string }>;
  BackfillMode: BackfillMode;
  OrderSource: OrderSource;
  BackfillPauseReason: BackfillPauseReason;
  BackfillStatus: BackfillStatus;
  Backfill: ResolverTypeWrapper<BackfillSource>;
  BackfillProgress: ResolverTypeWrapper<BackfillProgress>;
  RetryStatus: RetryStatus;
  Retry: ResolverTypeWrapper<RetrySource>;
  RetryProgress: ResolverTypeWrapper<RetryProgress>;
  Connection: ResolverTypeWrapper<Connection>;
  DeliveryStatus: DeliveryStatus;
  OptIn: OptIn;
  Delivery: ResolverTypeWrapper<DeliverySource>;
  DeliveryOrder: ResolverTypeWrapper<DeliveryOrder>;
  DeliveryReason: ResolverTypeWrapper<DeliveryReason>;
  DeliveryAttempt: ResolverTypeWrapper<DeliveryAttempt>;
  ConsentEvidence: ResolverTypeWrapper<ConsentEvidence>;
  DeliveryFilter: DeliveryFilter;
  DeliveryConnection: ResolverTypeWrapper<DeliveryPageSource>;
  DeliveryEdge: ResolverTypeWrapper<Omit<DeliveryEdge, 'node'> & { node: ResolversTypes['Delivery'] }>;
  WorkflowStats: ResolverTypeWrapper<WorkflowStats>;
  ReasonCount: ResolverTypeWrapper<ReasonCount>;
  SyncHealth: ResolverTypeWrapper<Omit<SyncHealth, 'waitingFor' | 'quota'> & { waitingFor: ReadonlyArray<ResolversTypes['WaitingFor']>, quota: ResolversTypes['Quota'] }>;
  IntakeHealth: ResolverTypeWrapper<IntakeHealth>;
  EventStandstill: ResolverTypeWrapper<EventStandstill>;
  WaitingFor: ResolverTypeWrapper<WaitingSource>;
  Quota: ResolverTypeWrapper<Omit<Quota, 'usedBy'> & { usedBy: ReadonlyArray<ResolversTypes['QuotaUse']> }>;
  CallClass: CallClass;
  QuotaUse: ResolverTypeWrapper<{ readonly class: import('../domain/ledger-state').CallClass; readonly calls: number }>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PreviewWorkflowInput: PreviewWorkflowInput;
  PreviewedOrder: ResolverTypeWrapper<PreviewedSource>;
  WorkflowPreview: ResolverTypeWrapper<Omit<WorkflowPreview, 'orders'> & { orders: ReadonlyArray<ResolversTypes['PreviewedOrder']> }>;
  PreviewWorkflowPayload: ResolverTypeWrapper<Omit<PreviewWorkflowPayload, 'preview'> & { preview: Maybe<ResolversTypes['WorkflowPreview']> }>;
  BackfillInput: BackfillInput;
  BackfillPlan: ResolverTypeWrapper<BackfillPlan>;
  PlanBackfillPayload: ResolverTypeWrapper<PlanBackfillPayload>;
  StartBackfillPayload: ResolverTypeWrapper<Omit<StartBackfillPayload, 'backfill'> & { backfill: Maybe<ResolversTypes['Backfill']> }>;
  ChangeBackfillInput: ChangeBackfillInput;
  ChangeBackfillPayload: ResolverTypeWrapper<Omit<ChangeBackfillPayload, 'backfill'> & { backfill: Maybe<ResolversTypes['Backfill']> }>;
  RetryDeliveriesInput: RetryDeliveriesInput;
  RetryDeliveriesPayload: ResolverTypeWrapper<Omit<RetryDeliveriesPayload, 'retry'> & { retry: Maybe<ResolversTypes['Retry']> }>;
  CancelRetryInput: CancelRetryInput;
  CancelRetryPayload: ResolverTypeWrapper<Omit<CancelRetryPayload, 'retry'> & { retry: Maybe<ResolversTypes['Retry']> }>;
  NoticeKind: NoticeKind;
  NoticeState: NoticeState;
  Notice: ResolverTypeWrapper<NoticeSource>;
  NoticeConnection: ResolverTypeWrapper<NoticePageSource>;
  NoticeEdge: ResolverTypeWrapper<Omit<NoticeEdge, 'node'> & { node: ResolversTypes['Notice'] }>;
  DeadLetterStatus: DeadLetterStatus;
  DeadLetter: ResolverTypeWrapper<DeadLetterSource>;
  DeadLetterConnection: ResolverTypeWrapper<DeadLetterPageSource>;
  DeadLetterEdge: ResolverTypeWrapper<Omit<DeadLetterEdge, 'node'> & { node: ResolversTypes['DeadLetter'] }>;
  DeadLettersInput: DeadLettersInput;
  ReplayDeadLettersPayload: ResolverTypeWrapper<ReplayDeadLettersPayload>;
  DiscardDeadLettersPayload: ResolverTypeWrapper<DiscardDeadLettersPayload>;
  ExportBuyerInput: ExportBuyerInput;
  ExportBuyerPayload: ResolverTypeWrapper<ExportBuyerPayload>;
  EraseBuyerInput: EraseBuyerInput;
  ErasureStatus: ErasureStatus;
  ErasedContactState: ErasedContactState;
  ErasedContact: ResolverTypeWrapper<ErasedContactSource>;
  BuyerErasure: ResolverTypeWrapper<ErasureSource>;
  EraseBuyerPayload: ResolverTypeWrapper<Omit<EraseBuyerPayload, 'erasure'> & { erasure: Maybe<ResolversTypes['BuyerErasure']> }>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  JSON: Scalars['JSON']['output'];
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  ID: Scalars['ID']['output'];
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  String: Scalars['String']['output'];
  UserError: UserError;
  Query: Record<PropertyKey, never>;
  BoxOffice: { readonly id: string };
  Retention: Retention;
  Workflow: { readonly id: string };
  Backfill: BackfillSource;
  BackfillProgress: BackfillProgress;
  Retry: RetrySource;
  RetryProgress: RetryProgress;
  Connection: Connection;
  Delivery: DeliverySource;
  DeliveryOrder: DeliveryOrder;
  DeliveryReason: DeliveryReason;
  DeliveryAttempt: DeliveryAttempt;
  ConsentEvidence: ConsentEvidence;
  DeliveryFilter: DeliveryFilter;
  DeliveryConnection: DeliveryPageSource;
  DeliveryEdge: Omit<DeliveryEdge, 'node'> & { node: ResolversParentTypes['Delivery'] };
  WorkflowStats: WorkflowStats;
  ReasonCount: ReasonCount;
  SyncHealth: Omit<SyncHealth, 'waitingFor' | 'quota'> & { waitingFor: ReadonlyArray<ResolversParentTypes['WaitingFor']>, quota: ResolversParentTypes['Quota'] };
  IntakeHealth: IntakeHealth;
  EventStandstill: EventStandstill;
  WaitingFor: WaitingSource;
  Quota: Omit<Quota, 'usedBy'> & { usedBy: ReadonlyArray<ResolversParentTypes['QuotaUse']> };
  QuotaUse: { readonly class: import('../domain/ledger-state').CallClass; readonly calls: number };
  Mutation: Record<PropertyKey, never>;
  PreviewWorkflowInput: PreviewWorkflowInput;
  PreviewedOrder: PreviewedSource;
  WorkflowPreview: Omit<WorkflowPreview, 'orders'> & { orders: ReadonlyArray<ResolversParentTypes['PreviewedOrder']> };
  PreviewWorkflowPayload: Omit<PreviewWorkflowPayload, 'preview'> & { preview: Maybe<ResolversParentTypes['WorkflowPreview']> };
  BackfillInput: BackfillInput;
  BackfillPlan: BackfillPlan;
  PlanBackfillPayload: PlanBackfillPayload;
  StartBackfillPayload: Omit<StartBackfillPayload, 'backfill'> & { backfill: Maybe<ResolversParentTypes['Backfill']> };
  ChangeBackfillInput: ChangeBackfillInput;
  ChangeBackfillPayload: Omit<ChangeBackfillPayload, 'backfill'> & { backfill: Maybe<ResolversParentTypes['Backfill']> };
  RetryDeliveriesInput: RetryDeliveriesInput;
  RetryDeliveriesPayload: Omit<RetryDeliveriesPayload, 'retry'> & { retry: Maybe<ResolversParentTypes['Retry']> };
  CancelRetryInput: CancelRetryInput;
  CancelRetryPayload: Omit<CancelRetryPayload, 'retry'> & { retry: Maybe<ResolversParentTypes['Retry']> };
  Notice: NoticeSource;
  NoticeConnection: NoticePageSource;
  NoticeEdge: Omit<NoticeEdge, 'node'> & { node: ResolversParentTypes['Notice'] };
  DeadLetter: DeadLetterSource;
  DeadLetterConnection: DeadLetterPageSource;
  DeadLetterEdge: Omit<DeadLetterEdge, 'node'> & { node: ResolversParentTypes['DeadLetter'] };
  DeadLettersInput: DeadLettersInput;
  ReplayDeadLettersPayload: ReplayDeadLettersPayload;
  DiscardDeadLettersPayload: DiscardDeadLettersPayload;
  ExportBuyerInput: ExportBuyerInput;
  ExportBuyerPayload: ExportBuyerPayload;
  EraseBuyerInput: EraseBuyerInput;
  ErasedContact: ErasedContactSource;
  BuyerErasure: ErasureSource;
  EraseBuyerPayload: Omit<EraseBuyerPayload, 'erasure'> & { erasure: Maybe<ResolversParentTypes['BuyerErasure']> };
  Int: Scalars['Int']['output'];
};

export type AtMostDirectiveArgs = {
  value: Scalars['Int']['input'];
};

export type AtMostDirectiveResolver<Result, Parent, ContextType = GraphContext, Args = AtMostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type NodeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Backfill' | 'Retry' | 'Delivery' | 'Notice', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UserErrorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['UserError'] = ResolversParentTypes['UserError']> = {
  code: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  field: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  boxOffice?: Resolver<ResolversTypes['BoxOffice'], ParentType, ContextType>;
};

export type BoxOfficeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['BoxOffice'] = ResolversParentTypes['BoxOffice'], FederationReferenceType extends FederationReferenceTypes['BoxOffice'] = FederationReferenceTypes['BoxOffice']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['BoxOffice']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  deliveries: Resolver<ResolversTypes['DeliveryConnection'], ParentType, ContextType, Partial<BoxOfficeDeliveriesArgs>>;
  syncHealth: Resolver<ResolversTypes['SyncHealth'], ParentType, ContextType>;
  deadLetters: Resolver<ResolversTypes['DeadLetterConnection'], ParentType, ContextType, Partial<BoxOfficeDeadLettersArgs>>;
  retries: Resolver<ReadonlyArray<ResolversTypes['Retry']>, ParentType, ContextType>;
  notices: Resolver<ResolversTypes['NoticeConnection'], ParentType, ContextType, Partial<BoxOfficeNoticesArgs>>;
  buyerErasure: Resolver<Maybe<ResolversTypes['BuyerErasure']>, ParentType, ContextType, RequireFields<BoxOfficeBuyerErasureArgs, 'email'>>;
  retention: Resolver<ResolversTypes['Retention'], ParentType, ContextType>;
};

export type RetentionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Retention'] = ResolversParentTypes['Retention']> = {
  historyDays: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  deadLetterDays: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type WorkflowResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Workflow'] = ResolversParentTypes['Workflow'], FederationReferenceType extends FederationReferenceTypes['Workflow'] = FederationReferenceTypes['Workflow']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['Workflow']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  stats: Resolver<ResolversTypes['WorkflowStats'], ParentType, ContextType>;
  deliveries: Resolver<ResolversTypes['DeliveryConnection'], ParentType, ContextType, Partial<WorkflowDeliveriesArgs>>;
  backfills: Resolver<ReadonlyArray<ResolversTypes['Backfill']>, ParentType, ContextType>;
};

export type BackfillResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Backfill'] = ResolversParentTypes['Backfill'], FederationReferenceType extends FederationReferenceTypes['Backfill'] = FederationReferenceTypes['Backfill']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['Backfill']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  workflow: Resolver<ResolversTypes['Workflow'], ParentType, ContextType>;
  mode: Resolver<ResolversTypes['BackfillMode'], ParentType, ContextType>;
  source: Resolver<ResolversTypes['OrderSource'], ParentType, ContextType>;
  status: Resolver<ResolversTypes['BackfillStatus'], ParentType, ContextType>;
  pausedFor: Resolver<Maybe<ResolversTypes['BackfillPauseReason']>, ParentType, ContextType>;
  waitsUntil: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  progress: Resolver<ResolversTypes['BackfillProgress'], ParentType, ContextType>;
  createdAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BackfillProgressResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['BackfillProgress'] = ResolversParentTypes['BackfillProgress']> = {
  made: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  synced: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  skipped: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failed: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  pending: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unreadable: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type RetryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Retry'] = ResolversParentTypes['Retry'], FederationReferenceType extends FederationReferenceTypes['Retry'] = FederationReferenceTypes['Retry']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['Retry']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status: Resolver<ResolversTypes['RetryStatus'], ParentType, ContextType>;
  progress: Resolver<ResolversTypes['RetryProgress'], ParentType, ContextType>;
  createdAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RetryProgressResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RetryProgress'] = ResolversParentTypes['RetryProgress']> = {
  matched: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  requeued: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Connection'] = ResolversParentTypes['Connection']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type DeliveryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Delivery'] = ResolversParentTypes['Delivery'], FederationReferenceType extends FederationReferenceTypes['Delivery'] = FederationReferenceTypes['Delivery']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['Delivery']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  order: Resolver<ResolversTypes['DeliveryOrder'], ParentType, ContextType>;
  workflow: Resolver<ResolversTypes['Workflow'], ParentType, ContextType>;
  status: Resolver<ResolversTypes['DeliveryStatus'], ParentType, ContextType>;
  reason: Resolver<Maybe<ResolversTypes['DeliveryReason']>, ParentType, ContextType>;
  contactId: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  performed: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  nextAttemptAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  attempts: Resolver<ReadonlyArray<ResolversTypes['DeliveryAttempt']>, ParentType, ContextType, Partial<DeliveryAttemptsArgs>>;
  consent: Resolver<ResolversTypes['ConsentEvidence'], ParentType, ContextType>;
  createdAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  settledAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type DeliveryOrderResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DeliveryOrder'] = ResolversParentTypes['DeliveryOrder']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  eventName: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  occurredAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type DeliveryReasonResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DeliveryReason'] = ResolversParentTypes['DeliveryReason']> = {
  code: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DeliveryAttemptResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DeliveryAttempt'] = ResolversParentTypes['DeliveryAttempt']> = {
  at: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  call: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  answer: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  durationMs: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ConsentEvidenceResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ConsentEvidence'] = ResolversParentTypes['ConsentEvidence']> = {
  value: Resolver<ResolversTypes['OptIn'], ParentType, ContextType>;
  recordedAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  orderId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type DeliveryConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DeliveryConnection'] = ResolversParentTypes['DeliveryConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['DeliveryEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['Delivery']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalCountIsExact: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type DeliveryEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DeliveryEdge'] = ResolversParentTypes['DeliveryEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['Delivery'], ParentType, ContextType>;
};

export type WorkflowStatsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowStats'] = ResolversParentTypes['WorkflowStats']> = {
  total: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  synced: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  skipped: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failed: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  pending: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  skippedByReason: Resolver<ReadonlyArray<ResolversTypes['ReasonCount']>, ParentType, ContextType>;
};

export type ReasonCountResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ReasonCount'] = ResolversParentTypes['ReasonCount']> = {
  code: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  count: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SyncHealthResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SyncHealth'] = ResolversParentTypes['SyncHealth']> = {
  pending: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  waiting: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  countsAreExact: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  oldestPendingAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  waitingFor: Resolver<ReadonlyArray<ResolversTypes['WaitingFor']>, ParentType, ContextType>;
  upgradesWaiting: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  quota: Resolver<ResolversTypes['Quota'], ParentType, ContextType>;
  connectionsNeedingReconnect: Resolver<ReadonlyArray<ResolversTypes['Connection']>, ParentType, ContextType>;
  intake: Resolver<ResolversTypes['IntakeHealth'], ParentType, ContextType>;
};

export type IntakeHealthResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['IntakeHealth'] = ResolversParentTypes['IntakeHealth']> = {
  standingStill: Resolver<ReadonlyArray<ResolversTypes['EventStandstill']>, ParentType, ContextType>;
  unreadable: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type EventStandstillResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['EventStandstill'] = ResolversParentTypes['EventStandstill']> = {
  topic: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  partition: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  since: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  code: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type WaitingForResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WaitingFor'] = ResolversParentTypes['WaitingFor']> = {
  reason: Resolver<ResolversTypes['DeliveryReason'], ParentType, ContextType>;
  count: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  nextAttemptAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type QuotaResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Quota'] = ResolversParentTypes['Quota']> = {
  limitPerDay: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  usedToday: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  leftToday: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  perSecond: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  resetsAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  usedBy: Resolver<ReadonlyArray<ResolversTypes['QuotaUse']>, ParentType, ContextType>;
  expectedToday: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  gatherMs: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type QuotaUseResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['QuotaUse'] = ResolversParentTypes['QuotaUse']> = {
  class: Resolver<ResolversTypes['CallClass'], ParentType, ContextType>;
  calls: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  retryDeliveries?: Resolver<ResolversTypes['RetryDeliveriesPayload'], ParentType, ContextType, RequireFields<MutationRetryDeliveriesArgs, 'input'>>;
  cancelRetry?: Resolver<ResolversTypes['CancelRetryPayload'], ParentType, ContextType, RequireFields<MutationCancelRetryArgs, 'input'>>;
  previewWorkflow?: Resolver<ResolversTypes['PreviewWorkflowPayload'], ParentType, ContextType, RequireFields<MutationPreviewWorkflowArgs, 'input'>>;
  planBackfill?: Resolver<ResolversTypes['PlanBackfillPayload'], ParentType, ContextType, RequireFields<MutationPlanBackfillArgs, 'input'>>;
  startBackfill?: Resolver<ResolversTypes['StartBackfillPayload'], ParentType, ContextType, RequireFields<MutationStartBackfillArgs, 'input'>>;
  pauseBackfill?: Resolver<ResolversTypes['ChangeBackfillPayload'], ParentType, ContextType, RequireFields<MutationPauseBackfillArgs, 'input'>>;
  resumeBackfill?: Resolver<ResolversTypes['ChangeBackfillPayload'], ParentType, ContextType, RequireFields<MutationResumeBackfillArgs, 'input'>>;
  cancelBackfill?: Resolver<ResolversTypes['ChangeBackfillPayload'], ParentType, ContextType, RequireFields<MutationCancelBackfillArgs, 'input'>>;
  replayDeadLetters?: Resolver<ResolversTypes['ReplayDeadLettersPayload'], ParentType, ContextType, RequireFields<MutationReplayDeadLettersArgs, 'input'>>;
  discardDeadLetters?: Resolver<ResolversTypes['DiscardDeadLettersPayload'], ParentType, ContextType, RequireFields<MutationDiscardDeadLettersArgs, 'input'>>;
  exportBuyer?: Resolver<ResolversTypes['ExportBuyerPayload'], ParentType, ContextType, RequireFields<MutationExportBuyerArgs, 'input'>>;
  eraseBuyer?: Resolver<ResolversTypes['EraseBuyerPayload'], ParentType, ContextType, RequireFields<MutationEraseBuyerArgs, 'input'>>;
};

export type PreviewedOrderResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PreviewedOrder'] = ResolversParentTypes['PreviewedOrder']> = {
  order: Resolver<ResolversTypes['DeliveryOrder'], ParentType, ContextType>;
  status: Resolver<ResolversTypes['DeliveryStatus'], ParentType, ContextType>;
  reason: Resolver<Maybe<ResolversTypes['DeliveryReason']>, ParentType, ContextType>;
  listNames: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  tagNames: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type WorkflowPreviewResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowPreview'] = ResolversParentTypes['WorkflowPreview']> = {
  orders: Resolver<ReadonlyArray<ResolversTypes['PreviewedOrder']>, ParentType, ContextType>;
  callsNeeded: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type PreviewWorkflowPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PreviewWorkflowPayload'] = ResolversParentTypes['PreviewWorkflowPayload']> = {
  preview: Resolver<Maybe<ResolversTypes['WorkflowPreview']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type BackfillPlanResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['BackfillPlan'] = ResolversParentTypes['BackfillPlan']> = {
  orders: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  isPartial: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  buyers: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  decisions: Resolver<ReadonlyArray<ResolversTypes['ReasonCount']>, ParentType, ContextType>;
  callsNeeded: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  doneAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type PlanBackfillPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PlanBackfillPayload'] = ResolversParentTypes['PlanBackfillPayload']> = {
  plan: Resolver<Maybe<ResolversTypes['BackfillPlan']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type StartBackfillPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['StartBackfillPayload'] = ResolversParentTypes['StartBackfillPayload']> = {
  backfill: Resolver<Maybe<ResolversTypes['Backfill']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ChangeBackfillPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ChangeBackfillPayload'] = ResolversParentTypes['ChangeBackfillPayload']> = {
  backfill: Resolver<Maybe<ResolversTypes['Backfill']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RetryDeliveriesPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RetryDeliveriesPayload'] = ResolversParentTypes['RetryDeliveriesPayload']> = {
  retry: Resolver<Maybe<ResolversTypes['Retry']>, ParentType, ContextType>;
  accepted: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CancelRetryPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CancelRetryPayload'] = ResolversParentTypes['CancelRetryPayload']> = {
  retry: Resolver<Maybe<ResolversTypes['Retry']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type NoticeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Notice'] = ResolversParentTypes['Notice'], FederationReferenceType extends FederationReferenceTypes['Notice'] = FederationReferenceTypes['Notice']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['Notice']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind: Resolver<ResolversTypes['NoticeKind'], ParentType, ContextType>;
  level: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  connection: Resolver<Maybe<ResolversTypes['Connection']>, ParentType, ContextType>;
  workflow: Resolver<Maybe<ResolversTypes['Workflow']>, ParentType, ContextType>;
  raisedAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  recoveredAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type NoticeConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['NoticeConnection'] = ResolversParentTypes['NoticeConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['NoticeEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['Notice']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type NoticeEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['NoticeEdge'] = ResolversParentTypes['NoticeEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['Notice'], ParentType, ContextType>;
};

export type DeadLetterResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DeadLetter'] = ResolversParentTypes['DeadLetter']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status: Resolver<ResolversTypes['DeadLetterStatus'], ParentType, ContextType>;
  code: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  receivedAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  orderId: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  canReplay: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  replayedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  replayOfId: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type DeadLetterConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DeadLetterConnection'] = ResolversParentTypes['DeadLetterConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['DeadLetterEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['DeadLetter']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DeadLetterEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DeadLetterEdge'] = ResolversParentTypes['DeadLetterEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['DeadLetter'], ParentType, ContextType>;
};

export type ReplayDeadLettersPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ReplayDeadLettersPayload'] = ResolversParentTypes['ReplayDeadLettersPayload']> = {
  accepted: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DiscardDeadLettersPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DiscardDeadLettersPayload'] = ResolversParentTypes['DiscardDeadLettersPayload']> = {
  discarded: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ExportBuyerPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ExportBuyerPayload'] = ResolversParentTypes['ExportBuyerPayload']> = {
  export: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ErasedContactResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ErasedContact'] = ResolversParentTypes['ErasedContact']> = {
  connection: Resolver<ResolversTypes['Connection'], ParentType, ContextType>;
  state: Resolver<ResolversTypes['ErasedContactState'], ParentType, ContextType>;
};

export type BuyerErasureResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['BuyerErasure'] = ResolversParentTypes['BuyerErasure']> = {
  status: Resolver<ResolversTypes['ErasureStatus'], ParentType, ContextType>;
  requestedAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  contacts: Resolver<ReadonlyArray<ResolversTypes['ErasedContact']>, ParentType, ContextType>;
  remains: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type EraseBuyerPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['EraseBuyerPayload'] = ResolversParentTypes['EraseBuyerPayload']> = {
  erasure: Resolver<Maybe<ResolversTypes['BuyerErasure']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphContext> = {
  DateTime: GraphQLScalarType;
  JSON: GraphQLScalarType;
  Node: NodeResolvers<ContextType>;
  PageInfo: PageInfoResolvers<ContextType>;
  UserError: UserErrorResolvers<ContextType>;
  Query: QueryResolvers<ContextType>;
  BoxOffice: BoxOfficeResolvers<ContextType>;
  Retention: RetentionResolvers<ContextType>;
  Workflow: WorkflowResolvers<ContextType>;
  Backfill: BackfillResolvers<ContextType>;
  BackfillProgress: BackfillProgressResolvers<ContextType>;
  Retry: RetryResolvers<ContextType>;
  RetryProgress: RetryProgressResolvers<ContextType>;
  Connection: ConnectionResolvers<ContextType>;
  Delivery: DeliveryResolvers<ContextType>;
  DeliveryOrder: DeliveryOrderResolvers<ContextType>;
  DeliveryReason: DeliveryReasonResolvers<ContextType>;
  DeliveryAttempt: DeliveryAttemptResolvers<ContextType>;
  ConsentEvidence: ConsentEvidenceResolvers<ContextType>;
  DeliveryConnection: DeliveryConnectionResolvers<ContextType>;
  DeliveryEdge: DeliveryEdgeResolvers<ContextType>;
  WorkflowStats: WorkflowStatsResolvers<ContextType>;
  ReasonCount: ReasonCountResolvers<ContextType>;
  SyncHealth: SyncHealthResolvers<ContextType>;
  IntakeHealth: IntakeHealthResolvers<ContextType>;
  EventStandstill: EventStandstillResolvers<ContextType>;
  WaitingFor: WaitingForResolvers<ContextType>;
  Quota: QuotaResolvers<ContextType>;
  QuotaUse: QuotaUseResolvers<ContextType>;
  Mutation: MutationResolvers<ContextType>;
  PreviewedOrder: PreviewedOrderResolvers<ContextType>;
  WorkflowPreview: WorkflowPreviewResolvers<ContextType>;
  PreviewWorkflowPayload: PreviewWorkflowPayloadResolvers<ContextType>;
  BackfillPlan: BackfillPlanResolvers<ContextType>;
  PlanBackfillPayload: PlanBackfillPayloadResolvers<ContextType>;
  StartBackfillPayload: StartBackfillPayloadResolvers<ContextType>;
  ChangeBackfillPayload: ChangeBackfillPayloadResolvers<ContextType>;
  RetryDeliveriesPayload: RetryDeliveriesPayloadResolvers<ContextType>;
  CancelRetryPayload: CancelRetryPayloadResolvers<ContextType>;
  Notice: NoticeResolvers<ContextType>;
  NoticeConnection: NoticeConnectionResolvers<ContextType>;
  NoticeEdge: NoticeEdgeResolvers<ContextType>;
  DeadLetter: DeadLetterResolvers<ContextType>;
  DeadLetterConnection: DeadLetterConnectionResolvers<ContextType>;
  DeadLetterEdge: DeadLetterEdgeResolvers<ContextType>;
  ReplayDeadLettersPayload: ReplayDeadLettersPayloadResolvers<ContextType>;
  DiscardDeadLettersPayload: DiscardDeadLettersPayloadResolvers<ContextType>;
  ExportBuyerPayload: ExportBuyerPayloadResolvers<ContextType>;
  ErasedContact: ErasedContactResolvers<ContextType>;
  BuyerErasure: BuyerErasureResolvers<ContextType>;
  EraseBuyerPayload: EraseBuyerPayloadResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GraphContext> = {
  atMost: AtMostDirectiveResolver<any, any, ContextType>;
};
