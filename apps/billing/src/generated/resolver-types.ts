// Generated from schema.graphql by `npm run generate`: do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ConnectableApp as ConnectableAppSource } from '../domain/connectable-app';
import type { Subscription as SubscriptionSource } from '../domain/subscription';
import type { InvoicePage as InvoicePageSource } from '../use-cases/list-invoices';
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
  /** ISO 4217 currency code, such as `GBP`. */
  CurrencyCode: { input: string; output: string; }
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

/** An amount of money. */
export type Money = {
  /** Amount in the currency's smallest unit, such as pence or cents. */
  readonly amountMinor: Scalars['Int']['output'];
  /** The currency. */
  readonly currency: Scalars['CurrencyCode']['output'];
};

export type Query = {
  /** The caller's own box office, taken from the token. */
  readonly boxOffice: BoxOffice;
};

/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOffice = {
  /** Id of the box office, `bo_…`. */
  readonly id: Scalars['ID']['output'];
  /** The apps on the Connect apps page. */
  readonly apps: ReadonlyArray<ConnectableApp>;
  /** Invoices: first the upcoming one, if there is one, then the issued ones, newest first. */
  readonly invoices: InvoiceConnection;
};


/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOfficeInvoicesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

/** An add-on that a box office can activate. */
export type ConnectableApp = {
  /** Id of the app, such as `app_constant-contact`. */
  readonly id: Scalars['ID']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** What it does for the organiser. */
  readonly description: Scalars['String']['output'];
  /**
   * Price of a whole calendar month for this box office: the agreed price while subscribed, otherwise
   * today's price.
   */
  readonly monthlyPrice: Money;
  /** Free days that an activation gives this box office. 0 if the app was activated before. */
  readonly trialDays: Scalars['Int']['output'];
  /** The box office's subscription, if it ever had one. */
  readonly subscription: Maybe<AppSubscription>;
  /** What activating now would cost. The invoice after the activation shows the same. */
  readonly activationPreview: ProrationPreview;
};

/** What an activation would cost. */
export type ProrationPreview = {
  /** Charged at once. Nothing with a trial, or if the current period is already paid. */
  readonly dueNow: Money;
  /** When `lines` are charged: now, or when the trial ends. Null if the first period costs nothing. */
  readonly dueAt: Maybe<Scalars['DateTime']['output']>;
  /** End of the first period: the end of the trial, otherwise the end of the calendar month (UTC). */
  readonly firstPeriodEnd: Scalars['DateTime']['output'];
  /** Price of each whole month after that. */
  readonly nextMonthly: Money;
  /** Lines of the first invoice, prorated by days. */
  readonly lines: ReadonlyArray<InvoiceLine>;
};

/** Status of a subscription. */
export type SubscriptionStatus =
  /** In its free trial. */
  | 'TRIALING'
  /** Active and paid monthly. */
  | 'ACTIVE'
  /** Cancelled, but usable until the end of the paid or free period. */
  | 'CANCELLING'
  /** Ended. */
  | 'CANCELLED';

/** A box office's subscription to an add-on. */
export type AppSubscription = Node & {
  /** Id of the subscription, `sub_…`. It stays the same after a reactivation. */
  readonly id: Scalars['ID']['output'];
  /** Current status. */
  readonly status: SubscriptionStatus;
  /** The add-on. */
  readonly app: ConnectableApp;
  /** When it was last activated. */
  readonly activatedAt: Scalars['DateTime']['output'];
  /** When the free trial ends or ended, if there was one. */
  readonly trialEndsAt: Maybe<Scalars['DateTime']['output']>;
  /** End of the paid or free period. Null once the subscription has ended. */
  readonly currentPeriodEnd: Maybe<Scalars['DateTime']['output']>;
  /** When it ends or ended, if it was cancelled. */
  readonly cancelAt: Maybe<Scalars['DateTime']['output']>;
  /** Whether the box office may use the add-on now: in trial, active or cancelling. */
  readonly entitled: Scalars['Boolean']['output'];
};

/** Whether an invoice has been issued. */
export type InvoiceStatus =
  /** The next charge if nothing is cancelled. It has no number yet. */
  | 'UPCOMING'
  /** Charged. It no longer changes. */
  | 'ISSUED';

/** Charges of a box office for a calendar month (UTC). */
export type Invoice = {
  /** Id of the invoice, `inv_…`. It stays the same when an upcoming invoice is issued. */
  readonly id: Scalars['ID']['output'];
  /** Invoice number, such as `2026-000042`, once issued. Numbers rise within a year and may have gaps. */
  readonly number: Maybe<Scalars['String']['output']>;
  /** Whether it has been issued. */
  readonly status: InvoiceStatus;
  /** Start of the charged period. */
  readonly periodStart: Scalars['DateTime']['output'];
  /** End of the charged month, exclusive. */
  readonly periodEnd: Scalars['DateTime']['output'];
  /** When it was issued. */
  readonly issuedAt: Maybe<Scalars['DateTime']['output']>;
  /** Sum of the lines. */
  readonly total: Money;
  /** The charges. */
  readonly lines: ReadonlyArray<InvoiceLine>;
};

/** One charge of an invoice. */
export type InvoiceLine = {
  /** What the charge is for, in words for people. */
  readonly description: Scalars['String']['output'];
  /** First charged day (its first moment, UTC). */
  readonly periodStart: Scalars['DateTime']['output'];
  /** End of the charged period, exclusive. */
  readonly periodEnd: Scalars['DateTime']['output'];
  /** Number of charged days. */
  readonly days: Scalars['Int']['output'];
  /** Days in the month: `amount` = monthly price × days ÷ daysInMonth, rounded half up. */
  readonly daysInMonth: Scalars['Int']['output'];
  /** Price of this line. */
  readonly amount: Money;
};

/** A page of invoices. */
export type InvoiceConnection = {
  /** The items with their cursors. */
  readonly edges: ReadonlyArray<InvoiceEdge>;
  /** The items without cursors. */
  readonly nodes: ReadonlyArray<Invoice>;
  /** Position of the page. */
  readonly pageInfo: PageInfo;
  /** Number of invoices in all, including the upcoming one. */
  readonly totalCount: Scalars['Int']['output'];
};

/** An invoice on a page. */
export type InvoiceEdge = {
  /** Cursor for `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The invoice. */
  readonly node: Invoice;
};

export type Mutation = {
  /**
   * Adds an app to the monthly billing of the box office. If the app is cancelling, this undoes the
   * cancellation and charges nothing. Role: owner.
   */
  readonly activateApp: ActivateAppPayload;
  /**
   * Cancels an app. It stays usable until the end of the paid or trial period. Cancelling again
   * changes nothing. Role: owner.
   */
  readonly deactivateApp: DeactivateAppPayload;
};


export type MutationActivateAppArgs = {
  input: ActivateAppInput;
};


export type MutationDeactivateAppArgs = {
  input: DeactivateAppInput;
};

/** Which app to activate. */
export type ActivateAppInput = {
  /** Id of the app, such as `app_constant-contact`. */
  readonly appId: Scalars['ID']['input'];
};

/** Result of the activation. */
export type ActivateAppPayload = {
  /** The subscription after the change. Null if `userErrors` explain why not. */
  readonly subscription: Maybe<AppSubscription>;
  /** NOT_FOUND: there is no such app. ALREADY_ACTIVE: the app is already in use; nothing was charged. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which app to cancel. */
export type DeactivateAppInput = {
  /** Id of the app, such as `app_constant-contact`. */
  readonly appId: Scalars['ID']['input'];
};

/** Result of the cancellation. */
export type DeactivateAppPayload = {
  /** The subscription after the change. Null if `userErrors` explain why not. */
  readonly subscription: Maybe<AppSubscription>;
  /** NOT_FOUND: there is no such app. NOT_ACTIVE: the app is not in use. */
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
  AppSubscription: AppSubscription;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  BoxOffice:
    ( { __typename: 'BoxOffice' }
    & GraphQLRecursivePick<FederationTypes['BoxOffice'], {"id":true}> );
  AppSubscription:
    ( { __typename: 'AppSubscription' }
    & GraphQLRecursivePick<FederationTypes['AppSubscription'], {"id":true}> );
};


/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node: ( SubscriptionSource & { __typename: 'AppSubscription' } );
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  CurrencyCode: ResolverTypeWrapper<Scalars['CurrencyCode']['output']>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  UserError: ResolverTypeWrapper<UserError>;
  Money: ResolverTypeWrapper<Money>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  BoxOffice: ResolverTypeWrapper<{ readonly id: string }>;
  ConnectableApp: ResolverTypeWrapper<ConnectableAppSource>;
  ProrationPreview: ResolverTypeWrapper<ProrationPreview>;
  SubscriptionStatus: SubscriptionStatus;
  AppSubscription: ResolverTypeWrapper<SubscriptionSource>;
  InvoiceStatus: InvoiceStatus;
  Invoice: ResolverTypeWrapper<Invoice>;
  InvoiceLine: ResolverTypeWrapper<InvoiceLine>;
  InvoiceConnection: ResolverTypeWrapper<InvoicePageSource>;
  InvoiceEdge: ResolverTypeWrapper<InvoiceEdge>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ActivateAppInput: ActivateAppInput;
  ActivateAppPayload: ResolverTypeWrapper<Omit<ActivateAppPayload, 'subscription'> & { subscription: Maybe<ResolversTypes['AppSubscription']> }>;
  DeactivateAppInput: DeactivateAppInput;
  DeactivateAppPayload: ResolverTypeWrapper<Omit<DeactivateAppPayload, 'subscription'> & { subscription: Maybe<ResolversTypes['AppSubscription']> }>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  CurrencyCode: Scalars['CurrencyCode']['output'];
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  ID: Scalars['ID']['output'];
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  String: Scalars['String']['output'];
  UserError: UserError;
  Money: Money;
  Query: Record<PropertyKey, never>;
  BoxOffice: { readonly id: string };
  ConnectableApp: ConnectableAppSource;
  ProrationPreview: ProrationPreview;
  AppSubscription: SubscriptionSource;
  Invoice: Invoice;
  InvoiceLine: InvoiceLine;
  InvoiceConnection: InvoicePageSource;
  InvoiceEdge: InvoiceEdge;
  Mutation: Record<PropertyKey, never>;
  ActivateAppInput: ActivateAppInput;
  ActivateAppPayload: Omit<ActivateAppPayload, 'subscription'> & { subscription: Maybe<ResolversParentTypes['AppSubscription']> };
  DeactivateAppInput: DeactivateAppInput;
  DeactivateAppPayload: Omit<DeactivateAppPayload, 'subscription'> & { subscription: Maybe<ResolversParentTypes['AppSubscription']> };
  Int: Scalars['Int']['output'];
};

export type AtMostDirectiveArgs = {
  value: Scalars['Int']['input'];
};

export type AtMostDirectiveResolver<Result, Parent, ContextType = GraphContext, Args = AtMostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface CurrencyCodeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['CurrencyCode'], any> {
  name: 'CurrencyCode';
}

export type NodeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'AppSubscription', ParentType, ContextType>;
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

export type MoneyResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amountMinor: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  currency: Resolver<ResolversTypes['CurrencyCode'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  boxOffice?: Resolver<ResolversTypes['BoxOffice'], ParentType, ContextType>;
};

export type BoxOfficeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['BoxOffice'] = ResolversParentTypes['BoxOffice'], FederationReferenceType extends FederationReferenceTypes['BoxOffice'] = FederationReferenceTypes['BoxOffice']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['BoxOffice']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  apps: Resolver<ReadonlyArray<ResolversTypes['ConnectableApp']>, ParentType, ContextType>;
  invoices: Resolver<ResolversTypes['InvoiceConnection'], ParentType, ContextType, Partial<BoxOfficeInvoicesArgs>>;
};

export type ConnectableAppResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ConnectableApp'] = ResolversParentTypes['ConnectableApp']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  monthlyPrice: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  trialDays: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  subscription: Resolver<Maybe<ResolversTypes['AppSubscription']>, ParentType, ContextType>;
  activationPreview: Resolver<ResolversTypes['ProrationPreview'], ParentType, ContextType>;
};

export type ProrationPreviewResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ProrationPreview'] = ResolversParentTypes['ProrationPreview']> = {
  dueNow: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  dueAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  firstPeriodEnd: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  nextMonthly: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  lines: Resolver<ReadonlyArray<ResolversTypes['InvoiceLine']>, ParentType, ContextType>;
};

export type AppSubscriptionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AppSubscription'] = ResolversParentTypes['AppSubscription'], FederationReferenceType extends FederationReferenceTypes['AppSubscription'] = FederationReferenceTypes['AppSubscription']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['AppSubscription']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status: Resolver<ResolversTypes['SubscriptionStatus'], ParentType, ContextType>;
  app: Resolver<ResolversTypes['ConnectableApp'], ParentType, ContextType>;
  activatedAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  trialEndsAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  currentPeriodEnd: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  cancelAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  entitled: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvoiceResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Invoice'] = ResolversParentTypes['Invoice']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  number: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status: Resolver<ResolversTypes['InvoiceStatus'], ParentType, ContextType>;
  periodStart: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  periodEnd: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  issuedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  total: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  lines: Resolver<ReadonlyArray<ResolversTypes['InvoiceLine']>, ParentType, ContextType>;
};

export type InvoiceLineResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['InvoiceLine'] = ResolversParentTypes['InvoiceLine']> = {
  description: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  periodStart: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  periodEnd: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  days: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  daysInMonth: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  amount: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type InvoiceConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['InvoiceConnection'] = ResolversParentTypes['InvoiceConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['InvoiceEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['Invoice']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type InvoiceEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['InvoiceEdge'] = ResolversParentTypes['InvoiceEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['Invoice'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  activateApp?: Resolver<ResolversTypes['ActivateAppPayload'], ParentType, ContextType, RequireFields<MutationActivateAppArgs, 'input'>>;
  deactivateApp?: Resolver<ResolversTypes['DeactivateAppPayload'], ParentType, ContextType, RequireFields<MutationDeactivateAppArgs, 'input'>>;
};

export type ActivateAppPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ActivateAppPayload'] = ResolversParentTypes['ActivateAppPayload']> = {
  subscription: Resolver<Maybe<ResolversTypes['AppSubscription']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeactivateAppPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DeactivateAppPayload'] = ResolversParentTypes['DeactivateAppPayload']> = {
  subscription: Resolver<Maybe<ResolversTypes['AppSubscription']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphContext> = {
  DateTime: GraphQLScalarType;
  CurrencyCode: GraphQLScalarType;
  Node: NodeResolvers<ContextType>;
  PageInfo: PageInfoResolvers<ContextType>;
  UserError: UserErrorResolvers<ContextType>;
  Money: MoneyResolvers<ContextType>;
  Query: QueryResolvers<ContextType>;
  BoxOffice: BoxOfficeResolvers<ContextType>;
  ConnectableApp: ConnectableAppResolvers<ContextType>;
  ProrationPreview: ProrationPreviewResolvers<ContextType>;
  AppSubscription: AppSubscriptionResolvers<ContextType>;
  Invoice: InvoiceResolvers<ContextType>;
  InvoiceLine: InvoiceLineResolvers<ContextType>;
  InvoiceConnection: InvoiceConnectionResolvers<ContextType>;
  InvoiceEdge: InvoiceEdgeResolvers<ContextType>;
  Mutation: MutationResolvers<ContextType>;
  ActivateAppPayload: ActivateAppPayloadResolvers<ContextType>;
  DeactivateAppPayload: DeactivateAppPayloadResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GraphContext> = {
  atMost: AtMostDirectiveResolver<any, any, ContextType>;
};
