import { AppError } from '@boxlist/contracts';
import mongoose, { type Connection } from 'mongoose';
import type { Log } from './log';

interface MongoOptions {
  readonly uri: string;
  readonly database: string;
  readonly log: Log;
}

/**
 * Connects to MongoDB with a connection of its own (never mongoose's global one) and majority writes, and keeps it:
 * the driver reconnects by itself. Throws AppError DATABASE_UNAVAILABLE when no server answers within 10 seconds.
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
  });
  connection.on('error', (error: Error) => log.warn({ err: error }, 'mongodb.error'));
  connection.on('disconnected', () => log.warn('mongodb.disconnected'));
  try {
    await connection.asPromise();
    calmPools(connection.getClient());
    return connection;
  } catch (error) {
    await connection.destroy().catch(() => undefined);
    throw new AppError('DATABASE_UNAVAILABLE', 'MongoDB does not answer', {}, { cause: error });
  }
};

/** What of the driver's pools of connections is used here; it has no types of it. */
interface Pools {
  readonly topology?: {
    readonly s?: { readonly servers?: ReadonlyMap<string, { readonly pool?: { options?: object } }> };
  };
}

/** How often a pool looks whether it has too few connections, or some that idled for too long, in ms. */
const poolCheckMs = 5_000;

/**
 * Lets a pool that has nothing to do sleep: the driver's pools look at themselves ten times a second, and no option
 * tells them otherwise. Where a later driver keeps them elsewhere, they stay as they are.
 */
const calmPools = (client: ReturnType<Connection['getClient']>): void => {
  const calm = (): void => {
    for (const { pool } of (client as Pools).topology?.s?.servers?.values() ?? [])
      if (pool?.options) pool.options = Object.freeze({ ...pool.options, minPoolSizeCheckFrequencyMS: poolCheckMs });
  };
  calm();
  // A server that joins a replica set later brings a pool of its own.
  client.on('connectionPoolReady', calm);
};

/** Readiness of MongoDB: throws DATABASE_UNAVAILABLE when a ping takes over 2 seconds or fails. */
export const checkMongo = async (connection: Connection): Promise<void> => {
  try {
    await connection.db?.admin().command({ ping: 1, maxTimeMS: 2_000 });
  } catch (error) {
    throw new AppError('DATABASE_UNAVAILABLE', 'MongoDB does not answer', {}, { cause: error });
  }
};

/** Whether an error says that a unique key is taken (also inside a bulk write). */
export const isDuplicateKey = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
