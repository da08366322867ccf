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
import {
  anEntitlement,
  askSubgraph,
  entitlementMessage,
  eventually,
  freePort,
  startServers,
  startTogether,
  ticketOf,
  type Servers,
} from '@boxlist/testkit';
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
      AUTH_CONNECTION_INTERNAL_PORT: '0',
      CONSTANT_CONTACT_API_URL: `${sandboxUrl}/v3`,
      CONSTANT_CONTACT_AUTHORIZE_URL: `${sandboxUrl}/oauth2/default/v1/authorize`,
      CONSTANT_CONTACT_TOKEN_URL: `${sandboxUrl}/oauth2/default/v1/token`,
      CONSTANT_CONTACT_REVOKE_URL: `${sandboxUrl}/oauth2/default/v1/revoke`,
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
  readonly boxOfficeId: BoxOfficeId;
  readonly status: string;
  readonly version: number;
  readonly tokens: { readonly access: string; readonly refresh: string | null; readonly expiresAt: Date } | null;
  readonly refreshUntil: Date | null;
}

/**
 * auth-connection on real servers, with a gateway's signature, and with a clock and permits that the test controls.
 */
export const createWorld = async (given: Readonly<Record<string, string>> = {}, jobsEveryMs?: number) => {
  const port = await freePort();
  const redirectUrl = `http://127.0.0.1:${port}/oauth/constant-contact/callback`;
  const [servers, sandbox] = await startTogether(startServers(), startSandbox(redirectUrl));
  const { env: standard, sign } = await settingsFor(port, redirectUrl, servers, sandbox.url);
  const env = { ...standard, ...given };
  const moment = { aheadMs: 0 };
  const permits: { taken: number; of: string[]; take: TakePermit } = { taken: 0, of: [], take: async () => undefined };
  const logged: string[] = [];
  const overrides = {
    jobsEveryMs,
    log: createLog('auth-connection', 'trace', { write: (line) => void logged.push(line) }),
    clock: () => new Date(Date.now() + moment.aheadMs),
    takePermit: async (boxOfficeId: BoxOfficeId) => {
      permits.taken += 1;
      permits.of.push(boxOfficeId);
      await permits.take(boxOfficeId);
    },
  };
  const start = (ownPort: number, more: Readonly<Record<string, string>> = {}) =>
    createAuthConnection(settings(configSchema, { ...env, ...more, AUTH_CONNECTION_PORT: String(ownPort) }), overrides);
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
  const askAt =
    (url: string, signal?: AbortSignal) =>
    async <T>(
      { boxOfficeId, role, subject = 'user_1' }: { boxOfficeId: BoxOfficeId; role: Role; subject?: string },
      query: string,
      variables: Record<string, unknown> = {},
    ): Promise<Answer<T>> =>
      askSubgraph<Answer<T>>(
        url,
        (body) => sign({ subject, boxOfficeId, role }, { subgraph: 'auth-connection', body, once: isMutation(query) }),
        query,
        variables,
        signal,
      );
  const newest = (id: string, isExpected: (fact: ConnectionFact) => boolean): ConnectionFact => {
    const fact = published.findLast(({ connectionId }) => connectionId === id);
    if (!fact || !isExpected(fact)) throw new Error('not published yet');
    return fact;
  };
  return {
    /** The address of the public listener. */
    url: service.url,
    internalUrl: service.internalUrl,
    service,
    bus,
    redirectUrl,
    sandbox,
    database: servers.mongo,
    moment,
    permits,
    serviceSecret: env.SERVICE_TOKEN_SECRET,
    /** Signs calls as sync. */
    tokens: createServiceTokens(env.SERVICE_TOKEN_SECRET, { service: 'sync', usedTokens: { spend: async () => true } }),
    /** Starts another instance of the service on the same database, with other settings if given. */
    startAnother: (more?: Readonly<Record<string, string>>) => start(0, more),
    stored,
    /** Publishes billing's fact of whether the box office may use the add-on. */
    entitle: async (boxOfficeId: BoxOfficeId, entitled = true, version = 1): Promise<void> => {
      const status = entitled ? 'ACTIVE' : 'CANCELLED';
      const { topic, ...message } = entitlementMessage(anEntitlement({ boxOfficeId, status, entitled, version }));
      await bus.publish(topic, [message]);
    },
    /** Everything that the service has logged so far. */
    logged: (): string => logged.join(''),
    /** One of its collections, for what no door can show or do. */
    collection: (name: string) => mongo.collection<{ _id: string }>(name),
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
    ask: askAt(service.internalUrl),
    /** The same at another instance of the service, with a signal that hangs up. */
    askAt,
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

/** The answer of `completeConnection`. */
interface Completed {
  readonly connection: { readonly id: string; readonly status: string; readonly accountName: string | null } | null;
  readonly account: {
    readonly name: string | null;
    readonly renews: { readonly id: string; readonly status: string } | null;
  } | null;
  readonly needsConfirmation: boolean;
}

interface OrganiserOptions {
  readonly boxOfficeId?: BoxOfficeId;
  readonly subject?: string;
  /** Whether the box office has the active add-on. Default: true. */
  readonly entitled?: boolean;
}

/** An organiser: by default the same person with a new box office. */
export const createOrganiser = (
  world: World,
  { boxOfficeId = newId('boxOffice'), subject, entitled = true }: OrganiserOptions = {},
) => {
  let activation: Promise<void> | undefined;
  const ask = async <T>(query: string, variables: Record<string, unknown> = {}, role: Role = 'manager') => {
    if (entitled) await (activation ??= world.entitle(boxOfficeId));
    return world.ask<T>({ boxOfficeId, role, subject }, query, variables);
  };
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
  /** Starts a sign-in and signs in. Resolves with the ticket that the browser brings back. */
  const ticket = async (account: string, input: object = {}): Promise<string> =>
    ticketOf(await land((await begin(input)).authorizationUrl!, account));
  const complete = (input: { ticket: string; confirm?: boolean }, role?: Role) =>
    mutate<Completed>(
      'completeConnection',
      'CompleteConnectionInput',
      'connection { id status accountName } account { name renews { id status } } needsConfirmation',
      input,
      role,
    );
  /** The whole sign-in, confirmed. */
  const signIn = async (account: string, input: object = {}) =>
    complete({ ticket: await ticket(account, input), confirm: true });
  return {
    boxOfficeId,
    ask,
    mutate,
    begin,
    connections,
    land,
    ticket,
    complete,
    signIn,
    /** Signs in and resolves with the connection's id. Throws if the sign-in fails. */
    connected: async (account = 'riverside'): Promise<string> => {
      const { connection, userErrors, code } = await signIn(account);
      if (!connection) throw new Error(`Not connected: ${JSON.stringify([userErrors, code])}`);
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
