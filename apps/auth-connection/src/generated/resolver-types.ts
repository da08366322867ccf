// Generated from schema.graphql by `npm run generate`: do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Connection as ConnectionSource, ConnectionSettings as ConnectionSettingsSource } from '../domain/connection';
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
};

/** The tenant: one organiser's Ticket Tailor account. */
export type BoxOffice = {
  /** Id of the box office, `bo_…`. */
  readonly id: Scalars['ID']['output'];
  /** Connections to Constant Contact accounts, newest first, at most 20. */
  readonly connections: ReadonlyArray<Connection>;
  /**
   * The Ticket Tailor API key that Boxlist uses to read orders from before Boxlist. Null if none is
   * set.
   */
  readonly ticketTailorApiKey: Maybe<TicketTailorApiKey>;
};

/**
 * What anyone may know about a Ticket Tailor API key. You can set and remove the key, but never read
 * it.
 */
export type TicketTailorApiKey = {
  /** When it was set. */
  readonly setAt: Scalars['DateTime']['output'];
  /** Last four characters, to tell it from other keys. */
  readonly lastFour: Scalars['String']['output'];
};

/** Status of a connection. */
export type ConnectionStatus =
  /** Connected and usable. */
  | 'CONNECTED'
  /**
   * Constant Contact no longer accepts the sign-in. Sign in again to the same account. Deliveries wait
   * meanwhile.
   */
  | 'NEEDS_RECONNECT'
  /** The organiser ended it. Boxlist has erased its tokens. */
  | 'DISCONNECTED';

/** A box office's connection to one Constant Contact account. */
export type Connection = Node & {
  /** Id of the connection, `conn_…`. */
  readonly id: Scalars['ID']['output'];
  /** Current status. */
  readonly status: ConnectionStatus;
  /** Why it needs a new sign-in, if it does. */
  readonly needsReconnectReason: Maybe<Scalars['String']['output']>;
  /** Name of the organisation at Constant Contact. */
  readonly accountName: Maybe<Scalars['String']['output']>;
  /** When the current sign-in was made. */
  readonly connectedAt: Maybe<Scalars['DateTime']['output']>;
  /** Settings that the organiser chose. */
  readonly settings: ConnectionSettings;
  /** Version number. It grows with each change. Pass it when you change the settings. */
  readonly version: Scalars['Int']['output'];
  /**
   * Contact lists of the account, sorted by name, as Boxlist read them in the last ten minutes. With
   * `search`: only those whose name contains it. With `refresh: true`: as they are now, if the last
   * reading is older than 15 seconds. Needs the add-on. Role: viewer; with `refresh` manager or owner.
   */
  readonly contactLists: ContactListConnection;
  /**
   * Tags of the account, sorted by name. `search`, `refresh`, roles and age are those of
   * `contactLists`.
   */
  readonly tags: TagConnection;
  /**
   * Custom fields of the account, sorted by label. `search` looks in the label; `refresh`, roles and
   * age are those of `contactLists`.
   */
  readonly customFields: CustomFieldConnection;
};


/** A box office's connection to one Constant Contact account. */
export type ConnectionContactListsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
  refresh?: InputMaybe<Scalars['Boolean']['input']>;
};


/** A box office's connection to one Constant Contact account. */
export type ConnectionTagsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
  refresh?: InputMaybe<Scalars['Boolean']['input']>;
};


/** A box office's connection to one Constant Contact account. */
export type ConnectionCustomFieldsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
  refresh?: InputMaybe<Scalars['Boolean']['input']>;
};

/**
 * How Boxlist creates a new contact who opted in. Choose CONFIRM if Confirmed Opt-in is on in the
 * Constant Contact account. Boxlist cannot see that setting, and with DIRECT nobody would be asked to
 * confirm.
 */
export type OptInRoute =
  /** At once, with explicit permission, lists and tags. The buyer's tick at checkout is the consent. */
  | 'DIRECT'
  /**
   * Through the account's sign-up form, which respects Confirmed Opt-in. If it is on, Constant Contact
   * first e-mails the buyer, who stays pending until they confirm. If it is off, the buyer can receive
   * e-mail at once. The form cannot ask buyers without a list to join, or with an address longer than
   * 50 characters. They become contacts without permission, and their deliveries say so.
   */
  | 'CONFIRM';

/**
 * What happens to new buyers who opted in when the application's calls of the day run short. All box
 * offices share the calls. New calls come at 00:00 UTC.
 */
export type WhenQuotaIsScarce =
  /** Each buyer waits for a separate call, perhaps until tomorrow, and then has explicit permission. */
  | 'WAIT'
  /**
   * Boxlist imports them now, many with one call. They have implicit permission. Not allowed with
   * CONFIRM, because an import asks nobody to confirm.
   */
  | 'IMPORT';

/**
 * Settings that the organiser chose for a connection. They stay when the connection is renewed and end
 * with a disconnect.
 */
export type ConnectionSettings = {
  /** How Boxlist creates a new contact who opted in. Default: DIRECT. */
  readonly optInRoute: OptInRoute;
  /** What happens to new buyers when calls run short. Default: WAIT. */
  readonly whenQuotaIsScarce: WhenQuotaIsScarce;
  /**
   * Whether Boxlist later gives explicit permission to contacts that it imported because calls ran
   * short. It uses calls that are left over in about the last hour of the UTC day, never one that an
   * order could still use. It checks each contact right before, and leaves those unchanged who have
   * unsubscribed, are on hold or are on no list any more. Default: false.
   */
  readonly upgradesImported: Scalars['Boolean']['output'];
  /**
   * Whether you can turn on `upgradesImported`. The operator must have confirmed that the call which
   * makes permission explicit leaves a contact unsubscribed who unsubscribes a moment before it.
   */
  readonly canUpgradeImported: Scalars['Boolean']['output'];
};

/** A contact list of the connected account. */
export type ContactList = {
  /** Constant Contact list_id. */
  readonly id: Scalars['ID']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** Number of contacts, if known. */
  readonly membershipCount: Maybe<Scalars['Int']['output']>;
};

/** A tag of the connected account. */
export type Tag = {
  /** Constant Contact tag_id. */
  readonly id: Scalars['ID']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
};

/** A custom field of the connected account. */
export type CustomField = {
  /** Constant Contact custom_field_id. */
  readonly id: Scalars['ID']['output'];
  /** Its label. */
  readonly label: Scalars['String']['output'];
  /** Its type, such as string, date or number. */
  readonly type: Scalars['String']['output'];
};

/** A page of contact lists. */
export type ContactListConnection = {
  /** The items with their cursors. */
  readonly edges: ReadonlyArray<ContactListEdge>;
  /** The items without cursors. */
  readonly nodes: ReadonlyArray<ContactList>;
  /** Position of the page. */
  readonly pageInfo: PageInfo;
  /** Number of items in all. */
  readonly totalCount: Scalars['Int']['output'];
  /**
   * When Boxlist read them at Constant Contact. It shows an older reading, of at most a day, while it
   * cannot read them again.
   */
  readonly readAt: Scalars['DateTime']['output'];
};

/** A contact list on a page. */
export type ContactListEdge = {
  /** Cursor for `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The list. */
  readonly node: ContactList;
};

/** A page of tags. */
export type TagConnection = {
  /** The items with their cursors. */
  readonly edges: ReadonlyArray<TagEdge>;
  /** The items without cursors. */
  readonly nodes: ReadonlyArray<Tag>;
  /** Position of the page. */
  readonly pageInfo: PageInfo;
  /** Number of items in all. */
  readonly totalCount: Scalars['Int']['output'];
  /**
   * When Boxlist read them at Constant Contact. It shows an older reading, of at most a day, while it
   * cannot read them again.
   */
  readonly readAt: Scalars['DateTime']['output'];
};

/** A tag on a page. */
export type TagEdge = {
  /** Cursor for `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The tag. */
  readonly node: Tag;
};

/** A page of custom fields. */
export type CustomFieldConnection = {
  /** The items with their cursors. */
  readonly edges: ReadonlyArray<CustomFieldEdge>;
  /** The items without cursors. */
  readonly nodes: ReadonlyArray<CustomField>;
  /** Position of the page. */
  readonly pageInfo: PageInfo;
  /** Number of items in all. */
  readonly totalCount: Scalars['Int']['output'];
  /**
   * When Boxlist read them at Constant Contact. It shows an older reading, of at most a day, while it
   * cannot read them again.
   */
  readonly readAt: Scalars['DateTime']['output'];
};

/** A custom field on a page. */
export type CustomFieldEdge = {
  /** Cursor for `after`. */
  readonly cursor: Scalars['String']['output'];
  /** The custom field. */
  readonly node: CustomField;
};

export type Mutation = {
  /**
   * Starts a sign-in to Constant Contact. Send the person's browser to the returned URL. Afterwards
   * complete the sign-in with `completeConnection`. Role: manager or owner.
   */
  readonly beginConnection: BeginConnectionPayload;
  /**
   * Completes a sign-in with the ticket that the browser brought back. Call it at once: Constant
   * Contact's answer behind the ticket lasts for about five minutes. It first says which account signed
   * in. Show that to the person, and call it again with `confirm: true` to save the connection. Only
   * the person who started the sign-in can complete it, and only for the same box office. Role: manager
   * or owner.
   */
  readonly completeConnection: CompleteConnectionPayload;
  /**
   * Ends a connection, erases its tokens and resets its settings to the defaults. Boxlist also revokes
   * the tokens at Constant Contact if the operator has set that up. Role: manager or owner.
   */
  readonly disconnect: DisconnectPayload;
  /** Chooses how new contacts are created. Absent fields stay unchanged. Role: manager or owner. */
  readonly updateConnectionSettings: UpdateConnectionSettingsPayload;
  /**
   * Sets the Ticket Tailor API key and replaces the previous one. Boxlist keeps it encrypted and never
   * shows it. Role: manager or owner.
   */
  readonly setTicketTailorApiKey: SetTicketTailorApiKeyPayload;
  /** Erases the Ticket Tailor API key. If none is set, nothing changes. Role: manager or owner. */
  readonly removeTicketTailorApiKey: RemoveTicketTailorApiKeyPayload;
  /** Creates a contact list in the connected account. Needs the add-on. Role: manager or owner. */
  readonly createContactList: CreateContactListPayload;
  /** Creates a tag in the connected account. Needs the add-on. Role: manager or owner. */
  readonly createTag: CreateTagPayload;
};


export type MutationBeginConnectionArgs = {
  input: BeginConnectionInput;
};


export type MutationCompleteConnectionArgs = {
  input: CompleteConnectionInput;
};


export type MutationDisconnectArgs = {
  input: DisconnectInput;
};


export type MutationUpdateConnectionSettingsArgs = {
  input: UpdateConnectionSettingsInput;
};


export type MutationSetTicketTailorApiKeyArgs = {
  input: SetTicketTailorApiKeyInput;
};


export type MutationCreateContactListArgs = {
  input: CreateContactListInput;
};


export type MutationCreateTagArgs = {
  input: CreateTagInput;
};

/** How to start a sign-in. */
export type BeginConnectionInput = {
  /** Id of the connection to renew. The person must then sign in to the same account. */
  readonly connectionId?: InputMaybe<Scalars['ID']['input']>;
  /**
   * Where the browser goes afterwards. Must be an allowed URL or lie below one, with at most 2,000
   * characters. Boxlist adds the parameter `status`. After a sign-in it is `SIGNED_IN`, and `ticket`
   * holds the ticket for `completeConnection`: remove it from the address bar. Otherwise `status` is an
   * error code, such as SIGN_IN_DENIED (the person declined), CONSTANT_CONTACT_UNAVAILABLE or
   * SIGN_IN_REFUSED. For a renewal, `connection` is the id of the connection. Without a `returnUrl` a
   * page of Boxlist shows the ticket.
   */
  readonly returnUrl?: InputMaybe<Scalars['String']['input']>;
};

/** Result of the start. */
export type BeginConnectionPayload = {
  /**
   * Where to send the person's own browser. Valid once, for 10 minutes. Do not pass it on to others:
   * they could sign in, but nobody could complete their sign-in.
   */
  readonly authorizationUrl: Maybe<Scalars['String']['output']>;
  /** The connection to renew, if any. */
  readonly connection: Maybe<Connection>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which sign-in to complete. */
export type CompleteConnectionInput = {
  /** The ticket from the end of the sign-in, valid for 10 minutes. Pass it as a variable. */
  readonly ticket: Scalars['String']['input'];
  /**
   * Whether to save the connection. With false, the answer says which account signed in. Repeated
   * calls with true return the same connection.
   */
  readonly confirm?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Result of the completion: the saved connection, or the account that waits for a confirmation. */
export type CompleteConnectionPayload = {
  /** The connection, once it is saved. */
  readonly connection: Maybe<Connection>;
  /** The account that signed in, until it is saved. Ask the person whether it is the right one. */
  readonly account: Maybe<SignedInAccount>;
  /** Whether nothing is saved yet, and the call must be repeated with `confirm: true`. */
  readonly needsConfirmation: Scalars['Boolean']['output'];
  /**
   * What is wrong. TICKET_INVALID, SIGN_IN_REFUSED, SIGN_IN_INTERRUPTED, MISSING_PRIVILEGES and
   * DIFFERENT_ACCOUNT need a new sign-in.
   */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A Constant Contact account that signed in and is not saved yet. */
export type SignedInAccount = {
  /** Name of the organisation at Constant Contact. */
  readonly name: Maybe<Scalars['String']['output']>;
  /** The connection that it would renew, in its current status. Null if it would be a new connection. */
  readonly renews: Maybe<Connection>;
};

/** Which connection to end. */
export type DisconnectInput = {
  /** Its id. */
  readonly connectionId: Scalars['ID']['input'];
};

/** Result of the disconnect. */
export type DisconnectPayload = {
  /** The connection after the change. */
  readonly connection: Maybe<Connection>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Which settings to choose. */
export type UpdateConnectionSettingsInput = {
  /** Id of the connection. */
  readonly connectionId: Scalars['ID']['input'];
  /** The version that you read, to refuse the change with VERSION_CONFLICT if somebody else made one. */
  readonly version?: InputMaybe<Scalars['Int']['input']>;
  /** How a new contact who opted in is created. */
  readonly optInRoute?: InputMaybe<OptInRoute>;
  /** What happens to new buyers when calls run short. */
  readonly whenQuotaIsScarce?: InputMaybe<WhenQuotaIsScarce>;
  /**
   * Whether Boxlist later gives explicit permission to contacts imported then. True gives
   * UPGRADE_NOT_OFFERED if `canUpgradeImported` is false.
   */
  readonly upgradesImported?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Result of the change. */
export type UpdateConnectionSettingsPayload = {
  /** The connection after the change. */
  readonly connection: Maybe<Connection>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** The key to set. */
export type SetTicketTailorApiKeyInput = {
  /**
   * An API key (`sk_…`) that Ticket Tailor made for this box office, in its box office settings under
   * API. Pass it as a variable, never in the text of the query.
   */
  readonly apiKey: Scalars['String']['input'];
};

/** Result of setting the key. */
export type SetTicketTailorApiKeyPayload = {
  /** The box office, with what may be known of the key. */
  readonly boxOffice: Maybe<BoxOffice>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Result of the removal. */
export type RemoveTicketTailorApiKeyPayload = {
  /** The box office, without a key. */
  readonly boxOffice: Maybe<BoxOffice>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A new contact list. */
export type CreateContactListInput = {
  /** Connection of the account to create it in. */
  readonly connectionId: Scalars['ID']['input'];
  /** 1 to 255 characters, and not in use yet. */
  readonly name: Scalars['String']['input'];
  /** Free text. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
};

/** Result of the creation. */
export type CreateContactListPayload = {
  /** The list. Null if `userErrors` explain why not. */
  readonly contactList: Maybe<ContactList>;
  /** What is wrong with the input. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A new tag. */
export type CreateTagInput = {
  /** Connection of the account to create it in. */
  readonly connectionId: Scalars['ID']['input'];
  /** 1 to 255 characters, and not in use yet. */
  readonly name: Scalars['String']['input'];
};

/** Result of the creation. */
export type CreateTagPayload = {
  /** The tag. Null if `userErrors` explain why not. */
  readonly tag: Maybe<Tag>;
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
  Connection: Connection;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  BoxOffice:
    ( { __typename: 'BoxOffice' }
    & GraphQLRecursivePick<FederationTypes['BoxOffice'], {"id":true}> );
  Connection:
    ( { __typename: 'Connection' }
    & GraphQLRecursivePick<FederationTypes['Connection'], {"id":true}> );
};


/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node: ( ConnectionSource & { __typename: 'Connection' } );
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
  TicketTailorApiKey: ResolverTypeWrapper<TicketTailorApiKey>;
  ConnectionStatus: ConnectionStatus;
  Connection: ResolverTypeWrapper<ConnectionSource>;
  OptInRoute: OptInRoute;
  WhenQuotaIsScarce: WhenQuotaIsScarce;
  ConnectionSettings: ResolverTypeWrapper<ConnectionSettingsSource>;
  ContactList: ResolverTypeWrapper<ContactList>;
  Tag: ResolverTypeWrapper<Tag>;
  CustomField: ResolverTypeWrapper<CustomField>;
  ContactListConnection: ResolverTypeWrapper<ContactListConnection>;
  ContactListEdge: ResolverTypeWrapper<ContactListEdge>;
  TagConnection: ResolverTypeWrapper<TagConnection>;
  TagEdge: ResolverTypeWrapper<TagEdge>;
  CustomFieldConnection: ResolverTypeWrapper<CustomFieldConnection>;
  CustomFieldEdge: ResolverTypeWrapper<CustomFieldEdge>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  BeginConnectionInput: BeginConnectionInput;
  BeginConnectionPayload: ResolverTypeWrapper<Omit<BeginConnectionPayload, 'connection'> & { connection: Maybe<ResolversTypes['Connection']> }>;
  CompleteConnectionInput: CompleteConnectionInput;
  CompleteConnectionPayload: ResolverTypeWrapper<Omit<CompleteConnectionPayload, 'connection' | 'account'> & { connection: Maybe<ResolversTypes['Connection']>, account: Maybe<ResolversTypes['SignedInAccount']> }>;
  SignedInAccount: ResolverTypeWrapper<Omit<SignedInAccount, 'renews'> & { renews: Maybe<ResolversTypes['Connection']> }>;
  DisconnectInput: DisconnectInput;
  DisconnectPayload: ResolverTypeWrapper<Omit<DisconnectPayload, 'connection'> & { connection: Maybe<ResolversTypes['Connection']> }>;
  UpdateConnectionSettingsInput: UpdateConnectionSettingsInput;
  UpdateConnectionSettingsPayload: ResolverTypeWrapper<Omit<UpdateConnectionSettingsPayload, 'connection'> & { connection: Maybe<ResolversTypes['Connection']> }>;
  SetTicketTailorApiKeyInput: SetTicketTailorApiKeyInput;
  SetTicketTailorApiKeyPayload: ResolverTypeWrapper<Omit<SetTicketTailorApiKeyPayload, 'boxOffice'> & { boxOffice: Maybe<ResolversTypes['BoxOffice']> }>;
  RemoveTicketTailorApiKeyPayload: ResolverTypeWrapper<Omit<RemoveTicketTailorApiKeyPayload, 'boxOffice'> & { boxOffice: Maybe<ResolversTypes['BoxOffice']> }>;
  CreateContactListInput: CreateContactListInput;
  CreateContactListPayload: ResolverTypeWrapper<CreateContactListPayload>;
  CreateTagInput: CreateTagInput;
  CreateTagPayload: ResolverTypeWrapper<CreateTagPayload>;
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
  TicketTailorApiKey: TicketTailorApiKey;
  Connection: ConnectionSource;
  ConnectionSettings: ConnectionSettingsSource;
  ContactList: ContactList;
  Tag: Tag;
  CustomField: CustomField;
  ContactListConnection: ContactListConnection;
  ContactListEdge: ContactListEdge;
  TagConnection: TagConnection;
  TagEdge: TagEdge;
  CustomFieldConnection: CustomFieldConnection;
  CustomFieldEdge: CustomFieldEdge;
  Mutation: Record<PropertyKey, never>;
  BeginConnectionInput: BeginConnectionInput;
  BeginConnectionPayload: Omit<BeginConnectionPayload, 'connection'> & { connection: Maybe<ResolversParentTypes['Connection']> };
  CompleteConnectionInput: CompleteConnectionInput;
  CompleteConnectionPayload: Omit<CompleteConnectionPayload, 'connection' | 'account'> & { connection: Maybe<ResolversParentTypes['Connection']>, account: Maybe<ResolversParentTypes['SignedInAccount']> };
  SignedInAccount: Omit<SignedInAccount, 'renews'> & { renews: Maybe<ResolversParentTypes['Connection']> };
  DisconnectInput: DisconnectInput;
  DisconnectPayload: Omit<DisconnectPayload, 'connection'> & { connection: Maybe<ResolversParentTypes['Connection']> };
  UpdateConnectionSettingsInput: UpdateConnectionSettingsInput;
  UpdateConnectionSettingsPayload: Omit<UpdateConnectionSettingsPayload, 'connection'> & { connection: Maybe<ResolversParentTypes['Connection']> };
  SetTicketTailorApiKeyInput: SetTicketTailorApiKeyInput;
  SetTicketTailorApiKeyPayload: Omit<SetTicketTailorApiKeyPayload, 'boxOffice'> & { boxOffice: Maybe<ResolversParentTypes['BoxOffice']> };
  RemoveTicketTailorApiKeyPayload: Omit<RemoveTicketTailorApiKeyPayload, 'boxOffice'> & { boxOffice: Maybe<ResolversParentTypes['BoxOffice']> };
  CreateContactListInput: CreateContactListInput;
  CreateContactListPayload: CreateContactListPayload;
  CreateTagInput: CreateTagInput;
  CreateTagPayload: CreateTagPayload;
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
  __resolveType: TypeResolveFn<'Connection', ParentType, ContextType>;
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
  connections: Resolver<ReadonlyArray<ResolversTypes['Connection']>, ParentType, ContextType>;
  ticketTailorApiKey: Resolver<Maybe<ResolversTypes['TicketTailorApiKey']>, ParentType, ContextType>;
};

export type TicketTailorApiKeyResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TicketTailorApiKey'] = ResolversParentTypes['TicketTailorApiKey']> = {
  setAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastFour: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Connection'] = ResolversParentTypes['Connection'], FederationReferenceType extends FederationReferenceTypes['Connection'] = FederationReferenceTypes['Connection']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['Connection']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status: Resolver<ResolversTypes['ConnectionStatus'], ParentType, ContextType>;
  needsReconnectReason: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  accountName: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  connectedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  settings: Resolver<ResolversTypes['ConnectionSettings'], ParentType, ContextType>;
  version: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  contactLists: Resolver<ResolversTypes['ContactListConnection'], ParentType, ContextType, Partial<ConnectionContactListsArgs>>;
  tags: Resolver<ResolversTypes['TagConnection'], ParentType, ContextType, Partial<ConnectionTagsArgs>>;
  customFields: Resolver<ResolversTypes['CustomFieldConnection'], ParentType, ContextType, Partial<ConnectionCustomFieldsArgs>>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ConnectionSettingsResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ConnectionSettings'] = ResolversParentTypes['ConnectionSettings']> = {
  optInRoute: Resolver<ResolversTypes['OptInRoute'], ParentType, ContextType>;
  whenQuotaIsScarce: Resolver<ResolversTypes['WhenQuotaIsScarce'], ParentType, ContextType>;
  upgradesImported: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canUpgradeImported: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ContactListResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ContactList'] = ResolversParentTypes['ContactList']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  membershipCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type TagResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Tag'] = ResolversParentTypes['Tag']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CustomFieldResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CustomField'] = ResolversParentTypes['CustomField']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  label: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ContactListConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ContactListConnection'] = ResolversParentTypes['ContactListConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['ContactListEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['ContactList']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  readAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type ContactListEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ContactListEdge'] = ResolversParentTypes['ContactListEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['ContactList'], ParentType, ContextType>;
};

export type TagConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TagConnection'] = ResolversParentTypes['TagConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['TagEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['Tag']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  readAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type TagEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TagEdge'] = ResolversParentTypes['TagEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['Tag'], ParentType, ContextType>;
};

export type CustomFieldConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CustomFieldConnection'] = ResolversParentTypes['CustomFieldConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['CustomFieldEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['CustomField']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  readAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type CustomFieldEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CustomFieldEdge'] = ResolversParentTypes['CustomFieldEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['CustomField'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  beginConnection?: Resolver<ResolversTypes['BeginConnectionPayload'], ParentType, ContextType, RequireFields<MutationBeginConnectionArgs, 'input'>>;
  completeConnection?: Resolver<ResolversTypes['CompleteConnectionPayload'], ParentType, ContextType, RequireFields<MutationCompleteConnectionArgs, 'input'>>;
  disconnect?: Resolver<ResolversTypes['DisconnectPayload'], ParentType, ContextType, RequireFields<MutationDisconnectArgs, 'input'>>;
  updateConnectionSettings?: Resolver<ResolversTypes['UpdateConnectionSettingsPayload'], ParentType, ContextType, RequireFields<MutationUpdateConnectionSettingsArgs, 'input'>>;
  setTicketTailorApiKey?: Resolver<ResolversTypes['SetTicketTailorApiKeyPayload'], ParentType, ContextType, RequireFields<MutationSetTicketTailorApiKeyArgs, 'input'>>;
  removeTicketTailorApiKey?: Resolver<ResolversTypes['RemoveTicketTailorApiKeyPayload'], ParentType, ContextType>;
  createContactList?: Resolver<ResolversTypes['CreateContactListPayload'], ParentType, ContextType, RequireFields<MutationCreateContactListArgs, 'input'>>;
  createTag?: Resolver<ResolversTypes['CreateTagPayload'], ParentType, ContextType, RequireFields<MutationCreateTagArgs, 'input'>>;
};

export type BeginConnectionPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['BeginConnectionPayload'] = ResolversParentTypes['BeginConnectionPayload']> = {
  authorizationUrl: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  connection: Resolver<Maybe<ResolversTypes['Connection']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CompleteConnectionPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CompleteConnectionPayload'] = ResolversParentTypes['CompleteConnectionPayload']> = {
  connection: Resolver<Maybe<ResolversTypes['Connection']>, ParentType, ContextType>;
  account: Resolver<Maybe<ResolversTypes['SignedInAccount']>, ParentType, ContextType>;
  needsConfirmation: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SignedInAccountResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SignedInAccount'] = ResolversParentTypes['SignedInAccount']> = {
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  renews: Resolver<Maybe<ResolversTypes['Connection']>, ParentType, ContextType>;
};

export type DisconnectPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['DisconnectPayload'] = ResolversParentTypes['DisconnectPayload']> = {
  connection: Resolver<Maybe<ResolversTypes['Connection']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateConnectionSettingsPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['UpdateConnectionSettingsPayload'] = ResolversParentTypes['UpdateConnectionSettingsPayload']> = {
  connection: Resolver<Maybe<ResolversTypes['Connection']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SetTicketTailorApiKeyPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SetTicketTailorApiKeyPayload'] = ResolversParentTypes['SetTicketTailorApiKeyPayload']> = {
  boxOffice: Resolver<Maybe<ResolversTypes['BoxOffice']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveTicketTailorApiKeyPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['RemoveTicketTailorApiKeyPayload'] = ResolversParentTypes['RemoveTicketTailorApiKeyPayload']> = {
  boxOffice: Resolver<Maybe<ResolversTypes['BoxOffice']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreateContactListPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CreateContactListPayload'] = ResolversParentTypes['CreateContactListPayload']> = {
  contactList: Resolver<Maybe<ResolversTypes['ContactList']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreateTagPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CreateTagPayload'] = ResolversParentTypes['CreateTagPayload']> = {
  tag: Resolver<Maybe<ResolversTypes['Tag']>, ParentType, ContextType>;
  userErrors: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphContext> = {
  DateTime: GraphQLScalarType;
  Node: NodeResolvers<ContextType>;
  PageInfo: PageInfoResolvers<ContextType>;
  UserError: UserErrorResolvers<ContextType>;
  Query: QueryResolvers<ContextType>;
  BoxOffice: BoxOfficeResolvers<ContextType>;
  TicketTailorApiKey: TicketTailorApiKeyResolvers<ContextType>;
  Connection: ConnectionResolvers<ContextType>;
  ConnectionSettings: ConnectionSettingsResolvers<ContextType>;
  ContactList: ContactListResolvers<ContextType>;
  Tag: TagResolvers<ContextType>;
  CustomField: CustomFieldResolvers<ContextType>;
  ContactListConnection: ContactListConnectionResolvers<ContextType>;
  ContactListEdge: ContactListEdgeResolvers<ContextType>;
  TagConnection: TagConnectionResolvers<ContextType>;
  TagEdge: TagEdgeResolvers<ContextType>;
  CustomFieldConnection: CustomFieldConnectionResolvers<ContextType>;
  CustomFieldEdge: CustomFieldEdgeResolvers<ContextType>;
  Mutation: MutationResolvers<ContextType>;
  BeginConnectionPayload: BeginConnectionPayloadResolvers<ContextType>;
  CompleteConnectionPayload: CompleteConnectionPayloadResolvers<ContextType>;
  SignedInAccount: SignedInAccountResolvers<ContextType>;
  DisconnectPayload: DisconnectPayloadResolvers<ContextType>;
  UpdateConnectionSettingsPayload: UpdateConnectionSettingsPayloadResolvers<ContextType>;
  SetTicketTailorApiKeyPayload: SetTicketTailorApiKeyPayloadResolvers<ContextType>;
  RemoveTicketTailorApiKeyPayload: RemoveTicketTailorApiKeyPayloadResolvers<ContextType>;
  CreateContactListPayload: CreateContactListPayloadResolvers<ContextType>;
  CreateTagPayload: CreateTagPayloadResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GraphContext> = {
  atMost: AtMostDirectiveResolver<any, any, ContextType>;
};
