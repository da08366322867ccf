import { factEvent, newId, type BoxOfficeId, type ConnectionId } from '@boxlist/contracts';
import { outboxEntry, type OutboxEntry } from '@boxlist/event-bus';
import { Schema, type Connection as MongoConnection } from 'mongoose';
import {
  connectionFact,
  standardSettings,
  type Connection,
  type ConnectionSettings,
  type ConnectionStatus,
  type SealedTokens,
} from '../domain/connection';

interface ConnectionDocument {
  _id: string;
  boxOfficeId: BoxOfficeId;
  status: ConnectionStatus;
  needsReconnectReason: string | null;
  accountId: string;
  accountName: string | null;
  /** Absent in what was connected before it was asked for. */
  countryCode?: string | null;
  connectedAt: Date;
  settings?: ConnectionSettings;
  version: number;
  tokens: SealedTokens | null;
  refreshFence: number;
  refreshUntil: Date | null;
  outbox: OutboxEntry[];
}

const schema = new Schema<ConnectionDocument>(
  {
    _id: String,
    boxOfficeId: String,
    status: String,
    needsReconnectReason: String,
    accountId: String,
    accountName: String,
    countryCode: String,
    connectedAt: Date,
    settings: Schema.Types.Mixed,
    version: Number,
    tokens: Schema.Types.Mixed,
    refreshFence: Number,
    refreshUntil: Date,
    outbox: [Schema.Types.Mixed],
  },
  { collection: 'connections', versionKey: false, minimize: false },
);
schema.index({ boxOfficeId: 1, accountId: 1 }, { unique: true });
schema.index({ status: 1, 'tokens.expiresAt': 1 });

/** A claim on the right to refresh; its fence guards what is saved afterwards. */
export interface RefreshClaim {
  readonly fence: number;
}

const toConnection = (doc: ConnectionDocument): Connection => ({
  id: doc._id as ConnectionId,
  boxOfficeId: doc.boxOfficeId,
  status: doc.status,
  needsReconnectReason: doc.needsReconnectReason,
  accountId: doc.accountId,
  accountName: doc.accountName,
  countryCode: doc.countryCode ?? null,
  connectedAt: doc.connectedAt,
  settings: { ...standardSettings, ...doc.settings },
  version: doc.version,
});

/** Connections and their sealed tokens. Every change of status carries its fact in the same write. */
export const createConnectionStore = (mongo: MongoConnection) => {
  const model = mongo.model<ConnectionDocument>('Connection', schema);
  const factOf = (connection: Connection): OutboxEntry =>
    outboxEntry(
      connection.id,
      factEvent({
        type: 'boxlist.connection.changed.v1',
        source: '/boxlist/auth-connection',
        subject: connection.id,
        boxOfficeId: connection.boxOfficeId,
        time: new Date(),
        data: connectionFact(connection),
      }),
    );
  const change = async (
    current: Connection,
    fields: Partial<ConnectionDocument>,
    { guard = {}, endsRefresh = false }: { guard?: object; endsRefresh?: boolean } = {},
  ): Promise<Connection | undefined> => {
    const next = { ...current, ...fields, id: current.id, version: current.version + 1 };
    const doc = await model.findOneAndUpdate(
      { _id: current.id, version: current.version, ...guard },
      {
        $set: { ...fields, version: next.version, ...(endsRefresh ? { refreshUntil: null } : {}) },
        // A new fence: a refresh that is under way for the tokens before can no longer save or mark anything.
        ...(endsRefresh ? { $inc: { refreshFence: 1 } } : {}),
        $push: { outbox: factOf(next) },
      },
      { returnDocument: 'after', lean: true },
    );
    return doc ? toConnection(doc) : undefined;
  };

  return {
    collection: model.collection,
    init: async () => {
      await model.createIndexes();
    },
    byId: async (id: string): Promise<Connection | undefined> => {
      const doc = await model.findById(id).lean<ConnectionDocument>();
      return doc ? toConnection(doc) : undefined;
    },
    ofBoxOffice: async (boxOfficeId: BoxOfficeId): Promise<Connection[]> =>
      (await model.find({ boxOfficeId }).sort({ connectedAt: -1 }).lean<ConnectionDocument[]>()).map(toConnection),
    ofAccount: async (boxOfficeId: BoxOfficeId, accountId: string): Promise<Connection | undefined> => {
      const doc = await model.findOne({ boxOfficeId, accountId }).lean<ConnectionDocument>();
      return doc ? toConnection(doc) : undefined;
    },
    withTokens: async (id: string): Promise<{ connection: Connection; tokens: SealedTokens | null } | undefined> => {
      const doc = await model.findById(id).lean<ConnectionDocument>();
      return doc ? { connection: toConnection(doc), tokens: doc.tokens } : undefined;
    },
    /** Inserts; throws a duplicate-key error when the box office has this account already. */
    insert: async (fields: {
      boxOfficeId: BoxOfficeId;
      accountId: string;
      accountName: string | null;
      countryCode: string | null;
      connectedAt: Date;
      tokens: SealedTokens;
    }): Promise<Connection> => {
      const connection: Connection = {
        ...fields,
        id: newId('connection'),
        status: 'CONNECTED',
        needsReconnectReason: null,
        settings: standardSettings,
        version: 1,
      };
      const { id, ...rest } = connection;
      await model.create({
        _id: id,
        ...rest,
        tokens: fields.tokens,
        refreshFence: 0,
        refreshUntil: null,
        outbox: [factOf(connection)],
      });
      return connection;
    },
    /** Undefined when it changed meanwhile. */
    renew: (
      current: Connection,
      fields: Pick<Connection, 'accountName' | 'countryCode' | 'connectedAt'> & { tokens: SealedTokens },
    ) => change(current, { ...fields, status: 'CONNECTED', needsReconnectReason: null }, { endsRefresh: true }),
    /** What was chosen ends with it: a sign-in that follows begins a new connection, if under the old id. */
    disconnect: (current: Connection) =>
      change(
        current,
        { status: 'DISCONNECTED', tokens: null, needsReconnectReason: null, settings: standardSettings },
        { endsRefresh: true },
      ),
    /** Undefined when it changed meanwhile. */
    choose: (current: Connection, settings: ConnectionSettings) => change(current, { settings }),
    /** Only by the holder of the claim. */
    markNeedsReconnect: (current: Connection, reason: string, { fence }: RefreshClaim) =>
      change(
        current,
        { status: 'NEEDS_RECONNECT', needsReconnectReason: reason, refreshUntil: null },
        { guard: { refreshFence: fence } },
      ),
    /** The right to refresh these very tokens, for a while; undefined when another has it or they changed. */
    claimRefresh: async (
      id: string,
      sealedAccess: string,
      now: Date,
      leaseMs: number,
    ): Promise<RefreshClaim | undefined> => {
      const doc = await model.findOneAndUpdate(
        {
          _id: id,
          status: 'CONNECTED',
          'tokens.access': sealedAccess,
          $or: [{ refreshUntil: null }, { refreshUntil: { $lte: now } }],
        },
        { $set: { refreshUntil: new Date(now.getTime() + leaseMs) }, $inc: { refreshFence: 1 } },
        { returnDocument: 'after', lean: true },
      );
      return doc ? { fence: (doc as ConnectionDocument).refreshFence } : undefined;
    },
    /** Saves rotated tokens; false when the claim was lost. */
    saveTokens: async (id: string, tokens: SealedTokens, { fence }: RefreshClaim): Promise<boolean> =>
      (await model.updateOne({ _id: id, refreshFence: fence }, { $set: { tokens, refreshUntil: null } }))
        .matchedCount === 1,
    releaseRefresh: async (id: string, { fence }: RefreshClaim): Promise<void> => {
      await model.updateOne({ _id: id, refreshFence: fence }, { $set: { refreshUntil: null } });
    },
    /** At most 100, those that expire last first: what could not be renewed for long stands in nobody's way. */
    expiringBefore: async (time: Date): Promise<string[]> =>
      (
        await model
          .find({ status: 'CONNECTED', 'tokens.expiresAt': { $lt: time } }, { _id: 1 })
          .sort({ 'tokens.expiresAt': -1 })
          .limit(100)
          .lean<{ _id: string }[]>()
      ).map(({ _id }) => _id),
  };
};

export type ConnectionStore = ReturnType<typeof createConnectionStore>;
