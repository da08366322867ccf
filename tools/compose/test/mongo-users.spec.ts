import { startMongo, type LocalMongo } from '@boxlist/local-servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

const names = ['billing', 'auth_connection', 'workflow', 'sync', 'order_intake', 'audit'] as const;
const passwords = Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_MONGODB_PASSWORD`, `pw-${name}`]));
const script = readFileSync(join(__dirname, '../mongo-users.js'), 'utf8');
const dataDir = mkdtempSync(join(tmpdir(), 'mongo-users-'));
let mongo: LocalMongo;

const within = async <T>(uri: string, use: (client: mongoose.mongo.MongoClient) => Promise<T>): Promise<T> => {
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    return await use(await client.connect());
  } finally {
    await client.close();
  }
};

/** Runs the script as mongosh does, with the commands that it gives. */
const runScript = (env: Record<string, string>, uri: string): Promise<void> =>
  within(uri, async (client) => {
    const made: Promise<unknown>[] = [];
    const db = {
      getSiblingDB: (name: string) => ({
        createUser: ({ user, ...options }: { user: string }) =>
          made.push(client.db(name).command({ createUser: user, ...options })),
      }),
    };
    runInNewContext(script, { db, process: { env } });
    await Promise.all(made);
  });

beforeAll(async () => {
  mongo = await startMongo({ dataDir: join(dataDir, 'mongo'), isOwn: true });
  await runScript(passwords, mongo.uri);
  await within(mongo.uri, (client) =>
    Promise.all(names.map((name) => client.db(`boxlist_${name}`).collection('kept').insertOne({ of: name }))),
  );
  await mongo.stop();
  await mongo.restart({ demandsUsers: true });
}, 120_000);
afterAll(async () => {
  await mongo?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const uriOf = (name: string, password = `pw-${name}`): string =>
  `${mongo.uri.replace('mongodb://', `mongodb://boxlist_${name}:${password}@`)}&authSource=boxlist_${name}`;
const read = (client: mongoose.mongo.MongoClient, name: string) =>
  client.db(`boxlist_${name}`).collection('kept').find().toArray();
const refused = { codeName: 'Unauthorized' };

describe('the MongoDB user of each service', () => {
  it.each(names)('of %s reads and writes its own database, and no other', (name) =>
    within(uriOf(name), async (client) => {
      expect(await read(client, name)).toMatchObject([{ of: name }]);
      await client.db(`boxlist_${name}`).collection('kept').createIndex({ of: 1 });
      for (const other of names.filter((each) => each !== name)) {
        await expect(read(client, other)).rejects.toMatchObject(refused);
        await expect(client.db(`boxlist_${other}`).collection('x').insertOne({ a: 1 })).rejects.toMatchObject(refused);
      }
      await expect(client.db('admin').collection('system.users').find().toArray()).rejects.toMatchObject(refused);
    }),
  );

  it('needs its own password', async () => {
    await expect(within(uriOf('sync', 'pw-billing'), (client) => read(client, 'sync'))).rejects.toThrow();
    await expect(within(mongo.uri, (client) => read(client, 'sync'))).rejects.toThrow();
  });

  it('is not made without a password', async () => {
    await expect(runScript({}, mongo.uri)).rejects.toThrow('the password of boxlist_billing is missing');
  });
});
