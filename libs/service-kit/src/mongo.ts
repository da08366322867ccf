import { AppError } from '@boxlist/contracts';
import mongoose, { type Connection } from 'mongoose';
import type { Log } from './log';

interface MongoOptions {
  readonly uri: string;
  readonly database: string;
  readonly log: Log;
}

const off = 'off' as const;
const silent = { default: off, command: off, topology: off, serverSelection: off, connection: off, client: off };

/**
 * Connects to MongoDB with its own connection (never mongoose's global one) and majority writes. The driver
 * reconnects by itself. Throws DATABASE_UNAVAILABLE if no server answers within 10 seconds.
 */
export const connectMongo = async ({ uri, database, log }: MongoOptions): Promise<Connection> => {
  const connection = mongoose.createConnection(uri, {
    dbName: database,
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    serverSelectionTimeoutMS: 10_000,
    socketTimeoutMS: 45_000,
    maxPoolSize: 20,
    writeConcern: { w: 'majority', journal: true },
    retryWrites: false,
    // The driver can log every command with its documents, and its environment variables alone would turn that on.
    mongodbLogComponentSeverities: silent,
  });
  connection.on('error', (error: Error) => log.warn({ err: error }, 'mongodb.error'));
  connection.on('disconnected', () => log.warn({}, 'mongodb.disconnected'));
  try {
    await connection.asPromise();
    calmPools(connection.getClient());
    return connection;
  } catch (error) {
    await connection.destroy().catch(() => undefined);
    throw new AppError('DATABASE_UNAVAILABLE', 'MongoDB does not answer', {}, { cause: error });
  }
};

/**
 * A client of MongoDB for a service that can do without it. It connects in the background, and tries again until a
 * server answers. Until then its calls fail.
 */
export const openMongo = (
  uri: string,
  log: Log,
): { readonly client: mongoose.mongo.MongoClient; readonly close: () => Promise<void> } => {
  const client = new mongoose.mongo.MongoClient(uri, {
    serverSelectionTimeoutMS: 2_000,
    connectTimeoutMS: 2_000,
    socketTimeoutMS: 5_000,
    maxPoolSize: 5,
    retryWrites: false,
  });
  client.on('error', (error: Error) => log.warn({ err: error }, 'mongodb.error'));
  calmPools(client);
  let closed = false;
  // After a failed first connection the driver does not try again by itself.
  const connect = async (): Promise<void> => {
    try {
      await client.connect();
    } catch (error) {
      if (closed) return;
      log.warn({ err: error }, 'mongodb.unreachable');
      setTimeout(() => void connect(), 2_000).unref();
    }
    if (closed) await client.close();
  };
  const connecting = connect();
  return {
    client,
    close: async () => {
      closed = true;
      await client.close();
      await connecting;
    },
  };
};

/** The parts of the driver's connection pools that are used here. The driver has no types for them. */
interface Pools {
  readonly topology?: {
    readonly s?: { readonly servers?: ReadonlyMap<string, { readonly pool?: { options?: object } }> };
  };
}

/** How often a pool checks for too few connections and for connections that were idle too long, in milliseconds. */
const poolCheckMs = 5_000;

/**
 * Lets an idle pool sleep. The driver's pools check themselves ten times a second, and no option changes that. If a
 * later driver keeps its pools elsewhere, this has no effect.
 */
const calmPools = (client: ReturnType<Connection['getClient']>): void => {
  const calm = (): void => {
    for (const { pool } of (client as Pools).topology?.s?.servers?.values() ?? [])
      if (pool?.options) pool.options = Object.freeze({ ...pool.options, minPoolSizeCheckFrequencyMS: poolCheckMs });
  };
  calm();
  // A server that joins a replica set later adds its own pool.
  client.on('connectionPoolReady', calm);
};

/** For readiness: throws DATABASE_UNAVAILABLE if a ping fails or takes more than 2 seconds. */
export const checkMongo = async (connection: Connection): Promise<void> => {
  try {
    await connection.db?.admin().command({ ping: 1, maxTimeMS: 2_000 });
  } catch (error) {
    throw new AppError('DATABASE_UNAVAILABLE', 'MongoDB does not answer', {}, { cause: error });
  }
};

/** Whether an error says that a unique key already exists (even inside a bulk write). */
export const isDuplicateKey = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
