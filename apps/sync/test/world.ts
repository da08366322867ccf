import { createConstantContact } from '@boxlist/constant-contact';
import {
  AppError,
  deadLetterTopicOf,
  newId,
  topics,
  type BoxOfficeId,
  type ConnectionFact,
  type WorkflowFact,
} from '@boxlist/contracts';
import { createEventBus, type BusMessage } from '@boxlist/event-bus';
import { createIdentitySigner, createLog, isMutation, settings, type Role } from '@boxlist/service-kit';
import {
  aConnection,
  anEntitlement,
  anOrderEvent,
  askSubgraph,
  aWorkflow,
  connectionMessage,
  entitlementMessage,
  eventually,
  startSandbox,
  startServers,
  startTicketTailorSandbox,
  startTogether,
  workflowMessage,
  type FactMessage,
  type OrderEventJson,
} from '@boxlist/testkit';
import { exportJWK, generateKeyPair } from 'jose';
import mongoose from 'mongoose';
import { randomBytes } from 'node:crypto';
import { configSchema, type Config } from '../src/config';
import type { Context } from '../src/context';
import { createSync } from '../src/service';
import type { createPauses } from './pauses';

const redirectUrl = 'http://127.0.0.1:9/callback';

/** A delivery as the graph shows it. */
export interface SeenDelivery {
  readonly id: string;
  readonly status: string;
  readonly reason: { readonly code: string } | null;
  readonly contactId: string | null;
  readonly performed: string[];
  readonly attempts: { readonly call: string; readonly answer: string }[];
  readonly order: { readonly id: string };
  readonly workflow: { readonly id: string };
}

/** An event as a consumer of its topic sees it. */
export interface PublishedEvent {
  readonly id: string;
  readonly type: string;
  readonly boxofficeid: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * sync on real MongoDB, real Kafka and Constant Contact's sandbox. The test publishes the facts of the other services,
 * signs identities as the gateway does, and sets the ledger's clock.
 */
export const createWorld = async (env: Readonly<Record<string, string>> = {}) => {
  const [servers, sandbox, ticketTailor] = await startTogether(
    startServers(),
    startSandbox(redirectUrl),
    startTicketTailorSandbox(),
  );
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const prefix = `t${newId('event').slice(-10).toLowerCase()}`;
  const sign = await createIdentitySigner(await exportJWK(privateKey));
  const token = await sandbox.accessToken('riverside');
  const config = settings(configSchema, {
    LOG_LEVEL: 'silent',
    MONGODB_URI: servers.mongo.uri,
    MONGODB_DATABASE_PREFIX: prefix,
    KAFKA_BROKERS: servers.kafka.brokers,
    KAFKA_TOPIC_PREFIX: `${prefix}.`,
    IDENTITY_PUBLIC_JWK: JSON.stringify(await exportJWK(publicKey)),
    SYNC_PORT: '0',
    CONSTANT_CONTACT_API_URL: `${sandbox.url}/v3`,
    TICKET_TAILOR_API_URL: ticketTailor.url,
    AUTH_CONNECTION_URL: 'http://127.0.0.1:9',
    SERVICE_TOKEN_SECRET: randomBytes(32).toString('hex'),
    EMAIL_HASH_KEY: randomBytes(32).toString('hex'),
    CONSTANT_CONTACT_CALLS_PER_SECOND: '500',
    RETRY_BASE_MS: '20',
    ...env,
  });
  const moment = { aheadMs: 0 };
  const broken = new Set<string>();
  const owners = new Map<string, string>();
  const ticketTailorKeys = new Map<string, string>();
  const held = new Map<string, { until: Promise<void>; release: () => void }>();
  const start = (
    change: Partial<Config> = {},
    holds: ReadonlyMap<string, { until: Promise<void> }> = new Map(),
    prepare?: (ctx: Context) => void,
  ) =>
    createSync(
      { ...config, ...change },
      {
        tokens: async ({ connectionId, boxOfficeId }) => {
          await holds.get(connectionId)?.until;
          if ((owners.get(connectionId) ?? boxOfficeId) !== boxOfficeId)
            throw new AppError('CONNECTION_NOT_FOUND', 'There is no such connection');
          if (broken.has(connectionId)) throw new AppError('CONNECTION_NEEDS_RECONNECT', 'Sign in again');
          return token;
        },
        ticketTailorKey: async (boxOfficeId) => {
          const key = ticketTailorKeys.get(boxOfficeId);
          if (!key) throw new AppError('TICKET_TAILOR_KEY_MISSING', 'No key');
          return key;
        },
        clock: () => new Date(Date.now() + moment.aheadMs),
        ledgerClock: async () => Date.now() + moment.aheadMs,
        prepare,
      },
    );
  const service = await start({}, held);
  const asked = { url: service.url };
  const bus = createEventBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'test',
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    log: createLog('test', 'silent'),
  });
  const mongo = await mongoose
    .createConnection(config.MONGODB_URI, { dbName: `${prefix}_sync`, autoIndex: false })
    .asPromise();
  const say = ({ topic, ...message }: FactMessage) => bus.publish(topic, [message]);
  const api = createConstantContact({ apiUrl: `${sandbox.url}/v3` });
  const { items: lists } = await api.contactLists(token);
  const { items: tags } = await api.tags(token);
  return {
    url: service.url,
    service,
    config,
    /** Lists and tags of the account that every connection belongs to. */
    listIds: lists.map(({ list_id }) => list_id),
    tagIds: tags.map(({ tag_id }) => tag_id),
    /** Resolves once Constant Contact has received a call with that method and that text in its path or body. */
    called: (method: string, text: string): Promise<void> =>
      eventually(async () => {
        const journal = await sandbox.control.journal();
        const meets = journal.some(
          (each) =>
            each.method === method && decodeURIComponent(`${each.path} ${JSON.stringify(each.body)}`).includes(text),
        );
        if (!meets) throw new Error(`no ${method} with that yet`);
      }),
    sandbox: sandbox.control,
    ticketTailor,
    /** The API keys that auth-connection would return, by box office. */
    ticketTailorKeys,
    moment,
    /** Connections whose tokens are no longer accepted. */
    broken,
    /** The box office of each connection as auth-connection knows it, whatever the facts say. */
    owners,
    /** sync's own database. */
    mongo,
    /** Starts another process; with `pauses`, a test can pause it. */
    startAnother: (change: Partial<Config> = {}, pauses?: Pick<ReturnType<typeof createPauses>, 'prepare'>) =>
      start(change, undefined, pauses?.prepare),
    /** The process whose graph `ask` queries; a test may set another URL. */
    asked,
    /** Stalls the first process before its next call for a connection, until the returned function is called. */
    hold: (connectionId: string): (() => void) => {
      let release = (): void => undefined;
      const until = new Promise<void>((resolve) => (release = resolve));
      const endHold = (): void => {
        held.delete(connectionId);
        release();
      };
      held.set(connectionId, { until, release: endHold });
      return endHold;
    },
    /** The events of a topic from its beginning; the array grows as they arrive. */
    listen: async (topic: string): Promise<readonly PublishedEvent[]> => {
      const events: PublishedEvent[] = [];
      await bus.consumeBatches({
        topic,
        groupId: newId('event'),
        handle: async (messages) => {
          events.push(...messages.map(({ value }) => JSON.parse(value?.toString() ?? '') as PublishedEvent));
        },
      });
      return events;
    },
    /** The dead letters of a topic from its beginning; the array grows as they arrive. */
    lettersOf: async (topic: string): Promise<readonly BusMessage[]> => {
      const letters: BusMessage[] = [];
      await bus.consumeBatches({
        topic: deadLetterTopicOf(topic),
        groupId: newId('event'),
        handle: async (messages) => void letters.push(...messages),
      });
      return letters;
    },
    /** Publishes messages unchanged. */
    publish: (topic: string, messages: Parameters<typeof bus.publish>[1]) => bus.publish(topic, messages),
    entitle: (boxOfficeId: BoxOfficeId, entitled = true, version = 1) =>
      say(
        entitlementMessage(
          anEntitlement({ boxOfficeId, status: entitled ? 'ACTIVE' : 'CANCELLED', entitled, version }),
        ),
      ),
    publishConnection: (fact: ConnectionFact) => say(connectionMessage(fact)),
    publishWorkflow: (fact: WorkflowFact) => say(workflowMessage(fact)),
    produce: (events: readonly OrderEventJson[]) =>
      bus.publish(
        topics.orders.name,
        events.map((event) => ({ key: `${event.boxofficeid}:${event.data.id}`, value: JSON.stringify(event) })),
      ),
    ask: async <T>(
      boxOfficeId: BoxOfficeId,
      query: string,
      variables: object = {},
      role: Role = 'manager',
      signal?: AbortSignal,
    ) => {
      const signed = (body: string) =>
        sign({ subject: 'user_1', boxOfficeId, role }, { subgraph: 'sync', body, once: isMutation(query) });
      return askSubgraph<{
        data: T | null;
        errors?: { message: string; extensions: { code: string } }[];
      }>(asked.url, signed, query, variables, signal);
    },
    close: async () => {
      try {
        for (const { release } of [...held.values()]) release();
        await service.close();
        await bus.close();
        if (servers.mongo.kind === 'given') await mongo.dropDatabase();
        await mongo.close();
        await api.close();
      } finally {
        await Promise.all([servers.stop(), sandbox.stop(), ticketTailor.stop()]);
      }
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;

/** One box office with its connection, ready to have workflows. Lists and tags are those of the sandbox's account. */
export const createOffice = async (world: World, settingsOfConnection: Partial<ConnectionFact> = {}) => {
  const boxOfficeId = newId('boxOffice');
  const connectionId = newId('connection');
  let version = 1;
  world.owners.set(connectionId, boxOfficeId);
  const publishConnection = (change: Partial<ConnectionFact> = {}) =>
    world.publishConnection(
      aConnection({
        connectionId,
        boxOfficeId,
        version: (version += 1),
        ...settingsOfConnection,
        ...change,
      }),
    );
  await world.entitle(boxOfficeId);
  await publishConnection();
  const workflow = async (given: Partial<WorkflowFact> = {}): Promise<WorkflowFact> => {
    const fact = aWorkflow({
      workflowId: newId('workflow'),
      boxOfficeId,
      connectionId,
      activeSince: new Date(Date.now() - 60_000).toISOString(),
      ...given,
    });
    await world.publishWorkflow(fact);
    return fact;
  };
  /** The address of a buyer of this box office; `who` makes it unique. */
  const emailOf = (who: string): string => `${who}.${boxOfficeId.slice(3).toLowerCase()}@example.com`;
  const order = (who: string, given: Record<string, unknown> & { time?: string; buyer?: object } = {}) => {
    const { time, buyer, ...rest } = given;
    return anOrderEvent({
      boxOfficeId,
      ...(time ? { time } : {}),
      order: {
        id: `or_${boxOfficeId.slice(-8)}_${who}`,
        ...rest,
        buyer_details: { email: emailOf(who), ...buyer },
      },
    });
  };
  const deliveries = async (): Promise<SeenDelivery[]> => {
    const all: SeenDelivery[] = [];
    for (let after: string | null = null, first = true; first || after; first = false) {
      const answer: { data: Page | null } = await world.ask<Page>(
        boxOfficeId,
        `query ($after: String) { boxOffice { deliveries(first: 100, after: $after) {
           nodes { id status reason { code } contactId performed attempts { call answer } order { id } workflow { id } }
           pageInfo { hasNextPage endCursor } } } }`,
        { after },
        'viewer',
      );
      const page: Page['boxOffice']['deliveries'] | undefined = answer.data?.boxOffice.deliveries;
      all.push(...(page?.nodes ?? []));
      after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    }
    return all;
  };
  /** All deliveries, once there are `count` and all are as expected. */
  const until = (count: number, isExpected: (delivery: SeenDelivery) => boolean, timeoutMs = 20_000) =>
    eventually(
      async () => {
        const seen = await deliveries();
        const open = seen.filter((each) => !isExpected(each));
        const unexpected = open.slice(0, 3).map(({ status, reason }) => [status, reason?.code]);
        if (seen.length !== count || open.length > 0)
          throw new Error(`${seen.length} of ${count} deliveries; not as expected: ${JSON.stringify(unexpected)}`);
        return seen;
      },
      { timeoutMs },
    );
  return {
    boxOfficeId,
    connectionId,
    publishConnection,
    workflow,
    order,
    emailOf,
    deliveries,
    until,
    settled: (count: number, timeoutMs?: number) => until(count, isSettled, timeoutMs),
    /**
     * As `settled`, while calls are scarce: the first poll of an activity then comes after 10 s, so the clock moves
     * there.
     */
    settledWhileScarce: async (count: number): Promise<SeenDelivery[]> => {
      await until(count, (each) => isSettled(each) || each.reason?.code === 'ACTIVITY_RUNNING');
      return eventually(
        async () => {
          world.moment.aheadMs += 10_000;
          return until(count, isSettled, 0);
        },
        { everyMs: 1_000 },
      );
    },
    contacts: async () =>
      (await world.sandbox.contacts('riverside')).filter((each) =>
        each.email_address.address.includes(`.${boxOfficeId.slice(3).toLowerCase()}@`),
      ),
    contact: async (who: string) =>
      (await world.sandbox.contacts('riverside')).find((each) => each.email_address.address === emailOf(who)),
  };
};

const isSettled = ({ status }: SeenDelivery): boolean => !['PENDING', 'WAITING'].includes(status);

interface Page {
  readonly boxOffice: {
    readonly deliveries: { nodes: SeenDelivery[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  };
}

/** Counts the calls that Constant Contact received during `act`, by method and path without query and ids. */
export const callsDuring = async (world: World, act: () => Promise<unknown>): Promise<Record<string, number>> => {
  const before = (await world.sandbox.journal()).length;
  await act();
  const counts: Record<string, number> = {};
  for (const { method, path } of (await world.sandbox.journal()).slice(before)) {
    const name = `${method} ${(path.split('?')[0] ?? '').replace('/v3', '').replace(/[0-9a-f-]{36}/g, ':id')}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};
