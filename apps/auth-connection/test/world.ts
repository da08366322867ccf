import { connectionEventSchema, newId, topics, type BoxOfficeId, type ConnectionFact } from '@boxlist/contracts';
import { consumeFacts, createEventBus, type EventBus } from '@boxlist/event-bus';
import {
  createIdentitySigner,
  createLog,
  createServiceTokens,
  isMutation,
  settings,
  type Role,
} from '@boxlist/service-kit';
import { askSubgraph, eventually, freePort, startServers, startTogether, type Servers } from '@boxlist/testkit';
import { exportJWK, generateKeyPair } from 'jose';
import mongoose from 'mongoose';
import { randomBytes } from 'node:crypto';
import { configSchema } from '../src/config';
import type { TakePermit } from '../src/context';
import { createAuthConnection } from '../src/service';
import { startSandbox } from './sandbox';

interface Answer<T> {
  readonly data: T | null;
  readonly errors?: { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

const followFacts = async (bus: EventBus): Promise<ConnectionFact[]> => {
  const published: ConnectionFact[] = [];
  await consumeFacts(bus, {
    topic: topics.connections.name,
    groupId: 'test.connections',
    schema: connectionEventSchema,
    apply: async ({ data }) => void published.push(data),
  });
  return published;
};

const settingsFor = async (port: number, redirectUrl: string, servers: Servers, sandboxUrl: string) => {
  const prefix = `t${newId('event').slice(-10).toLowerCase()}`;
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  return {
    sign: await createIdentitySigner(await exportJWK(privateKey)),
    env: {
      LOG_LEVEL: 'silent',
      MONGODB_URI: servers.mongo.uri,
      MONGODB_DATABASE_PREFIX: prefix,
      KAFKA_BROKERS: servers.kafka.brokers,
      KAFKA_TOPIC_PREFIX: `${prefix}.`,
      IDENTITY_PUBLIC_JWK: JSON.stringify(await exportJWK(publicKey)),
      AUTH_CONNECTION_PORT: String(port),
      CONSTANT_CONTACT_API_URL: `${sandboxUrl}/v3`,
      CONSTANT_CONTACT_AUTHORIZE_URL: `${sandboxUrl}/oauth2/default/v1/authorize`,
      CONSTANT_CONTACT_TOKEN_URL: `${sandboxUrl}/oauth2/default/v1/token`,
      CONSTANT_CONTACT_CLIENT_ID: 'boxlist-dev',
      CONSTANT_CONTACT_CLIENT_SECRET: 'boxlist-dev-secret',
      CONSTANT_CONTACT_REDIRECT_URL: redirectUrl,
      TOKEN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64url')}`,
      SERVICE_TOKEN_SECRET: randomBytes(32).toString('hex'),
      SYNC_URL: 'http://127.0.0.1:9',
      // An existing page: one of the service itself.
      ALLOWED_RETURN_URLS: `http://127.0.0.1:${port}/health/live`,
    },
  };
};

/** A connection's document in MongoDB. */
export interface Stored {
  readonly _id: string;
  readonly status: string;
  readonly tokens: { readonly access: string; readonly refresh: string | null; readonly expiresAt: Date } | null;
  readonly refreshUntil: Date | null;
}

/**
 * auth-connection on real servers, with a gateway's signature, and with a clock and permits that the test controls.
 */
export const createWorld = async (given: Readonly<Record<string, string>> = {}) => {
  const port = await freePort();
  const redirectUrl = `http://127.0.0.1:${port}/oauth/constant-contact/callback`;
  const [servers, sandbox] = await startTogether(startServers(), startSandbox(redirectUrl));
  const { env: standard, sign } = await settingsFor(port, redirectUrl, servers, sandbox.url);
  const env = { ...standard, ...given };
  const moment = { aheadMs: 0 };
  const permits: { taken: number; take: TakePermit } = { taken: 0, take: async () => undefined };
  const logged: string[] = [];
  const overrides = {
    log: createLog('auth-connection', 'trace', { write: (line) => void logged.push(line) }),
    clock: () => new Date(Date.now() + moment.aheadMs),
    takePermit: async () => {
      permits.taken += 1;
      await permits.take();
    },
  };
  const start = (ownPort: number) =>
    createAuthConnection(settings(configSchema, { ...env, AUTH_CONNECTION_PORT: String(ownPort) }), overrides);
  const service = await start(port);
  const log = createLog('test', 'silent');
  const bus = createEventBus({
    brokers: servers.kafka.brokers.split(','),
    clientId: 'test',
    topicPrefix: env.KAFKA_TOPIC_PREFIX,
    log,
  });
  const mongo = await mongoose
    .createConnection(env.MONGODB_URI, { dbName: `${env.MONGODB_DATABASE_PREFIX}_auth_connection`, autoIndex: false })
    .asPromise();
  const published = await followFacts(bus);
  const stored = async (id: string): Promise<Stored> => {
    const found = await mongo.collection<Stored>('connections').findOne({ _id: id });
    if (!found) throw new Error('There is no such document');
    return found;
  };
  const newest = (id: string, isExpected: (fact: ConnectionFact) => boolean): ConnectionFact => {
    const fact = published.findLast(({ connectionId }) => connectionId === id);
    if (!fact || !isExpected(fact)) throw new Error('not published yet');
    return fact;
  };
  return {
    url: service.url,
    redirectUrl,
    sandbox,
    database: servers.mongo,
    moment,
    permits,
    serviceSecret: env.SERVICE_TOKEN_SECRET,
    /** Signs calls as sync. */
    tokens: createServiceTokens(env.SERVICE_TOKEN_SECRET, { service: 'sync', usedTokens: { spend: async () => true } }),
    /** Starts another instance of the service on the same database. */
    startAnother: () => start(0),
    stored,
    /** Everything that the service has logged so far. */
    logged: (): string => logged.join(''),
    /** All documents of one of its collections, as text. */
    lies: async (collection: string): Promise<string> =>
      JSON.stringify(await mongo.collection(collection).find().toArray()),
    beginsRefresh: (id: string) =>
      eventually(async () => {
        if ((await stored(id)).refreshUntil === null) throw new Error('no refresh is under way');
      }),
    /** Resolves with a connection's newest fact once `isExpected` accepts it. */
    publishedAs: (id: string, isExpected: (fact: ConnectionFact) => boolean): Promise<ConnectionFact> =>
      eventually(() => newest(id, isExpected)),
    published: (id: string, status: ConnectionFact['status']): Promise<ConnectionFact> =>
      eventually(() => newest(id, (fact) => fact.status === status)),
    /** Queries the service like the gateway, for this person. */
    ask: async <T>(
      { boxOfficeId, role }: { boxOfficeId: BoxOfficeId; role: Role },
      query: string,
      variables: Record<string, unknown> = {},
    ): Promise<Answer<T>> => {
      const signed = (body: string) =>
        sign({ subject: 'user_1', boxOfficeId, role }, { subgraph: 'auth-connection', body, once: isMutation(query) });
      return askSubgraph<Answer<T>>(service.url, signed, query, variables);
    },
    /** Closes everything, even if a step fails. Otherwise a server would outlive the tests. */
    close: async () => {
      try {
        await service.close();
        await bus.close();
        // A new server is deleted with all its data.
        if (servers.mongo.kind === 'given') await mongo.dropDatabase();
        await mongo.close();
      } finally {
        await Promise.all([servers.stop(), sandbox.stop()]);
      }
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Follows a person's browser through Constant Contact, up to the address of its redirect. */
export const wayBack = async (
  authorizationUrl: string,
  account: string,
  decision: 'allow' | 'deny' = 'allow',
): Promise<string> => {
  const page = await (await fetch(authorizationUrl)).text();
  const request = /name="request" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const action = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? '', authorizationUrl);
  const answer = await fetch(action, {
    method: 'POST',
    body: new URLSearchParams({ request, account, decision }),
    redirect: 'manual',
  });
  return answer.headers.get('location') ?? '';
};

interface Seen {
  readonly id: string;
  readonly status: string;
  readonly accountName: string | null;
  readonly needsReconnectReason: string | null;
}
interface UserError {
  readonly code: string;
  readonly field: string[] | null;
}

/** An organiser with a new box office. */
export const createOrganiser = (world: World) => {
  const boxOfficeId = newId('boxOffice');
  const ask = <T>(query: string, variables: Record<string, unknown> = {}, role: Role = 'manager') =>
    world.ask<T>({ boxOfficeId, role }, query, variables);
  const mutate = async <T>(name: string, type: string, fields: string, input: object, role?: Role) => {
    const { data, errors } = await ask<{ result: T & { userErrors: UserError[] } }>(
      `mutation ($input: ${type}!) { result: ${name}(input: $input) { ${fields} userErrors { code field } } }`,
      { input },
      role,
    );
    return { ...data?.result, code: errors?.[0]?.extensions.code } as Partial<T> & {
      userErrors?: UserError[];
      code?: unknown;
    };
  };
  const begin = (input: object = {}, role?: Role) =>
    mutate<{ authorizationUrl: string | null }>(
      'beginConnection',
      'BeginConnectionInput',
      'authorizationUrl',
      input,
      role,
    );
  const connections = async (): Promise<Seen[]> =>
    (
      await ask<{ boxOffice: { connections: Seen[] } }>(
        '{ boxOffice { connections { id status accountName needsReconnectReason } } }',
        {},
        'viewer',
      )
    ).data?.boxOffice.connections ?? [];
  /** Allows or denies the sign-in, and resolves with the last answer that the browser gets. */
  const land = async (authorizationUrl: string, account: string, decision: 'allow' | 'deny' = 'allow') =>
    fetch(await wayBack(authorizationUrl, account, decision));
  const signIn = async (account: string, input: object = {}, decision?: 'allow' | 'deny') =>
    land((await begin(input)).authorizationUrl!, account, decision);
  return {
    boxOfficeId,
    ask,
    mutate,
    begin,
    connections,
    land,
    signIn,
    /** Signs in and resolves with the connection's id. Throws if the sign-in fails. */
    connected: async (account = 'riverside'): Promise<string> => {
      const landed = await signIn(account);
      const [connection] = await connections();
      if (landed.status !== 200 || !connection) throw new Error(`Not connected: ${landed.status}`);
      return connection.id;
    },
    disconnect: (connectionId: string, role?: Role) =>
      mutate<{ connection: { status: string } | null }>(
        'disconnect',
        'DisconnectInput',
        'connection { status }',
        { connectionId },
        role,
      ),
  };
};
