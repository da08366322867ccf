// Generated from schema.graphql by `npm run generate`: do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Workflow as WorkflowSource, WorkflowVersion as WorkflowVersionSource } from '../domain/workflow';
import type { WorkflowPage as WorkflowPageSource } from '../use-cases/list-workflows';
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
  /** Any object of the caller's box office by its global id. Null if there is none. */
  readonly node: Maybe<Node>;
};


export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};

/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOffice = {
  /** Id of the box office, `bo_…`. */
  readonly id: Scalars['ID']['output'];
  /** The templates that workflows can be created from, with the details that each needs. */
  readonly workflowTemplates: ReadonlyArray<WorkflowTemplate>;
  /** Workflows, newest first. Deleted ones appear only if `status` asks for them. */
  readonly workflows: WorkflowConnection;
};


/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOfficeWorkflowsArgs = {
  status?: InputMaybe<WorkflowStatus>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** A box office's connection to one Constant Contact account. */
export type Connection = Node & {
  /** Id of the connection, `conn_…`. */
  readonly id: Scalars['ID']['output'];
};

/** One order × one workflow, with its outcome. */
export type Delivery = Node & {
  /** Id of the delivery, `dlv_…`. */
  readonly id: Scalars['ID']['output'];
};

/** Deliveries for orders that came before the workflow. */
export type Backfill = Node & {
  /** Id of the backfill, `bf_…`. */
  readonly id: Scalars['ID']['output'];
};

/**
 * A problem that an organiser should know about, from its beginning to its end. Boxlist raises one
 * notice each time that the problem begins, and publishes it on `notices.v1` at the beginning and at
 * the end. No personal data.
 */
export type Notice = Node & {
  /** Id of the notice, `ntc_…`. */
  readonly id: Scalars['ID']['output'];
};

/** A box office's subscription to an add-on. */
export type AppSubscription = Node & {
  /** Id of the subscription, `sub_…`. It stays the same after a reactivation. */
  readonly id: Scalars['ID']['output'];
};

/** A template for workflows. */
export type WorkflowTemplate = {
  /** Stable id, such as `add-to-list`. */
  readonly id: Scalars['ID']['output'];
  /** Short name for people. */
  readonly name: Scalars['String']['output'];
  /** Description for people. */
  readonly description: Scalars['String']['output'];
  /** The details that it needs, in the order of the form. */
  readonly details: ReadonlyArray<TemplateDetail>;
};

/** One detail of a template. */
export type TemplateDetail = {
  /** Key of the value. */
  readonly key: Scalars['String']['output'];
  /** Label of the form field. */
  readonly label: Scalars['String']['output'];
  /** Help text of the form field. */
  readonly description: Scalars['String']['output'];
  /** Kind of value. */
  readonly kind: DetailKind;
  /** Whether a value is required. */
  readonly required: Scalars['Boolean']['output'];
  /** Value if none is given. */
  readonly default: Maybe<Scalars['String']['output']>;
  /** Allowed values of a CHOICE. Empty for other kinds. */
  readonly choices: ReadonlyArray<Scalars['String']['output']>;
  /** Maximum number of characters of a TEXT. Null if there is no limit. */
  readonly maxLength: Maybe<Scalars['Int']['output']>;
};

/** Kind of value of a detail. */
export type DetailKind =
  /** Id of a contact list of the connection. */
  | 'CONTACT_LIST'
  /** Id of a tag of the connection. */
  | 'TAG'
  /** Any text, up to `maxLength` characters. */
  | 'TEXT'
  /** `true` or `false`. */
  | 'BOOLEAN'
  /** One of `choices`. */
  | 'CHOICE';

/** Status of a workflow. */
export type WorkflowStatus =
  /** Orders are synchronised. */
  | 'ACTIVE'
  /** Orders that arrive are skipped with WORKFLOW_PAUSED, or wait. See `whenPaused`. */
  | 'PAUSED'
  /** Deleted. Boxlist keeps its history. */
  | 'DELETED';

/** What happens to a buyer who did not opt in or was not asked. */
export type WhenNotOptedIn =
  /**
   * Nothing. A template that creates no contacts still updates details and tags of an existing contact,
   * and adds no lists.
   */
  | 'SKIP'
  /** Boxlist updates details and tags of an existing contact, and adds no lists. */
  | 'UPDATE_EXISTING'
  /**
   * Like UPDATE_EXISTING. In addition, a buyer who is not a contact yet becomes one, without lists and
   * without permission.
   */
  | 'ADD_WITHOUT_LIST';

/** What happens to a buyer who opted in but is unsubscribed. */
export type WhenUnsubscribed =
  /** Nothing: they stay unsubscribed. */
  | 'SKIP'
  /**
   * If the order is newer than the opt-out, Constant Contact sends the one e-mail that asks whether
   * they want to subscribe again.
   */
  | 'SEND_RESUBSCRIBE_EMAIL';

/**
 * What happens to the buyer's contact when a synchronised order is cancelled or refunded. The workflow
 * undoes only what it added itself, and never unsubscribes anyone. An order that was cancelled or
 * refunded before it was synchronised is always skipped.
 */
export type OnCancelledOrder =
  /** Nothing: the contact keeps its tags and stays on its lists. */
  | 'KEEP'
  /** Boxlist removes the workflow's tags. The contact stays on its lists. */
  | 'REMOVE_TAGS'
  /**
   * Boxlist removes the contact from the workflow's lists. The contact keeps its tags, its permission
   * and its other lists.
   */
  | 'REMOVE_FROM_LISTS'
  /** Both: Boxlist removes the workflow's tags, and removes the contact from the workflow's lists. */
  | 'REMOVE_TAGS_AND_LISTS';

/** What happens to orders that arrive while the workflow is paused. */
export type WhenPaused =
  /** They are skipped with WORKFLOW_PAUSED. After a resume the workflow takes only new orders. */
  | 'SKIP'
  /** They wait, and are synchronised once the workflow is resumed. */
  | 'WAIT';

/** Which value of an order fills a custom field. */
export type FieldSource =
  /** Name of the event. */
  | 'EVENT_NAME'
  /** Start date of the event, ISO 8601. */
  | 'EVENT_START_DATE'
  /** Id of the order. */
  | 'ORDER_ID'
  /** Names of the ticket types. */
  | 'TICKET_TYPES'
  /** Answer to a checkout question. */
  | 'CUSTOM_QUESTION';

/** A workflow: template, details and filter. */
export type Workflow = Node & {
  /** Id of the workflow, `wf_…`. */
  readonly id: Scalars['ID']['output'];
  /** Name for people. */
  readonly name: Scalars['String']['output'];
  /** Current status. */
  readonly status: WorkflowStatus;
  /** Its template. */
  readonly template: WorkflowTemplate;
  /** Version number. It grows by one with each change. Pass it as `expectedVersion`. */
  readonly version: Scalars['Int']['output'];
  /** The Constant Contact account that it writes to. */
  readonly connection: Connection;
  /** Values of the template's details. */
  readonly details: ReadonlyArray<WorkflowDetail>;
  /** Which orders it takes. */
  readonly filter: WorkflowFilter;
  /** Additional lists, by Constant Contact list_id. */
  readonly listIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Additional tags, by Constant Contact tag_id. */
  readonly tagIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Custom fields that it fills. */
  readonly fieldMapping: ReadonlyArray<FieldMapping>;
  /** What happens to buyers who did not opt in. */
  readonly whenNotOptedIn: WhenNotOptedIn;
  /** What happens to buyers who are unsubscribed. */
  readonly whenUnsubscribed: WhenUnsubscribed;
  /** What happens if a synchronised order is cancelled or refunded. */
  readonly onCancelledOrder: OnCancelledOrder;
  /** What happens to orders that arrive while it is paused. */
  readonly whenPaused: WhenPaused;
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** When it was last changed. */
  readonly updatedAt: Scalars['DateTime']['output'];
  /** All versions, newest first, including the current one. */
  readonly versions: WorkflowVersionConnection;
};


/** A workflow: template, details and filter. */
export type WorkflowVersionsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** A detail and its value. */
export type WorkflowDetail = {
  /** Key of the detail in the template. */
  readonly key: Scalars['String']['output'];
  /** The value. */
  readonly value: Scalars['String']['output'];
};

/** Which orders a workflow takes. Every non-empty list must contain one of the order's values. */
export type WorkflowFilter = {
  /** Events, `ev_…`. */
  readonly eventIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Event series, `es_…`. */
  readonly eventSeriesIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Ticket types, `tt_…`. */
  readonly ticketTypeIds: ReadonlyArray<Scalars['ID']['output']>;
};

/** A custom field and the order value that fills it. */
export type FieldMapping = {
  /** The order value. */
  readonly source: FieldSource;
  /** The checkout question, for CUSTOM_QUESTION. */
  readonly question: Maybe<Scalars['String']['output']>;
  /** Constant Contact custom_field_id. */
  readonly customFieldId: Scalars['ID']['output'];
};

/** One version of a workflow. */
export type WorkflowVersion = {
  /** Version number. */
  readonly version: Scalars['Int']['output'];
  /** Status of the workflow in this version. */
  readonly status: WorkflowStatus;
  /** Name in this version. */
  readonly name: Scalars['String']['output'];
  /** Template in this version. */
  readonly template: WorkflowTemplate;
  /** The Constant Contact account that it wrote to. */
  readonly connection: Connection;
  /** Details in this version. */
  readonly details: ReadonlyArray<WorkflowDetail>;
  /** Which orders it took. */
  readonly filter: WorkflowFilter;
  /** Additional lists in this version. */
  readonly listIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Additional tags in this version. */
  readonly tagIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Custom fields that it filled. */
  readonly fieldMapping: ReadonlyArray<FieldMapping>;
  /** What happened to buyers who did not opt in. */
  readonly whenNotOptedIn: WhenNotOptedIn;
  /** What happened to buyers who were unsubscribed. */
  readonly whenUnsubscribed: WhenUnsubscribed;
  /** What happened if a synchronised order was cancelled or refunded. */
  readonly onCancelledOrder: OnCancelledOrder;
  /** What happened to orders that arrived while it was paused. */
  readonly whenPaused: WhenPaused;
  /** When this version took effect. */
  readonly changedAt: Scalars['DateTime']['output'];
  /** Who made the change: the subject (`sub`) of their token. */
  readonly changedBy: Scalars['String']['output'];
};

/** A page of workflows. */
export type WorkflowConnection = {
  /** The items with their cursors. */
  readonly edges: ReadonlyArray<WorkflowEdge>;
  /** The items without cursors. */
  readonly nodes: ReadonlyArray<Workflow>;
  /** Position of the page. */
  readonly pageInfo: PageInfo;
  /** Number of items in all. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A workflow on a page. */
export type WorkflowEdge = {
  /** Cursor for `after` and `before`. */
  readonly cursor: Scalars['String']['output'];
  /** The workflow. */
  readonly node: Workflow;
};

/** A page of versions. */
export type WorkflowVersionConnection = {
  /** The items with their cursors. */
  readonly edges: ReadonlyArray<WorkflowVersionEdge>;
  /** The items without cursors. */
  readonly nodes: ReadonlyArray<WorkflowVersion>;
  /** Position of the page. */
  readonly pageInfo: PageInfo;
};

/** A version on a page. */
export type WorkflowVersionEdge = {
  /** Cursor for `after` and `before`. */
  readonly cursor: Scalars['String']['output'];
  /** The version. */
  readonly node: WorkflowVersion;
};

export type Mutation = {
  /** Creates an active workflow. Needs the add-on and a connection. Role: manager or owner. */
  readonly createWorkflow: WorkflowPayload;
  /** Changes the given fields and leaves the others unchanged. Role: manager or owner. */
  readonly updateWorkflow: WorkflowPayload;
  /**
   * Pauses the workflow until it is resumed. `whenPaused` says what happens to orders that arrive
   * meanwhile. Role: manager or owner.
   */
  readonly pauseWorkflow: WorkflowPayload;
  /**
   * Resumes the workflow. It takes orders from now on, and with WAIT also those that arrived during
   * the pause. Role: manager or owner.
   */
  readonly resumeWorkflow: WorkflowPayload;
  /** Deletes the workflow for good. Its history stays. Role: manager or owner. */
  readonly deleteWorkflow: WorkflowPayload;
  /** Creates an active copy. Role: manager or owner. */
  readonly duplicateWorkflow: WorkflowPayload;
};


export type MutationCreateWorkflowArgs = {
  input: CreateWorkflowInput;
};


export type MutationUpdateWorkflowArgs = {
  input: UpdateWorkflowInput;
};


export type MutationPauseWorkflowArgs = {
  input: ChangeWorkflowInput;
};


export type MutationResumeWorkflowArgs = {
  input: ChangeWorkflowInput;
};


export type MutationDeleteWorkflowArgs = {
  input: ChangeWorkflowInput;
};


export type MutationDuplicateWorkflowArgs = {
  input: DuplicateWorkflowInput;
};

/** A detail and its value. */
export type WorkflowDetailInput = {
  /** Key of the detail in the template. */
  readonly key: Scalars['String']['input'];
  /** The value. */
  readonly value: Scalars['String']['input'];
};

/** Which orders a workflow takes. Every non-empty list must contain one of the order's values. */
export type WorkflowFilterInput = {
  /** Events, `ev_…`, at most 200. */
  readonly eventIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Event series, `es_…`, at most 200. */
  readonly eventSeriesIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Ticket types, `tt_…`, at most 200. */
  readonly ticketTypeIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

/** A custom field and the order value that fills it. */
export type FieldMappingInput = {
  /** The order value. */
  readonly source: FieldSource;
  /**
   * The checkout question, at most 500 characters. Required for CUSTOM_QUESTION, and not allowed
   * otherwise.
   */
  readonly question?: InputMaybe<Scalars['String']['input']>;
  /** Constant Contact custom_field_id. Use each field only once. */
  readonly customFieldId: Scalars['ID']['input'];
};

/** A new workflow. */
export type CreateWorkflowInput = {
  /** Id of the template. */
  readonly templateId: Scalars['ID']['input'];
  /** The Constant Contact account to write to. */
  readonly connectionId: Scalars['ID']['input'];
  /** 1 to 100 characters. */
  readonly name: Scalars['String']['input'];
  /** Values of the template's details. */
  readonly details?: InputMaybe<ReadonlyArray<WorkflowDetailInput>>;
  /** Which orders it takes. Default: all. */
  readonly filter?: InputMaybe<WorkflowFilterInput>;
  /**
   * Additional lists, by list_id: at most 50, including those of the template. Not allowed for a
   * template that subscribes nobody.
   */
  readonly listIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Additional tags, by tag_id: at most 50, including those of the template. */
  readonly tagIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Custom fields to fill, at most 25. */
  readonly fieldMapping?: InputMaybe<ReadonlyArray<FieldMappingInput>>;
  /** Default: SKIP. ADD_WITHOUT_LIST needs a template that creates contacts. */
  readonly whenNotOptedIn?: InputMaybe<WhenNotOptedIn>;
  /** Default: SKIP. */
  readonly whenUnsubscribed?: InputMaybe<WhenUnsubscribed>;
  /** Default: KEEP. */
  readonly onCancelledOrder?: InputMaybe<OnCancelledOrder>;
  /** Default: SKIP. */
  readonly whenPaused?: InputMaybe<WhenPaused>;
};

/**
 * What to change about a workflow. Absent and null fields stay unchanged. The template cannot change:
 * create another workflow instead.
 */
export type UpdateWorkflowInput = {
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** The version that you read. If it is no longer current, the error is VERSION_CONFLICT. */
  readonly expectedVersion: Scalars['Int']['input'];
  /** Another account. */
  readonly connectionId?: InputMaybe<Scalars['ID']['input']>;
  /** 1 to 100 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** All values of the template's details. */
  readonly details?: InputMaybe<ReadonlyArray<WorkflowDetailInput>>;
  /** Which orders it takes. */
  readonly filter?: InputMaybe<WorkflowFilterInput>;
  /**
   * Additional lists, by list_id: at most 50, including those of the template. Not allowed for a
   * template that subscribes nobody.
   */
  readonly listIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Additional tags, by tag_id: at most 50, including those of the template. */
  readonly tagIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Custom fields to fill, at most 25. */
  readonly fieldMapping?: InputMaybe<ReadonlyArray<FieldMappingInput>>;
  /** What happens to buyers who did not opt in. */
  readonly whenNotOptedIn?: InputMaybe<WhenNotOptedIn>;
  /** What happens to buyers who are unsubscribed. */
  readonly whenUnsubscribed?: InputMaybe<WhenUnsubscribed>;
  /** What happens if a synchronised order is cancelled or refunded. */
  readonly onCancelledOrder?: InputMaybe<OnCancelledOrder>;
  /** What happens to orders that arrive while it is paused. */
  readonly whenPaused?: InputMaybe<WhenPaused>;
};

/** Which workflow to pause, resume or delete. */
export type ChangeWorkflowInput = {
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** The version that you read, to refuse the change if somebody else made one. */
  readonly expectedVersion?: InputMaybe<Scalars['Int']['input']>;
};

/** Which workflow to copy. */
export type DuplicateWorkflowInput = {
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** Name of the copy. Default: the old name followed by (copy). */
  readonly name?: InputMaybe<Scalars['String']['input']>;
};

/** Result of the change. */
export type WorkflowPayload = {
  /** The workflow. Null if `userErrors` explain why not. */
  readonly workflow: Maybe<Workflow>;
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
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  BoxOffice:
    ( { __typename: 'BoxOffice' }
    & GraphQLRecursivePick<FederationTypes['BoxOffice'], {"id":true}> );
  Workflow:
    ( { __typename: 'Workflow' }
    & GraphQLRecursivePick<FederationTypes['Workflow'], {"id":true}> );
};


/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( Connection & { __typename: 'Connection' } )
    | ( Delivery & { __typename: 'Delivery' } )
    | ( Backfill & { __typename: 'Backfill' } )
    | ( Notice & { __typename: 'Notice' } )
    | ( AppSubscription & { __typename: 'AppSubscription' } )
    | ( WorkflowSource & { __typename: 'Workflow' } )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  UserError: ResolverTypeWrapper<UserError>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  BoxOffice: ResolverTypeWrapper<{ readonly id: string }>;
  Connection: ResolverTypeWrapper<Connection>;
  Delivery: ResolverTypeWrapper<Delivery>;
  Backfill: ResolverTypeWrapper<Backfill>;
  Notice: ResolverTypeWrapper<Notice>;
  AppSubscription: ResolverTypeWrapper<AppSubscription>;
  WorkflowTemplate: ResolverTypeWrapper<WorkflowTemplate>;
  TemplateDetail: ResolverTypeWrapper<TemplateDetail>;
  DetailKind: DetailKind;
  WorkflowStatus: WorkflowStatus;
  WhenNotOptedIn: WhenNotOptedIn;
  WhenUnsubscribed: WhenUnsubscribed;
  OnCancelledOrder: OnCancelledOrder;
  WhenPaused: WhenPaused;
  FieldSource: FieldSource;
  Workflow: ResolverTypeWrapper<WorkflowSource>;
  WorkflowDetail: ResolverTypeWrapper<WorkflowDetail>;
  WorkflowFilter: ResolverTypeWrapper<WorkflowFilter>;
  FieldMapping: ResolverTypeWrapper<FieldMapping>;
  WorkflowVersion: ResolverTypeWrapper<WorkflowVersionSource>;
  WorkflowConnection: ResolverTypeWrapper<WorkflowPageSource>;
  WorkflowEdge: ResolverTypeWrapper<Omit<WorkflowEdge, 'node'> & { node: ResolversTypes['Workflow'] }>;
  WorkflowVersionConnection: ResolverTypeWrapper<Omit<WorkflowVersionConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['WorkflowVersionEdge']>, nodes: ReadonlyArray<ResolversTypes['WorkflowVersion']> }>;
  WorkflowVersionEdge: ResolverTypeWrapper<Omit<WorkflowVersionEdge, 'node'> & { node: ResolversTypes['WorkflowVersion'] }>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  WorkflowDetailInput: WorkflowDetailInput;
  WorkflowFilterInput: WorkflowFilterInput;
  FieldMappingInput: FieldMappingInput;
  CreateWorkflowInput: CreateWorkflowInput;
  UpdateWorkflowInput: UpdateWorkflowInput;
  ChangeWorkflowInput: ChangeWorkflowInput;
  DuplicateWorkflowInput: DuplicateWorkflowInput;
  WorkflowPayload: ResolverTypeWrapper<Omit<WorkflowPayload, 'workflow'> & { workflow: Maybe<ResolversTypes['Workflow']> }>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  ID: Scalars['ID']['output'];
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  String: Scalars['String']['output'];
  UserError: UserError;
  Query: Record<PropertyKey, never>;
  BoxOffice: { readonly id: string };
  Connection: Connection;
  Delivery: Delivery;
  Backfill: Backfill;
  Notice: Notice;
  AppSubscription: AppSubscription;
  WorkflowTemplate: WorkflowTemplate;
  TemplateDetail: TemplateDetail;
  Workflow: WorkflowSource;
  WorkflowDetail: WorkflowDetail;
  WorkflowFilter: WorkflowFilter;
  FieldMapping: FieldMapping;
  WorkflowVersion: WorkflowVersionSource;
  WorkflowConnection: WorkflowPageSource;
  WorkflowEdge: Omit<WorkflowEdge, 'node'> & { node: ResolversParentTypes['Workflow'] };
  WorkflowVersionConnection: Omit<WorkflowVersionConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['WorkflowVersionEdge']>, nodes: ReadonlyArray<ResolversParentTypes['WorkflowVersion']> };
  WorkflowVersionEdge: Omit<WorkflowVersionEdge, 'node'> & { node: ResolversParentTypes['WorkflowVersion'] };
  Mutation: Record<PropertyKey, never>;
  WorkflowDetailInput: WorkflowDetailInput;
  WorkflowFilterInput: WorkflowFilterInput;
  FieldMappingInput: FieldMappingInput;
  CreateWorkflowInput: CreateWorkflowInput;
  UpdateWorkflowInput: UpdateWorkflowInput;
  ChangeWorkflowInput: ChangeWorkflowInput;
  DuplicateWorkflowInput: DuplicateWorkflowInput;
  WorkflowPayload: Omit<WorkflowPayload, 'workflow'> & { workflow: Maybe<ResolversParentTypes['Workflow']> };
  Int: Scalars['Int']['output'];
};

export type AtMostDirectiveArgs = {
  value: Scalars['Int']['input'];
};

export type AtMostDirectiveResolver<Result, Parent, ContextType = GraphContext, Args = AtMostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type NodeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Connection' | 'Delivery' | 'Backfill' | 'Notice' | 'AppSubscription' | 'Workflow', ParentType, ContextType>;
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
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
};

export type BoxOfficeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['BoxOffice'] = ResolversParentTypes['BoxOffice'], FederationReferenceType extends FederationReferenceTypes['BoxOffice'] = FederationReferenceTypes['BoxOffice']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['BoxOffice']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  workflowTemplates: Resolver<ReadonlyArray<ResolversTypes['WorkflowTemplate']>, ParentType, ContextType>;
  workflows: Resolver<ResolversTypes['WorkflowConnection'], ParentType, ContextType, Partial<BoxOfficeWorkflowsArgs>>;
};

export type ConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Connection'] = ResolversParentTypes['Connection']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type DeliveryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Delivery'] = ResolversParentTypes['Delivery']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BackfillResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Backfill'] = ResolversParentTypes['Backfill']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type NoticeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Notice'] = ResolversParentTypes['Notice']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AppSubscriptionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AppSubscription'] = ResolversParentTypes['AppSubscription']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type WorkflowTemplateResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowTemplate'] = ResolversParentTypes['WorkflowTemplate']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  details: Resolver<ReadonlyArray<ResolversTypes['TemplateDetail']>, ParentType, ContextType>;
};

export type TemplateDetailResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TemplateDetail'] = ResolversParentTypes['TemplateDetail']> = {
  key: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  label: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind: Resolver<ResolversTypes['DetailKind'], ParentType, ContextType>;
  required: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  default: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  choices: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  maxLength: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type WorkflowResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Workflow'] = ResolversParentTypes['Workflow'], FederationReferenceType extends FederationReferenceTypes['Workflow'] = FederationReferenceTypes['Workflow']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['Workflow']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status: Resolver<ResolversTypes['WorkflowStatus'], ParentType, ContextType>;
  template: Resolver<ResolversTypes['WorkflowTemplate'], ParentType, ContextType>;
  version: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  connection: Resolver<ResolversTypes['Connection'], ParentType, ContextType>;
  details: Resolver<ReadonlyArray<ResolversTypes['WorkflowDetail']>, ParentType, ContextType>;
  filter: Resolver<ResolversTypes['WorkflowFilter'], ParentType, ContextType>;
  listIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  tagIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  fieldMapping: Resolver<ReadonlyArray<ResolversTypes['FieldMapping']>, ParentType, ContextType>;
  whenNotOptedIn: Resolver<ResolversTypes['WhenNotOptedIn'], ParentType, ContextType>;
  whenUnsubscribed: Resolver<ResolversTypes['WhenUnsubscribed'], ParentType, ContextType>;
  onCancelledOrder: Resolver<ResolversTypes['OnCancelledOrder'], ParentType, ContextType>;
  whenPaused: Resolver<ResolversTypes['WhenPaused'], ParentType, ContextType>;
  createdAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  versions: Resolver<ResolversTypes['WorkflowVersionConnection'], ParentType, ContextType, Partial<WorkflowVersionsArgs>>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type WorkflowDetailResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowDetail'] = ResolversParentTypes['WorkflowDetail']> = {
  key: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WorkflowFilterResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowFilter'] = ResolversParentTypes['WorkflowFilter']> = {
  eventIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  eventSeriesIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  ticketTypeIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type FieldMappingResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['FieldMapping'] = ResolversParentTypes['FieldMapping']> = {
  source: Resolver<ResolversTypes['FieldSource'], ParentType, ContextType>;
  question: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  customFieldId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type WorkflowVersionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowVersion'] = ResolversParentTypes['WorkflowVersion']> = {
  version: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  status: Resolver<ResolversTypes['WorkflowStatus'], ParentType, ContextType>;
  name: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  template: Resolver<ResolversTypes['WorkflowTemplate'], ParentType, ContextType>;
  connection: Resolver<ResolversTypes['Connection'], ParentType, ContextType>;
  details: Resolver<ReadonlyArray<ResolversTypes['WorkflowDetail']>, ParentType, ContextType>;
  filter: Resolver<ResolversTypes['WorkflowFilter'], ParentType, ContextType>;
  listIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  tagIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  fieldMapping: Resolver<ReadonlyArray<ResolversTypes['FieldMapping']>, ParentType, ContextType>;
  whenNotOptedIn: Resolver<ResolversTypes['WhenNotOptedIn'], ParentType, ContextType>;
  whenUnsubscribed: Resolver<ResolversTypes['WhenUnsubscribed'], ParentType, ContextType>;
  onCancelledOrder: Resolver<ResolversTypes['OnCancelledOrder'], ParentType, ContextType>;
  whenPaused: Resolver<ResolversTypes['WhenPaused'], ParentType, ContextType>;
  changedAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  changedBy: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WorkflowConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowConnection'] = ResolversParentTypes['WorkflowConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['WorkflowEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['Workflow']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type WorkflowEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowEdge'] = ResolversParentTypes['WorkflowEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['Workflow'], ParentType, ContextType>;
};

export type WorkflowVersionConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowVersionConnection'] = ResolversParentTypes['WorkflowVersionConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['WorkflowVersionEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['WorkflowVersion']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type WorkflowVersionEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowVersionEdge'] = ResolversParentTypes['WorkflowVersionEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['WorkflowVersion'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createWorkflow?: Resolver<ResolversTypes['WorkflowPayload'], ParentType, ContextType, RequireFields<MutationCreateWorkflowArgs, 'input'>>;
  updateWorkflow?: Resolver<ResolversTypes['WorkflowPayload'], ParentType, ContextType, RequireFields<MutationUpdateWorkflowArgs, 'input'>>;
  pauseWorkflow?: Resolver<ResolversTypes['WorkflowPayload'], ParentType, ContextType, RequireFields<MutationPauseWorkflowArgs, 'input'>>;
  resumeWorkflow?: Resolver<ResolversTypes['WorkflowPayload'], ParentType, ContextType, RequireFields<MutationResumeWorkflowArgs, 'input'>>;
  deleteWorkflow?: Resolver<ResolversTypes['WorkflowPayload'], ParentType, ContextType, RequireFields<MutationDeleteWorkflowArgs, 'input'>>;
  duplicateWorkflow?: Resolver<ResolversTypes['WorkflowPayload'], ParentType, ContextType, RequireFields<MutationDuplicateWorkflowArgs, 'input'>>;
};

export type WorkflowPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['WorkflowPayload'] = ResolversParentTypes['WorkflowPayload']> = {
  workflow: Resolver<Maybe<ResolversTypes['Workflow']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphContext> = {
  DateTime: GraphQLScalarType;
  Node: NodeResolvers<ContextType>;
  PageInfo: PageInfoResolvers<ContextType>;
  UserError: UserErrorResolvers<ContextType>;
  Query: QueryResolvers<ContextType>;
  BoxOffice: BoxOfficeResolvers<ContextType>;
  Connection: ConnectionResolvers<ContextType>;
  Delivery: DeliveryResolvers<ContextType>;
  Backfill: BackfillResolvers<ContextType>;
  Notice: NoticeResolvers<ContextType>;
  AppSubscription: AppSubscriptionResolvers<ContextType>;
  WorkflowTemplate: WorkflowTemplateResolvers<ContextType>;
  TemplateDetail: TemplateDetailResolvers<ContextType>;
  Workflow: WorkflowResolvers<ContextType>;
  WorkflowDetail: WorkflowDetailResolvers<ContextType>;
  WorkflowFilter: WorkflowFilterResolvers<ContextType>;
  FieldMapping: FieldMappingResolvers<ContextType>;
  WorkflowVersion: WorkflowVersionResolvers<ContextType>;
  WorkflowConnection: WorkflowConnectionResolvers<ContextType>;
  WorkflowEdge: WorkflowEdgeResolvers<ContextType>;
  WorkflowVersionConnection: WorkflowVersionConnectionResolvers<ContextType>;
  WorkflowVersionEdge: WorkflowVersionEdgeResolvers<ContextType>;
  Mutation: MutationResolvers<ContextType>;
  WorkflowPayload: WorkflowPayloadResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GraphContext> = {
  atMost: AtMostDirectiveResolver<any, any, ContextType>;
};
