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

/** Anything with a global id. */
export type Node = {
  /** Opaque global id; its prefix says what it names. */
  readonly id: Scalars['ID']['output'];
};

/** Where a page stands in its list. */
export type PageInfo = {
  /** Whether more items follow the page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether items stand before the page. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the page's first item. */
  readonly startCursor: Maybe<Scalars['String']['output']>;
  /** Cursor of the page's last item. */
  readonly endCursor: Maybe<Scalars['String']['output']>;
};

/** A problem that the caller can do something about. */
export type UserError = {
  /** A code of the error registry. */
  readonly code: Scalars['String']['output'];
  /** What is wrong, for a person. */
  readonly message: Scalars['String']['output'];
  /** Path of the argument at fault, if one is. */
  readonly field: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};

export type Query = {
  /** The caller's own box office, from the token. */
  readonly boxOffice: BoxOffice;
};

/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOffice = {
  /** Id of the box office, `bo_…`. */
  readonly id: Scalars['ID']['output'];
  /** Every buyer's answer: one entry for each order × workflow, newest first, as long as `retention` says. */
  readonly deliveries: DeliveryConnection;
  /** Backlog, quota and connections that need attention. */
  readonly syncHealth: SyncHealth;
  /** Order events and webhooks that could not be understood, newest first; those that are open or replayed unless other states are asked for. Kept as long as `retention` says, at most 10,000. */
  readonly deadLetters: DeadLetterConnection;
  /** Retries, newest first, at most 100. */
  readonly retries: ReadonlyArray<Retry>;
  /** What an organiser is to know of, newest first: what is so now, and what was. What is over is kept as long as the history of deliveries. */
  readonly notices: NoticeConnection;
  /** How far the erasure of the buyer with this e-mail address has come; null when none was asked for. Owner only. */
  readonly buyerErasure: Maybe<BuyerErasure>;
  /** For how long what is over is kept. */
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

/** For how long what is over is kept. The same for every box office; whoever runs Boxlist sets it. */
export type Retention = {
  /**
   * Days for which an order is kept with its deliveries, from its last change, the last outcome of a delivery or the day of its event, whichever is last. Then both are removed, with the evidence of consent; an
   * order with an open delivery stays. A later event of such an order is passed by, and no backfill takes it.
   */
  readonly historyDays: Scalars['Int']['output'];
  /** Days for which an order event is kept that could not be understood. */
  readonly deadLetterDays: Scalars['Int']['output'];
};

/** A workflow, owned by the workflow service. */
export type Workflow = {
  /** Id of the workflow, `wf_…`. */
  readonly id: Scalars['ID']['output'];
  /** How its deliveries stand; the parts add up. */
  readonly stats: WorkflowStats;
  /** Its deliveries, newest first. */
  readonly deliveries: DeliveryConnection;
  /** Its backfills, newest first, at most 100. */
  readonly backfills: ReadonlyArray<Backfill>;
};


/** A workflow, owned by the workflow service. */
export type WorkflowDeliveriesArgs = {
  filter?: InputMaybe<DeliveryFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** How a backfill treats buyers who opted in and are no contacts yet. */
export type BackfillMode =
  /** They come by import: fast and cheap, with implicit permission, which Constant Contact treats as added by you. */
  | 'IMPORT'
  /** Each by a call of their own: with explicit permission, and slow when they are many. */
  | 'ONE_BY_ONE'
  /** Nobody is created or put on a list; details and tags of those who are contacts already. */
  | 'UPDATE_EXISTING';

/** Where the orders of a backfill come from. */
export type OrderSource =
  /** Orders that Boxlist has seen. */
  | 'ORDERS_SEEN'
  /**
   * Orders of Ticket Tailor, also those of before Boxlist: they are read there with the box office's API key. What events have told of an order wins over what is read. An order that is read is given to no
   * other workflow.
   */
  | 'TICKET_TAILOR';

/** Why a backfill was paused without anybody asking for it. It goes on when it is resumed. */
export type BackfillPauseReason =
  /** The box office has no API key of Ticket Tailor: set it, then resume. */
  | 'TICKET_TAILOR_KEY_MISSING'
  /** Ticket Tailor did not accept the API key: set another, then resume. */
  | 'UNAUTHORIZED_AT_TICKET_TAILOR'
  /** Ticket Tailor refused to give the orders. */
  | 'REJECTED_BY_TICKET_TAILOR';

/** How a backfill stands. */
export type BackfillStatus =
  /** It goes on by itself. */
  | 'RUNNING'
  /** It waits until it is resumed. */
  | 'PAUSED'
  /** Every order has its outcome. */
  | 'DONE'
  /** It was cancelled; what was synchronised stays so. */
  | 'CANCELLED';

/** Deliveries made from orders that came before the workflow. */
export type Backfill = Node & {
  /** Id of the backfill, `bf_…`. */
  readonly id: Scalars['ID']['output'];
  /** The workflow. */
  readonly workflow: Workflow;
  /** How new contacts are treated. */
  readonly mode: BackfillMode;
  /** Where its orders come from. */
  readonly source: OrderSource;
  /** How it stands. */
  readonly status: BackfillStatus;
  /** Why it was paused by itself; null when a person paused it, or it is not paused. */
  readonly pausedFor: Maybe<BackfillPauseReason>;
  /** While Ticket Tailor asks to slow down, or does not answer: when it is asked again. Null when it waits for nothing. */
  readonly waitsUntil: Maybe<Scalars['DateTime']['output']>;
  /** How far it has come. */
  readonly progress: BackfillProgress;
  /** When it was started. */
  readonly createdAt: Scalars['DateTime']['output'];
};

/** How far a backfill has come: synced + skipped + failed + pending = made. */
export type BackfillProgress = {
  /** Orders that have become deliveries so far. */
  readonly made: Scalars['Int']['output'];
  /** Done. */
  readonly synced: Scalars['Int']['output'];
  /** Not done, for a reason. */
  readonly skipped: Scalars['Int']['output'];
  /** Could not be done. */
  readonly failed: Scalars['Int']['output'];
  /** Not ended yet. */
  readonly pending: Scalars['Int']['output'];
  /** Orders of Ticket Tailor that could not be understood and were passed by; they are not among those made. */
  readonly unreadable: Scalars['Int']['output'];
};

/** How a retry stands. */
export type RetryStatus =
  /** It goes on by itself. */
  | 'RUNNING'
  /** Everything that matched is back at work, or was no longer to be tried again when its turn came. */
  | 'DONE'
  /** It was cancelled; what it had put back stays at work. */
  | 'CANCELLED';

/** Deliveries that are put back to work, newest first. */
export type Retry = Node & {
  /** Id of the retry, `rty_…`. */
  readonly id: Scalars['ID']['output'];
  /** How it stands. */
  readonly status: RetryStatus;
  /** How far it has come. */
  readonly progress: RetryProgress;
  /** When it was asked for. */
  readonly createdAt: Scalars['DateTime']['output'];
};

/** How far a retry has come. What became of each delivery stands with the delivery. */
export type RetryProgress = {
  /** Deliveries that matched when it was asked for. */
  readonly matched: Scalars['Int']['output'];
  /** Deliveries that it has put back to work, each once; fewer than matched where some have ended otherwise before their turn, more where some have failed, or begun to wait, before theirs. */
  readonly requeued: Scalars['Int']['output'];
};

/** A connection, answered by auth-connection. */
export type Connection = {
  /** Id of the connection, `conn_…`. */
  readonly id: Scalars['ID']['output'];
};

/** How a delivery stands. */
export type DeliveryStatus =
  /** Will be worked on as soon as a call is free. */
  | 'PENDING'
  /** Waits for something; the reason says for what. */
  | 'WAITING'
  /** Done; the reason says where something is left for a person to do. */
  | 'SYNCED'
  /** Not done, for a reason. */
  | 'SKIPPED'
  /** Could not be done; the reason says what to do. */
  | 'FAILED';

/** What the buyer said at checkout. */
export type OptIn =
  /** Yes, please. */
  | 'OPTED_IN'
  /** No. */
  | 'NOT_OPTED_IN'
  /** Was not asked: never a yes. */
  | 'NOT_ASKED';

/** One order × one workflow, with its outcome. */
export type Delivery = Node & {
  /** Id of the delivery, `dlv_…`. */
  readonly id: Scalars['ID']['output'];
  /** The order. */
  readonly order: DeliveryOrder;
  /** The workflow. */
  readonly workflow: Workflow;
  /** How it stands. */
  readonly status: DeliveryStatus;
  /** Why it stands so. */
  readonly reason: Maybe<DeliveryReason>;
  /** Id of the contact at Constant Contact, once known. */
  readonly contactId: Maybe<Scalars['ID']['output']>;
  /** What was done, in words. */
  readonly performed: ReadonlyArray<Scalars['String']['output']>;
  /** When it is looked at again, while it waits. */
  readonly nextAttemptAt: Maybe<Scalars['DateTime']['output']>;
  /** The calls made for it, oldest first; of more than 500 the last ones. */
  readonly attempts: ReadonlyArray<DeliveryAttempt>;
  /** What the decision rests on. */
  readonly consent: ConsentEvidence;
  /** When it came to be. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** When it got its outcome. */
  readonly settledAt: Maybe<Scalars['DateTime']['output']>;
};

/** What a delivery tells of its order. No personal data. */
export type DeliveryOrder = {
  /** Id of the order, `or_…`. */
  readonly id: Scalars['ID']['output'];
  /** Id of the event, `ev_…`. */
  readonly eventId: Maybe<Scalars['ID']['output']>;
  /** Name of the event. */
  readonly eventName: Maybe<Scalars['String']['output']>;
  /** When the order's last event happened at the source. */
  readonly occurredAt: Scalars['DateTime']['output'];
};

/** Why a delivery stands as it does. */
export type DeliveryReason = {
  /** A stable code, such as NOT_OPTED_IN. */
  readonly code: Scalars['String']['output'];
  /** The same for a person. */
  readonly message: Scalars['String']['output'];
};

/** One call to Constant Contact. */
export type DeliveryAttempt = {
  /** When it began. */
  readonly at: Scalars['DateTime']['output'];
  /** What was called. */
  readonly call: Scalars['String']['output'];
  /** OK, or the code of the failure. */
  readonly answer: Scalars['String']['output'];
  /** How long it took. */
  readonly durationMs: Scalars['Int']['output'];
};

/** The evidence of a buyer's consent. */
export type ConsentEvidence = {
  /** What the buyer said. */
  readonly value: OptIn;
  /** When, by the order's event. */
  readonly recordedAt: Scalars['DateTime']['output'];
  /** On which order. */
  readonly orderId: Scalars['ID']['output'];
};

/** Which deliveries to take; what is absent does not restrict. */
export type DeliveryFilter = {
  /** These very deliveries. */
  readonly ids?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** In one of these states. */
  readonly statuses?: InputMaybe<ReadonlyArray<DeliveryStatus>>;
  /** With one of these reasons' codes. */
  readonly reasons?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Of this workflow. */
  readonly workflowId?: InputMaybe<Scalars['ID']['input']>;
  /** Of orders for this event, `ev_…`. */
  readonly eventId?: InputMaybe<Scalars['ID']['input']>;
  /** Of this order, `or_…`. */
  readonly orderId?: InputMaybe<Scalars['ID']['input']>;
  /** Of the buyer with this e-mail address, in whatever capitals, and with or without characters that nobody sees. */
  readonly email?: InputMaybe<Scalars['String']['input']>;
  /** Made at or after. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Made before. */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A page of deliveries. */
export type DeliveryConnection = {
  /** Items with their cursors. */
  readonly edges: ReadonlyArray<DeliveryEdge>;
  /** The items alone. */
  readonly nodes: ReadonlyArray<Delivery>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /**
   * How many there are in all. By workflow, status and reason any number is told (with statuses, PENDING and WAITING both or neither); with another filter it is counted no further than 10,000, and `totalCountIsExact` says whether
   * there are more.
   */
  readonly totalCount: Scalars['Int']['output'];
  /** Whether there are just so many; if not, there are at least so many: show it as 10,000+. */
  readonly totalCountIsExact: Scalars['Boolean']['output'];
};

/** A delivery in a page. */
export type DeliveryEdge = {
  /** Position for `after` and `before`. */
  readonly cursor: Scalars['String']['output'];
  /** The delivery. */
  readonly node: Delivery;
};

/**
 * How the deliveries of a workflow stand: synced + skipped + failed + pending = total. They are counts of all that were ever made: those that have expired stay counted under their last outcome, while `deliveries` has only those
 * that are kept.
 */
export type WorkflowStats = {
  /** All of them. */
  readonly total: Scalars['Int']['output'];
  /** Done. */
  readonly synced: Scalars['Int']['output'];
  /** Not done, for a reason. */
  readonly skipped: Scalars['Int']['output'];
  /** Could not be done. */
  readonly failed: Scalars['Int']['output'];
  /** Not ended yet, waiting ones included. */
  readonly pending: Scalars['Int']['output'];
  /** The skipped ones by reason. */
  readonly skippedByReason: ReadonlyArray<ReasonCount>;
};

/** How often a reason was given. */
export type ReasonCount = {
  /** The reason's code. */
  readonly code: Scalars['String']['output'];
  /** How often. */
  readonly count: Scalars['Int']['output'];
};

/** How the synchronisation stands for a box office. */
export type SyncHealth = {
  /** Deliveries that will be worked on as soon as a call is free. */
  readonly pending: Scalars['Int']['output'];
  /** Deliveries that wait for something. */
  readonly waiting: Scalars['Int']['output'];
  /** Whether `pending` and `waiting` are just so many; false only while both are more than 10,000, which each is then told as. */
  readonly countsAreExact: Scalars['Boolean']['output'];
  /** When the oldest open one came to be. */
  readonly oldestPendingAt: Maybe<Scalars['DateTime']['output']>;
  /** What those that wait are waiting for, the most frequent first; nothing that nothing waits for. */
  readonly waitingFor: ReadonlyArray<WaitingFor>;
  /** Imported contacts that are to be given explicit permission, with calls that a day leaves over; of more than 10,000, so many. */
  readonly upgradesWaiting: Scalars['Int']['output'];
  /** The application's quota at Constant Contact, shared by all box offices. */
  readonly quota: Quota;
  /** Connections that need a new sign-in; their deliveries wait. */
  readonly connectionsNeedingReconnect: ReadonlyArray<Connection>;
  /** How events come in, for all box offices together. */
  readonly intake: IntakeHealth;
};

/** How events come in, for all box offices together: a part of each topic serves many of them. The operator is alerted by the service's log and metrics. */
export type IntakeHealth = {
  /** Parts of topics that have made no progress for longer than the operator's setting, the longest first. Their events wait and are not lost; all others come in. */
  readonly standingStill: ReadonlyArray<EventStandstill>;
  /** How many ranges of order events could not be read at all (damaged, compressed in an unknown way, or too large) and were set aside in the days for which dead letters are kept. Nobody can tell whose they were. */
  readonly unreadable: Scalars['Int']['output'];
};

/** A part of a topic that makes no progress. */
export type EventStandstill = {
  /** The topic. */
  readonly topic: Scalars['String']['output'];
  /** The partition; null where a service gets nothing of the topic to read. */
  readonly partition: Maybe<Scalars['Int']['output']>;
  /** Since when. */
  readonly since: Scalars['DateTime']['output'];
  /** How the last try failed, a code of the error registry, where it is known. */
  readonly code: Maybe<Scalars['String']['output']>;
};

/** Deliveries that wait for one thing. */
export type WaitingFor = {
  /** What they wait for. */
  readonly reason: DeliveryReason;
  /** How many; of more than 10,000, so many. */
  readonly count: Scalars['Int']['output'];
  /** When the first of them goes on at the latest, whatever happens; many go on earlier, when what they wait for comes. */
  readonly nextAttemptAt: Scalars['DateTime']['output'];
};

/** Calls to Constant Contact of the UTC day. */
export type Quota = {
  /** How many a day may have. */
  readonly limitPerDay: Scalars['Int']['output'];
  /** How many today had. */
  readonly usedToday: Scalars['Int']['output'];
  /** How many are left. */
  readonly leftToday: Scalars['Int']['output'];
  /** How many a second may have. */
  readonly perSecond: Scalars['Int']['output'];
  /** When the day ends, 00:00 UTC. */
  readonly resetsAt: Scalars['DateTime']['output'];
  /** What today's calls were for. */
  readonly usedBy: ReadonlyArray<QuotaUse>;
  /** How many buyers are expected to come until the day ends, if it goes on as in the last hour. */
  readonly expectedToday: Scalars['Int']['output'];
  /** For how long orders of the box office gather at present so that they share calls, in milliseconds; 0 while calls are ample, and for a box office with too few orders to share any. */
  readonly gatherMs: Scalars['Int']['output'];
};

/** What calls are for, in the order in which they are served. */
export type CallClass =
  /** Pages that a person waits for: the account's lists, tags and fields. */
  | 'INTERACTIVE'
  /** Orders as they come. */
  | 'LIVE'
  /** Deliveries that are tried again. */
  | 'RETRY'
  /** Asking how far Constant Contact has come. */
  | 'POLL'
  /** Orders of before a workflow. */
  | 'BACKFILL'
  /** Making explicit the permission of contacts that were imported because calls ran short, and bringing phones that had to wait: with calls that nothing else could use before the day ends. */
  | 'UPGRADE';

/** How many calls one class had. */
export type QuotaUse = {
  /** Which. */
  readonly class: CallClass;
  /** How many. */
  readonly calls: Scalars['Int']['output'];
};

export type Mutation = {
  /** Puts skipped, failed or waiting deliveries back to work, at most 100,000 at once; those that ended longer ago than history is kept stay as they are. It goes on by itself, and is watched by the retry's progress. Manager or owner. */
  readonly retryDeliveries: RetryDeliveriesPayload;
  /** Ends a retry; what it has put back stays at work. Manager or owner. */
  readonly cancelRetry: CancelRetryPayload;
  /** What a workflow would do with the last orders, by what is known now; writes nothing and calls nobody. Manager or owner. */
  readonly previewWorkflow: PreviewWorkflowPayload;
  /** What a backfill would do; writes nothing, and calls nobody but Ticket Tailor where the orders come from there. Manager or owner. */
  readonly planBackfill: PlanBackfillPayload;
  /** Makes deliveries of orders that came before the workflow; those that have one of it already are passed by. Manager or owner. */
  readonly startBackfill: StartBackfillPayload;
  /** Lets a backfill wait; what is under way comes to its end. Manager or owner. */
  readonly pauseBackfill: ChangeBackfillPayload;
  /** Lets a paused backfill go on. Manager or owner. */
  readonly resumeBackfill: ChangeBackfillPayload;
  /** Ends a backfill; what is synchronised stays so. Manager or owner. */
  readonly cancelBackfill: ChangeBackfillPayload;
  /** Puts open dead letters back on the orders topic as they came. Each goes once, however often this is said. Manager or owner. */
  readonly replayDeadLetters: ReplayDeadLettersPayload;
  /** Lets go of open dead letters for good. Manager or owner. */
  readonly discardDeadLetters: DiscardDeadLettersPayload;
  /** Everything that the synchronisation keeps of a buyer. Manager or owner. */
  readonly exportBuyer: ExportBuyerPayload;
  /**
   * Erases a buyer from everything that the synchronisation keeps, at once and for good. The address stays shut out of this box office: no replay, backfill, late event or new order of the same
   * address brings the person back; such orders end as SKIPPED with the reason BUYER_ERASED. It cannot be taken back. Owner only.
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
  /** Its id; a paused one is taken as if it were active. */
  readonly workflowId: Scalars['ID']['input'];
  /** With how many of the last orders, 1 to 200; 50 when absent. */
  readonly last?: InputMaybe<Scalars['Int']['input']>;
};

/** What a workflow would do with one order. */
export type PreviewedOrder = {
  /** The order. */
  readonly order: DeliveryOrder;
  /** How its delivery would end. Of a contact that is not known yet it is supposed that there is none. */
  readonly status: DeliveryStatus;
  /** Why. */
  readonly reason: Maybe<DeliveryReason>;
  /** Lists named after the order that it would be put on, besides the workflow's own. */
  readonly listNames: ReadonlyArray<Scalars['String']['output']>;
  /** Tags named after the order that it would get, besides the workflow's own. */
  readonly tagNames: ReadonlyArray<Scalars['String']['output']>;
};

/** What a workflow would do with the last orders. */
export type WorkflowPreview = {
  /** The orders, newest first. */
  readonly orders: ReadonlyArray<PreviewedOrder>;
  /** Calls to Constant Contact that all of it would need, about. */
  readonly callsNeeded: Scalars['Int']['output'];
};

/** The preview. */
export type PreviewWorkflowPayload = {
  /** What it would do. */
  readonly preview: Maybe<WorkflowPreview>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which orders to backfill, and how. */
export type BackfillInput = {
  /** For which workflow; its filter and choices apply. */
  readonly workflowId: Scalars['ID']['input'];
  /** How new contacts are treated. */
  readonly mode: BackfillMode;
  /** Where the orders come from. */
  readonly source?: InputMaybe<OrderSource>;
  /** Orders that Boxlist received at or after, or that were created at or after where they come from Ticket Tailor; all when absent. There whole seconds count. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Orders that Boxlist received before, or that were created before where they come from Ticket Tailor; until now when absent. */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** What a backfill would do. */
export type BackfillPlan = {
  /** Orders without a delivery of this workflow. */
  readonly orders: Scalars['Int']['output'];
  /**
   * Whether there are more orders than were counted: of orders at Ticket Tailor only the newest 5,000 are read for a plan, or fewer when it takes long to read them. All numbers, the calls and the time are
   * then of those alone.
   */
  readonly isPartial: Scalars['Boolean']['output'];
  /** Different buyers that would go to Constant Contact. */
  readonly buyers: Scalars['Int']['output'];
  /** Orders by decision: GO goes to Constant Contact, the others are reasons for which they would be skipped, wait or fail. */
  readonly decisions: ReadonlyArray<ReasonCount>;
  /** Calls to Constant Contact that it needs, about. */
  readonly callsNeeded: Scalars['Int']['output'];
  /** When it would be done, about: live orders come first. */
  readonly doneAt: Scalars['DateTime']['output'];
};

/** The plan. */
export type PlanBackfillPayload = {
  /** What it would do. */
  readonly plan: Maybe<BackfillPlan>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** The started backfill. */
export type StartBackfillPayload = {
  /** The backfill. */
  readonly backfill: Maybe<Backfill>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which backfill to change. */
export type ChangeBackfillInput = {
  /** Its id. */
  readonly backfillId: Scalars['ID']['input'];
};

/** The changed backfill. */
export type ChangeBackfillPayload = {
  /** The backfill as it stands now. */
  readonly backfill: Maybe<Backfill>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which deliveries to try again. */
export type RetryDeliveriesInput = {
  /** Those that match, of the skipped, failed and waiting ones. Of more than 100,000 none is taken: TOO_MANY_TO_RETRY. */
  readonly filter: DeliveryFilter;
};

/** The retry. */
export type RetryDeliveriesPayload = {
  /** The retry, with how many match. */
  readonly retry: Maybe<Retry>;
  /**
   * How many match.
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

/** The cancelled retry. */
export type CancelRetryPayload = {
  /** The retry as it stands now. */
  readonly retry: Maybe<Retry>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** What an organiser is told of. */
export type NoticeKind =
  /** A connection needs a new sign-in; its deliveries wait. Over when it was signed in again, or ended. */
  | 'CONNECTION_BROKEN'
  /**
   * Many of the last 100 outcomes of a workflow have failed: 50, 70, 90 or 100, each a notice of its own. Skipped deliveries are no such outcomes, and while there were fewer than 100 those that are missing count as
   * not failed. By workflow, for a wrong list or field is one workflow's, and others that work would hide it; what all workflows of a connection suffer is a notice of the connection. All levels are over when fewer than 40
   * have failed, so that a share that swings around 50 raises no notice with every swing; then each may come once more.
   */
  | 'FAILURES'
  /** The day's calls are used up, and deliveries of the box office wait for it. Over when calls are made again, at 00:00 UTC. */
  | 'QUOTA_EXHAUSTED'
  /** Order events could not be understood and wait for somebody. Over when none is open any more. */
  | 'DEAD_LETTERS';

/** Whether a notice is over. */
export type NoticeState =
  /** It is so now. */
  | 'RAISED'
  /** It is over. */
  | 'RECOVERED';

/** Something that an organiser is to know of, from when it began until it was over. Raised once each time that it begins, and told on `notices.v1` as it begins and as it is over. No personal data. */
export type Notice = Node & {
  /** Id of the notice, `ntc_…`. */
  readonly id: Scalars['ID']['output'];
  /** What it tells. */
  readonly kind: NoticeKind;
  /** For FAILURES: how many of the last 100 outcomes, 50, 70, 90 or 100. */
  readonly level: Maybe<Scalars['Int']['output']>;
  /** The connection that it is about, if it is about one. */
  readonly connection: Maybe<Connection>;
  /** The workflow that it is about, if it is about one. */
  readonly workflow: Maybe<Workflow>;
  /** When it was seen first. */
  readonly raisedAt: Scalars['DateTime']['output'];
  /** When it was over; null while it is not. */
  readonly recoveredAt: Maybe<Scalars['DateTime']['output']>;
};

/** A page of notices. */
export type NoticeConnection = {
  /** Items with their cursors. */
  readonly edges: ReadonlyArray<NoticeEdge>;
  /** The items alone. */
  readonly nodes: ReadonlyArray<Notice>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
};

/** A notice in a page. */
export type NoticeEdge = {
  /** Position for `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The notice. */
  readonly node: Notice;
};

/** How a dead letter stands. */
export type DeadLetterStatus =
  /** It waits for somebody. */
  | 'OPEN'
  /** It was put back; whether it is understood now is not known yet. */
  | 'REPLAYED'
  /** It was put back and understood. */
  | 'TAKEN'
  /** It was put back and came again, as another letter. */
  | 'CAME_BACK'
  /** It was let go of. */
  | 'DISCARDED';

/** An order event, or a webhook of an order, that could not be understood. No personal data. */
export type DeadLetter = {
  /** Id of the letter, `dl_…`. */
  readonly id: Scalars['ID']['output'];
  /** How it stands. */
  readonly status: DeadLetterStatus;
  /** A code of the error registry. */
  readonly code: Scalars['String']['output'];
  /** What was wrong with it. */
  readonly reason: Scalars['String']['output'];
  /** When it was put aside. */
  readonly receivedAt: Scalars['DateTime']['output'];
  /** Id of the order, `or_…`, where the event tells it. */
  readonly orderId: Maybe<Scalars['ID']['output']>;
  /** Whether it can be put back. The content is not kept of an event that is larger than the intake accepts or Kafka takes, and of a webhook that is no order: Ticket Tailor sends such a webhook again for three days. */
  readonly canReplay: Scalars['Boolean']['output'];
  /** When it was put back. */
  readonly replayedAt: Maybe<Scalars['DateTime']['output']>;
  /** The first letter of the same event, when this one came of a replay. */
  readonly replayOfId: Maybe<Scalars['ID']['output']>;
};

/** A page of dead letters. */
export type DeadLetterConnection = {
  /** Items with their cursors. */
  readonly edges: ReadonlyArray<DeadLetterEdge>;
  /** The items alone. */
  readonly nodes: ReadonlyArray<DeadLetter>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are in all. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A dead letter in a page. */
export type DeadLetterEdge = {
  /** Position for `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The dead letter. */
  readonly node: DeadLetter;
};

/** Which dead letters: these, or all that are open. */
export type DeadLettersInput = {
  /** These very letters, at most 1,000; those that are not open are passed by. */
  readonly ids?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** All that are open. */
  readonly all?: InputMaybe<Scalars['Boolean']['input']>;
};

/** How many were put back. */
export type ReplayDeadLettersPayload = {
  /** Their number. */
  readonly accepted: Maybe<Scalars['Int']['output']>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** How many were let go of. */
export type DiscardDeadLettersPayload = {
  /** Their number. */
  readonly discarded: Maybe<Scalars['Int']['output']>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Whose data to export. */
export type ExportBuyerInput = {
  /** The buyer's e-mail address. */
  readonly email: Scalars['String']['input'];
};

/** The export. */
export type ExportBuyerPayload = {
  /** Orders, deliveries with outcomes, attempts and consent, what is known of the contact, ids and times that expired orders have left, dead letters that name the address, and the erasure if one was asked for. `complete` says whether it is all. */
  readonly export: Maybe<Scalars['JSON']['output']>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Whom to erase. */
export type EraseBuyerInput = {
  /** The buyer's e-mail address. */
  readonly email: Scalars['String']['input'];
  /** Whether to delete the contact at Constant Contact too, in every account that is connected. */
  readonly deleteContact: Scalars['Boolean']['input'];
};

/** How an erasure stands. */
export type ErasureStatus =
  /** The person is out of everything that is kept. What was under way is still waited for, some minutes at most, and contacts are still to be deleted. */
  | 'RUNNING'
  /** All is done. */
  | 'DONE';

/** How the deletion of a contact stands. */
export type ErasedContactState =
  /** It will be tried again; it may wait for a new sign-in. */
  | 'PENDING'
  /** It is deleted, as far as Constant Contact deletes. */
  | 'DELETED'
  /** There is no such contact. */
  | 'NOT_FOUND'
  /** The connection has ended, or the deletion was refused or not possible for days: delete it there by hand. */
  | 'GAVE_UP';

/** What became of the contact in one account. */
export type ErasedContact = {
  /** The connection to the account. */
  readonly connection: Connection;
  /** How it stands. */
  readonly state: ErasedContactState;
};

/** The erasure of a buyer. */
export type BuyerErasure = {
  /** How it stands. */
  readonly status: ErasureStatus;
  /** When it was asked for last. */
  readonly requestedAt: Scalars['DateTime']['output'];
  /** What became of the contact in each account; empty until it was first tried, and when nobody asked for it. */
  readonly contacts: ReadonlyArray<ErasedContact>;
  /** What this erasure does not reach, and whom to ask for it, in words. */
  readonly remains: ReadonlyArray<Scalars['String']['output']>;
};

/** The erasure. */
export type EraseBuyerPayload = {
  /** How it stands. */
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
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
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
  QuotaUse: ResolverTypeWrapper<{ readonly class: import('../domain/ledger').CallClass; readonly calls: number }>;
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
  Int: Scalars['Int']['output'];
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
  QuotaUse: { readonly class: import('../domain/ledger').CallClass; readonly calls: number };
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
};

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
  attempts: Resolver<ReadonlyArray<ResolversTypes['DeliveryAttempt']>, ParentType, ContextType>;
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
