import { cloudEventOf, newId, type BoxOfficeId, type ConnectionId } from '@boxlist/contracts';
import { outboxEntry, type OutboxEntry } from '@boxlist/event-bus';
import { pushingAudit, type Audited } from '@boxlist/service-kit';
import type { Collection, Connection as MongoConnection } from 'mongoose';
import {
  connectionFact,
  standardSettings,
  type Connection,
  type ConnectionSettings,
  type ConnectionStatus,
  type SealedTokens,
} from '../domain/connection';

interface ConnectionDocument extends Audited {
  _id: string;
  boxOfficeId: BoxOfficeId;
  status: ConnectionStatus;
  needsReconnectReason: string | null;
  accountId: string;
  accountName: string | null;
  /** Absent in connections from before Boxlist read the country. */
  countryCode?: string | null;
  connectedAt: Date;
  /** When it was last disconnected. */
  endedAt?: Date | null;
  /** The last sign-ins that were saved here, so that none is saved twice. */
  signIns?: string[];
  settings?: ConnectionSettings;
  version: number;
  tokens: SealedTokens | null;
  refreshFence: number;
  refreshUntil: Date | null;
  outbox: OutboxEntry[];
}

/** The right to refresh. Its fence guards the saves that follow. */
export interface RefreshClaim {
  readonly fence: number;
  /** Whether an earlier refresh of the same tokens began and never ended, as when its process was killed. */
  readonly wasInterrupted: boolean;
}

/** How many sign-ins a connection remembers. */
const rememberedSignIns = 10;

const toConnection = (doc: ConnectionDocument): Connection => ({
  id: doc._id as ConnectionId,
  boxOfficeId: doc.boxOfficeId,
  status: doc.status,
  needsReconnectReason: doc.needsReconnectReason,
  accountId: doc.accountId,
  accountName: doc.accountName,
  countryCode: doc.countryCode ?? null,
  connectedAt: doc.connectedAt,
  endedAt: doc.endedAt ?? null,
  settings: { ...standardSettings, ...doc.settings },
  version: doc.version,
});

const factOf = (connection: Connection): OutboxEntry =>
  outboxEntry(
    connection.id,
    cloudEventOf({
      type: 'boxlist.connection.changed.v1',
      source: '/boxlist/auth-connection',
      subject: connection.id,
      boxOfficeId: connection.boxOfficeId,
      time: new Date(),
      data: connectionFact(connection),
    }),
  );

const readsOf = (connections: Collection<ConnectionDocument>) => ({
  byId: async (id: string): Promise<Connection | undefined> => {
    const doc = await connections.findOne({ _id: id });
    return doc ? toConnection(doc) : undefined;
  },
  /** The newest 20. */
  ofBoxOffice: async (boxOfficeId: BoxOfficeId): Promise<Connection[]> =>
    (await connections.find({ boxOfficeId }).sort({ connectedAt: -1 }).limit(20).toArray()).map(toConnection),
  ofAccount: async (boxOfficeId: BoxOfficeId, accountId: string): Promise<Connection | undefined> => {
    const doc = await connections.findOne({ boxOfficeId, accountId });
    return doc ? toConnection(doc) : undefined;
  },
  /** The connection that a sign-in made or renewed. */
  ofSignIn: async (boxOfficeId: BoxOfficeId, accountId: string, signIn: string): Promise<Connection | undefined> => {
    const doc = await connections.findOne({ boxOfficeId, accountId, signIns: signIn });
    return doc ? toConnection(doc) : undefined;
  },
  withTokens: async (id: string): Promise<{ connection: Connection; tokens: SealedTokens | null } | undefined> => {
    const doc = await connections.findOne({ _id: id });
    return doc ? { connection: toConnection(doc), tokens: doc.tokens } : undefined;
  },
  /**
   * Ids of at most 100 connections, latest expiry first, so that connections whose refresh has long failed do not
   * block the others.
   */
  expiringBefore: async (time: Date): Promise<string[]> =>
    (
      await connections
        .find({ status: 'CONNECTED', 'tokens.expiresAt': { $lt: time } }, { projection: { _id: 1 } })
        .sort({ 'tokens.expiresAt': -1 })
        .limit(100)
        .toArray()
    ).map(({ _id }) => _id),
});

/** The audit entry of a sign-in, for the connection that it makes or renews. */
type AuditOf = (connection: Pick<Connection, 'id' | 'accountId'>) => OutboxEntry;

interface ChangeOptions {
  /** The audit entry of a change that a person made. */
  readonly audit?: OutboxEntry;
  readonly guard?: { readonly refreshFence?: number; readonly signIns?: { readonly $ne: string } };
  readonly endsRefresh?: boolean;
  readonly signIn?: string;
}

/** Changes exactly this version and publishes the fact. Undefined if the version or the guard does not hold. */
const changeOf = async (
  connections: Collection<ConnectionDocument>,
  current: Connection,
  fields: Partial<ConnectionDocument>,
  { guard = {}, endsRefresh = false, signIn, audit }: ChangeOptions = {},
): Promise<{ connection: Connection; tokensBefore: SealedTokens | null } | undefined> => {
  const next = { ...current, ...fields, id: current.id, version: current.version + 1 };
  const before = await connections.findOneAndUpdate(
    { _id: current.id, version: current.version, ...guard },
    {
      $set: { ...fields, version: next.version, ...(endsRefresh ? { refreshUntil: null } : {}) },
      // The new fence keeps a current refresh of the old tokens from saving or marking anything.
      ...(endsRefresh ? { $inc: { refreshFence: 1 } } : {}),
      $push: {
        outbox: factOf(next),
        ...pushingAudit(audit),
        ...(signIn === undefined ? {} : { signIns: { $each: [signIn], $slice: -rememberedSignIns } }),
      },
    },
    { returnDocument: 'before' },
  );
  return before
    ? { connection: toConnection({ ...before, ...fields, version: next.version }), tokensBefore: before.tokens }
    : undefined;
};

/** The writes that publish a fact. Each changes exactly the version that it is given. */
const changesOf = (connections: Collection<ConnectionDocument>) => {
  const change = async (
    current: Connection,
    fields: Partial<ConnectionDocument>,
    options?: ChangeOptions,
  ): Promise<Connection | undefined> => (await changeOf(connections, current, fields, options))?.connection;
  return {
    /** Throws a duplicate-key error if the box office already has this account. */
    insert: async (
      fields: Pick<Connection, 'boxOfficeId' | 'accountId' | 'accountName' | 'countryCode' | 'connectedAt'>,
      { tokens, signIn, auditOf }: { tokens: SealedTokens; signIn: string; auditOf: AuditOf },
    ): Promise<Connection> => {
      const connection: Connection = {
        ...fields,
        id: newId('connection'),
        status: 'CONNECTED',
        needsReconnectReason: null,
        endedAt: null,
        settings: standardSettings,
        version: 1,
      };
      const { id, ...rest } = connection;
      await connections.insertOne({
        _id: id,
        ...rest,
        tokens,
        signIns: [signIn],
        refreshFence: 0,
        refreshUntil: null,
        outbox: [factOf(connection)],
        auditOutbox: [auditOf(connection)],
      });
      return connection;
    },
    /** Undefined if the connection changed meanwhile, or if this sign-in was saved already. */
    renew: (
      current: Connection,
      fields: Pick<Connection, 'accountName' | 'countryCode' | 'connectedAt'> & { tokens: SealedTokens },
      { signIn, auditOf }: { signIn: string; auditOf: AuditOf },
    ) =>
      change(
        current,
        { ...fields, status: 'CONNECTED', needsReconnectReason: null },
        { endsRefresh: true, signIn, guard: { signIns: { $ne: signIn } }, audit: auditOf(current) },
      ),
    /**
     * Resets the settings to the defaults, and returns the tokens that it erased. A later sign-in starts a new
     * connection, although under the same id. Undefined if the connection changed meanwhile.
     */
    disconnect: (current: Connection, endedAt: Date, audit: OutboxEntry) =>
      changeOf(
        connections,
        current,
        { status: 'DISCONNECTED', tokens: null, needsReconnectReason: null, settings: standardSettings, endedAt },
        { endsRefresh: true, audit },
      ),
    /** Undefined if the connection changed meanwhile. */
    choose: (current: Connection, settings: ConnectionSettings, audit: OutboxEntry) =>
      change(current, { settings }, { audit }),
    /** Changes nothing unless the claim still holds. */
    markNeedsReconnect: (current: Connection, reason: string, { fence }: RefreshClaim) =>
      change(
        current,
        { status: 'NEEDS_RECONNECT', needsReconnectReason: reason, refreshUntil: null },
        { guard: { refreshFence: fence } },
      ),
  };
};

/** Only the holder of a claim saves refreshed tokens, without a new version or a fact. */
const refreshesOf = (connections: Collection<ConnectionDocument>) => ({
  /**
   * Claims the right to refresh exactly these tokens for `leaseMs`. Undefined if another process has it or the
   * tokens changed.
   */
  claimRefresh: async (
    id: string,
    sealedAccess: string,
    now: Date,
    leaseMs: number,
  ): Promise<RefreshClaim | undefined> => {
    const doc = await connections.findOneAndUpdate(
      {
        _id: id,
        status: 'CONNECTED',
        'tokens.access': sealedAccess,
        $or: [{ refreshUntil: null }, { refreshUntil: { $lte: now } }],
      },
      { $set: { refreshUntil: new Date(now.getTime() + leaseMs) }, $inc: { refreshFence: 1 } },
      { returnDocument: 'before' },
    );
    return doc ? { fence: doc.refreshFence + 1, wasInterrupted: doc.refreshUntil !== null } : undefined;
  },
  /** Saves rotated tokens. False if the claim was lost. */
  saveTokens: async (id: string, tokens: SealedTokens, { fence }: RefreshClaim): Promise<boolean> =>
    (await connections.updateOne({ _id: id, refreshFence: fence }, { $set: { tokens, refreshUntil: null } }))
      .matchedCount === 1,
  /** The next claim still learns of an earlier refresh that never ended. */
  releaseRefresh: async (id: string, { fence, wasInterrupted }: RefreshClaim): Promise<void> => {
    const refreshUntil = wasInterrupted ? new Date(0) : null;
    await connections.updateOne({ _id: id, refreshFence: fence }, { $set: { refreshUntil } });
  },
});

/**
 * Connections and their encrypted tokens. Each write that changes the version also contains the fact; a save of
 * refreshed tokens does not.
 */
export const createConnectionStore = (mongo: MongoConnection) => {
  const connections = mongo.collection<ConnectionDocument>('connections');
  return {
    collection: connections,
    init: async (): Promise<void> => {
      await connections.createIndex({ boxOfficeId: 1, accountId: 1 }, { unique: true });
      await connections.createIndex({ status: 1, 'tokens.expiresAt': 1 });
    },
    ...readsOf(connections),
    ...changesOf(connections),
    ...refreshesOf(connections),
  };
};

export type ConnectionStore = ReturnType<typeof createConnectionStore>;
