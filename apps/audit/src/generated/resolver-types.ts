// Generated from schema.graphql by `npm run generate`: do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Entry as EntrySource } from '../domain/entry';
import type { EntryPage as EntryPageSource } from '../use-cases/read-log';
import type { GraphContext } from '../context';
export type Maybe<T> = T | null | undefined;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
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

export type Query = {
  /** The box office of the caller. */
  readonly boxOffice: BoxOffice;
};

/** A box office of Ticket Tailor. */
export type BoxOffice = {
  /** Opaque global id of the box office. */
  readonly id: Scalars['ID']['output'];
  /**
   * The audit log: who did what to what, when, and by which request. Newest first, at most 100 entries
   * on a page. Nothing changes an entry or deletes it before its time. An entry appears seconds after
   * the action. Role: owner.
   */
  readonly auditLog: AuditEntryConnection;
  /**
   * A part of the audit log as JSON lines, newest first: at most 500 entries, 500 by default. Pass
   * `next` as `after` until it is null, and append each part to a file. Role: owner.
   */
  readonly auditLogExport: AuditLogExport;
  /** How many days Boxlist keeps an entry of the audit log. The operator sets it for all box offices. */
  readonly auditLogDays: Scalars['Int']['output'];
};


/** A box office of Ticket Tailor. */
export type BoxOfficeAuditLogArgs = {
  filter?: InputMaybe<AuditFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};


/** A box office of Ticket Tailor. */
export type BoxOfficeAuditLogExportArgs = {
  filter?: InputMaybe<AuditFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

/** Which entries. An entry matches if it matches each given field. */
export type AuditFilter = {
  /** One of these actions. */
  readonly actions?: InputMaybe<ReadonlyArray<AuditAction>>;
  /** Actions of the person with this subject, as in `actor`. */
  readonly subject?: InputMaybe<Scalars['String']['input']>;
  /** Actions on this kind of thing. */
  readonly objectType?: InputMaybe<AuditObjectType>;
  /** Actions on the thing with this id. */
  readonly objectId?: InputMaybe<Scalars['ID']['input']>;
  /** Actions at this time or later. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Actions before this time. */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A page of the audit log. */
export type AuditEntryConnection = {
  /** Entries with their cursors. */
  readonly edges: ReadonlyArray<AuditEntryEdge>;
  /** Entries of this page. */
  readonly nodes: ReadonlyArray<AuditEntry>;
  /** Position of this page. */
  readonly pageInfo: PageInfo;
};

/** An entry in a page. */
export type AuditEntryEdge = {
  /** Pass it as `after` to get the entries that follow. */
  readonly cursor: Scalars['String']['output'];
  /** The entry. */
  readonly node: AuditEntry;
};

/** One action in a box office. */
export type AuditEntry = {
  /** Id of the entry. */
  readonly id: Scalars['ID']['output'];
  /** When it was done. */
  readonly at: Scalars['DateTime']['output'];
  /** What was done. */
  readonly action: AuditAction;
  /** Who did it. */
  readonly actor: AuditActor;
  /** The thing that the action changed or read. */
  readonly object: AuditObject;
  /** Id of the request that did it. Give it to the operator, who finds the request in the logs by it. */
  readonly requestId: Scalars['String']['output'];
  /** More about the action: ids, codes and numbers. */
  readonly details: ReadonlyArray<AuditDetail>;
};

/** The person behind an action, as their token named them at that time. */
export type AuditActor = {
  /** Opaque id of the person: the `sub` of the token. */
  readonly subject: Scalars['String']['output'];
  /** Role of the person in the box office at that time: `viewer`, `manager` or `owner`. */
  readonly role: Scalars['String']['output'];
};

/** The thing that an action changed or read. */
export type AuditObject = {
  /** Kind of the thing. */
  readonly type: AuditObjectType;
  /**
   * Id of the thing. For a buyer it is a keyed hash of the e-mail address, which nobody can turn back into
   * the address. For an API key, a webhook secret and dead letters it is the id of the box office.
   */
  readonly id: Scalars['String']['output'];
};

/** One more fact about an action. */
export type AuditDetail = {
  /** Name of the fact, such as `version`. */
  readonly name: Scalars['String']['output'];
  /** Its value. */
  readonly value: Scalars['String']['output'];
};

/** What was done. */
export type AuditAction =
  /** The add-on was activated, or its cancellation was taken back. */
  | 'APP_ACTIVATED'
  /** The add-on was cancelled. */
  | 'APP_DEACTIVATED'
  /** Somebody signed in to Constant Contact, for a new connection or again. */
  | 'CONNECTION_SIGNED_IN'
  /** A connection was ended. */
  | 'CONNECTION_DISCONNECTED'
  /** The settings of a connection were changed. */
  | 'CONNECTION_SETTINGS_CHANGED'
  /** The API key for Ticket Tailor was set or replaced. */
  | 'TICKET_TAILOR_KEY_SET'
  /** The API key for Ticket Tailor was removed. */
  | 'TICKET_TAILOR_KEY_REMOVED'
  /** The secret of Ticket Tailor's webhook was set or replaced. */
  | 'WEBHOOK_SECRET_SET'
  /** The secret of Ticket Tailor's webhook was removed. */
  | 'WEBHOOK_SECRET_REMOVED'
  /** A workflow was created. */
  | 'WORKFLOW_CREATED'
  /** A workflow was created as the copy of another. */
  | 'WORKFLOW_DUPLICATED'
  /** A workflow was changed. */
  | 'WORKFLOW_UPDATED'
  /** A workflow was paused. */
  | 'WORKFLOW_PAUSED'
  /** A workflow was resumed. */
  | 'WORKFLOW_RESUMED'
  /** A workflow was deleted. */
  | 'WORKFLOW_DELETED'
  /** A backfill was started. */
  | 'BACKFILL_STARTED'
  /** A backfill was paused. */
  | 'BACKFILL_PAUSED'
  /** A backfill was resumed. */
  | 'BACKFILL_RESUMED'
  /** A backfill was cancelled. */
  | 'BACKFILL_CANCELLED'
  /** A retry of deliveries was started. */
  | 'RETRY_STARTED'
  /** A retry of deliveries was cancelled. */
  | 'RETRY_CANCELLED'
  /** Dead letters were sent to be read again. */
  | 'DEAD_LETTERS_REPLAYED'
  /** Dead letters were discarded. */
  | 'DEAD_LETTERS_DISCARDED'
  /** The data of a buyer was exported. */
  | 'BUYER_EXPORTED'
  /** The erasure of a buyer was requested. */
  | 'BUYER_ERASED'
  /** An action of a newer version of Boxlist. */
  | 'OTHER';

/** The kind of thing that an action is about. */
export type AuditObjectType =
  /** A subscription to an add-on. */
  | 'SUBSCRIPTION'
  /** A connection to a Constant Contact account. */
  | 'CONNECTION'
  /** The box office's API key for Ticket Tailor. */
  | 'TICKET_TAILOR_KEY'
  /** The box office's secret for Ticket Tailor's webhook. */
  | 'WEBHOOK_SECRET'
  /** A workflow. */
  | 'WORKFLOW'
  /** A backfill of a workflow. */
  | 'BACKFILL'
  /** A retry of deliveries. */
  | 'RETRY'
  /** Dead letters of the box office. */
  | 'DEAD_LETTERS'
  /** A buyer. */
  | 'BUYER'
  /** A kind of thing of a newer version of Boxlist. */
  | 'OTHER';

/** A part of the audit log, ready for a file. */
export type AuditLogExport = {
  /**
   * One JSON object for each entry, each followed by a line break: `id`, `at`, `action`, `actor`, `object`,
   * `requestId`, `details`. Empty if there are no entries.
   */
  readonly lines: Scalars['String']['output'];
  /** Pass it as `after` for the next part. Null after the last. */
  readonly next: Maybe<Scalars['String']['output']>;
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
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  BoxOffice:
    ( { __typename: 'BoxOffice' }
    & GraphQLRecursivePick<FederationTypes['BoxOffice'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  BoxOffice: ResolverTypeWrapper<{ readonly id: string }>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  AuditFilter: AuditFilter;
  AuditEntryConnection: ResolverTypeWrapper<EntryPageSource>;
  AuditEntryEdge: ResolverTypeWrapper<Omit<AuditEntryEdge, 'node'> & { node: ResolversTypes['AuditEntry'] }>;
  AuditEntry: ResolverTypeWrapper<EntrySource>;
  AuditActor: ResolverTypeWrapper<AuditActor>;
  AuditObject: ResolverTypeWrapper<{ readonly type: string; readonly id: string }>;
  AuditDetail: ResolverTypeWrapper<AuditDetail>;
  AuditAction: AuditAction;
  AuditObjectType: AuditObjectType;
  AuditLogExport: ResolverTypeWrapper<AuditLogExport>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  String: Scalars['String']['output'];
  Query: Record<PropertyKey, never>;
  BoxOffice: { readonly id: string };
  ID: Scalars['ID']['output'];
  AuditFilter: AuditFilter;
  AuditEntryConnection: EntryPageSource;
  AuditEntryEdge: Omit<AuditEntryEdge, 'node'> & { node: ResolversParentTypes['AuditEntry'] };
  AuditEntry: EntrySource;
  AuditActor: AuditActor;
  AuditObject: { readonly type: string; readonly id: string };
  AuditDetail: AuditDetail;
  AuditLogExport: AuditLogExport;
  Int: Scalars['Int']['output'];
};

export type AtMostDirectiveArgs = {
  value: Scalars['Int']['input'];
};

export type AtMostDirectiveResolver<Result, Parent, ContextType = GraphContext, Args = AtMostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type PageInfoResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  boxOffice?: Resolver<ResolversTypes['BoxOffice'], ParentType, ContextType>;
};

export type BoxOfficeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['BoxOffice'] = ResolversParentTypes['BoxOffice'], FederationReferenceType extends FederationReferenceTypes['BoxOffice'] = FederationReferenceTypes['BoxOffice']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['BoxOffice']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  auditLog: Resolver<ResolversTypes['AuditEntryConnection'], ParentType, ContextType, Partial<BoxOfficeAuditLogArgs>>;
  auditLogExport: Resolver<ResolversTypes['AuditLogExport'], ParentType, ContextType, Partial<BoxOfficeAuditLogExportArgs>>;
  auditLogDays: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AuditEntryConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditEntryConnection'] = ResolversParentTypes['AuditEntryConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['AuditEntryEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AuditEntryEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditEntryEdge'] = ResolversParentTypes['AuditEntryEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
};

export type AuditEntryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditEntry'] = ResolversParentTypes['AuditEntry']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  at: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  action: Resolver<ResolversTypes['AuditAction'], ParentType, ContextType>;
  actor: Resolver<ResolversTypes['AuditActor'], ParentType, ContextType>;
  object: Resolver<ResolversTypes['AuditObject'], ParentType, ContextType>;
  requestId: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  details: Resolver<ReadonlyArray<ResolversTypes['AuditDetail']>, ParentType, ContextType>;
};

export type AuditActorResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditActor'] = ResolversParentTypes['AuditActor']> = {
  subject: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditObjectResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditObject'] = ResolversParentTypes['AuditObject']> = {
  type: Resolver<ResolversTypes['AuditObjectType'], ParentType, ContextType>;
  id: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditDetailResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditDetail'] = ResolversParentTypes['AuditDetail']> = {
  name: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditLogExportResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditLogExport'] = ResolversParentTypes['AuditLogExport']> = {
  lines: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  next: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphContext> = {
  DateTime: GraphQLScalarType;
  PageInfo: PageInfoResolvers<ContextType>;
  Query: QueryResolvers<ContextType>;
  BoxOffice: BoxOfficeResolvers<ContextType>;
  AuditEntryConnection: AuditEntryConnectionResolvers<ContextType>;
  AuditEntryEdge: AuditEntryEdgeResolvers<ContextType>;
  AuditEntry: AuditEntryResolvers<ContextType>;
  AuditActor: AuditActorResolvers<ContextType>;
  AuditObject: AuditObjectResolvers<ContextType>;
  AuditDetail: AuditDetailResolvers<ContextType>;
  AuditLogExport: AuditLogExportResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GraphContext> = {
  atMost: AtMostDirectiveResolver<any, any, ContextType>;
};
