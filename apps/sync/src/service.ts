import { createConstantContact } from '@boxlist/constant-contact';
import { AppError, topics, type ConnectionFact, type EntitlementFact, type WorkflowFact } from '@boxlist/contracts';
import { createEventBus, createRest, neverRests, startOutboxRelay, type EventBus } from '@boxlist/event-bus';
import {
  checkMongo,
  connectMongo,
  createFactCopy,
  createHttp,
  createIdentityVerifier,
  createLog,
  createServiceTokens,
  listen,
  mountSubgraph,
  type HealthChecks,
  type Service,
} from '@boxlist/service-kit';
import { createTicketTailor } from '@boxlist/ticket-tailor';
import { createHmac } from 'node:crypto';
import typeDefs from '../schema.graphql';
import { createAskAuthConnection } from './auth-connection';
import type { Config } from './config';
import type { Context } from './context';
import { openEventDoors, syncTopics } from './events';
import { resolvers } from './resolvers';
import { createActivityStore } from './store/activities';
import { createBackfillStore } from './store/backfills';
import { createContactStore } from './store/contacts';
import { createDeadLetterStore } from './store/dead-letters';
import { createDeliveryStore, outcomeRendering } from './store/deliveries';
import { createErasureStore } from './store/erasures';
import { createJoinStore } from './store/joins';
import { createConnectionLeaseStore } from './store/connection-leases';
import { createLedgerStore } from './store/ledger';
import { createNoticeStore, noticeRendering } from './store/notices';
import { createOrderStore } from './store/orders';
import { createResourceStore } from './store/resources';
import { createRetryStore } from './store/retries';
import { createStandstillStore } from './store/standstills';
import { createDeliveryCountStore } from './store/delivery-counts';
import { createExpiredWritesStore } from './store/expired-writes';
import { createLatePhoneStore, createUpgradeStore } from './store/deferred-work';
import { createTicketTailorKeySource } from './ticket-tailor-keys';
import { createTokenSource } from './tokens';
import { startBackgroundJobs } from './background-jobs';
import { startDispatcher } from './use-cases/dispatch/dispatcher';

type Overrides = Partial<Pick<Context, 'clock' | 'tokens' | 'ticketTailorKey' | 'random'>> & {
  /** The ledger's clock instead of the database's, in ms. */
  readonly ledgerClock?: () => Promise<number>;
};

/**
 * What decides readiness, and what is only reported (docs/decisions/0017). A process that answers the graph is ready
 * without Kafka too, and while its intake stands still. A process for the intake alone is not ready while it gets
 * nothing to read.
 */
const healthOf = (
  { SYNC_WORK }: Config,
  mongo: Parameters<typeof checkMongo>[0],
  bus: EventBus,
): { readonly health: HealthChecks; readonly reported: HealthChecks } => {
  const mongodb = () => checkMongo(mongo);
  const kafka = () => bus.check();
  const events = () => bus.checkProgress();
  if (SYNC_WORK !== 'intake') return { health: { mongodb }, reported: { kafka, events } };
  const intake = async (): Promise<void> => {
    if (bus.standing().some(({ partition }) => partition === null)) await bus.checkProgress();
  };
  return { health: { mongodb, kafka, intake }, reported: { events } };
};

/** Builds sync and opens its doors: events, the graph, permits; then the dispatcher runs. Tests override clock, chance and tokens. */
export const createSync = async (config: Config, { ledgerClock, ...overrides }: Overrides = {}): Promise<Service> => {
  const log = createLog('sync', config.LOG_LEVEL);
  const mongo = await connectMongo({
    uri: config.MONGODB_URI,
    database: `${config.MONGODB_DATABASE_PREFIX}_sync`,
    log,
  });
  const bus = createEventBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'sync',
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    standsStillAfterMs: config.EVENTS_STAND_STILL_AFTER_MS,
    log,
  });
  await bus.ensureTopics(syncTopics);
  const serviceTokens = createServiceTokens(config.SERVICE_TOKEN_SECRET);
  const askAuthConnection = createAskAuthConnection(config.AUTH_CONNECTION_URL, serviceTokens);
  const hashEmail = (boxOfficeId: string, email: string): string =>
    createHmac('sha256', config.EMAIL_HASH_KEY).update(`${boxOfficeId}\n${email}`).digest('base64url');
  const erasures = createErasureStore(mongo);
  const stores = {
    erasures,
    orders: createOrderStore(mongo, hashEmail),
    deliveries: createDeliveryStore(mongo),
    connectionLeases: createConnectionLeaseStore(mongo),
    contacts: createContactStore(mongo, erasures),
    upgrades: createUpgradeStore(mongo, erasures),
    latePhones: createLatePhoneStore(mongo, erasures),
    activities: createActivityStore(mongo),
    backfills: createBackfillStore(mongo),
    retries: createRetryStore(mongo),
    deadLetters: createDeadLetterStore(mongo),
    standstills: createStandstillStore(mongo),
    notices: createNoticeStore(mongo),
    deliveryCounts: createDeliveryCountStore(mongo),
    entitlements: createFactCopy<EntitlementFact>(
      mongo,
      'entitlement_facts',
      (fact) => `${fact.boxOfficeId}:${fact.appId}`,
    ),
    connections: createFactCopy<ConnectionFact>(mongo, 'connection_facts', (fact) => fact.connectionId),
    workflows: createFactCopy<WorkflowFact>(mongo, 'workflow_facts', (fact) => fact.workflowId),
  };
  await Promise.all(Object.values(stores).map((store) => store.init()));
  const constantContact = createConstantContact({
    apiUrl: config.CONSTANT_CONTACT_API_URL,
    timeoutMs: Math.min(20_000, config.DISPATCH_LEASE_MS / 2),
  });
  const ticketTailor = createTicketTailor({ apiUrl: config.TICKET_TAILOR_API_URL, timeoutMs: 10_000 });
  const rest = createRest();
  const outboxes = [
    await startOutboxRelay({
      bus,
      collection: stores.deliveries.collection,
      topic: { name: topics.deliveryOutcomes.name, compacted: false, rendering: outcomeRendering },
      rest,
      log,
    }),
    await startOutboxRelay({
      bus,
      collection: stores.notices.collection,
      topic: { name: topics.notices.name, compacted: false, rendering: noticeRendering },
      rest,
      log,
    }),
  ];
  // The dispatcher is made with the context, and the context nudges the dispatcher.
  const running: { dispatcher?: ReturnType<typeof startDispatcher> } = {};
  const unfollowed = { caughtUp: async () => false };
  let ctx: Context = {
    ...stores,
    ledger: createLedgerStore(
      mongo,
      { perSecond: config.CONSTANT_CONTACT_CALLS_PER_SECOND, perDay: config.CONSTANT_CONTACT_CALLS_PER_DAY },
      { minMs: config.GATHER_MIN_MS, maxMs: config.GATHER_MAX_MS },
      ledgerClock,
    ),
    resources: createResourceStore(mongo),
    expiredWrites: createExpiredWritesStore(mongo, erasures),
    joins: createJoinStore(mongo),
    followers: { entitlements: unfollowed, connections: unfollowed },
    bus,
    constantContact,
    signUpKeepsOptOuts: config.CONSTANT_CONTACT_SIGN_UP_KEEPS_OPT_OUTS,
    tokens: createTokenSource(askAuthConnection),
    ticketTailor,
    ticketTailorKey: createTicketTailorKeySource(askAuthConnection),
    hashEmail,
    markKey: config.EMAIL_HASH_KEY,
    retry: { baseMs: config.RETRY_BASE_MS, maxDelayMs: config.RETRY_MAX_DELAY_MS, forMs: config.RETRY_FOR_MS },
    retention: {
      historyMs: config.HISTORY_RETENTION_DAYS * 86_400_000,
      deadLettersMs: config.DEAD_LETTER_RETENTION_DAYS * 86_400_000,
    },
    leaseMs: config.DISPATCH_LEASE_MS,
    notify: () => {
      rest.end();
      running.dispatcher?.notify();
    },
    rest,
    clock: () => new Date(),
    random: Math.random,
    log,
    ...overrides,
  };
  ctx = { ...ctx, followers: await openEventDoors(bus, () => ctx, config.SYNC_WORK !== 'dispatch') };
  const dispatches = config.SYNC_WORK !== 'intake';
  const jobs = startBackgroundJobs(ctx, dispatches);
  // Orders that this process takes in itself wake its dispatcher: only one that takes none must always poll.
  running.dispatcher = dispatches
    ? startDispatcher(ctx, undefined, config.SYNC_WORK === 'dispatch' ? neverRests : rest)
    : undefined;
  const app = createHttp({ log, ...healthOf(config, mongo, bus) });
  app.post('/internal/quota/permits', async (request) => {
    await serviceTokens.verify(request.headers.authorization, 'sync');
    const { class: kind } = (request.body ?? {}) as { class?: unknown };
    if (kind !== 'interactive') throw new AppError('BAD_INPUT', 'class must be interactive');
    await ctx.ledger.take({ class: 'interactive', boxOfficeId: 'interactive' });
    return { waitMs: 0 };
  });
  await mountSubgraph(app, {
    typeDefs,
    resolvers,
    identity: await createIdentityVerifier(config.IDENTITY_PUBLIC_JWK),
    context: ({ identity }) => {
      rest.end();
      return { ctx, identity };
    },
    log,
  });
  const url = await listen(app, config.HOST, config.SYNC_PORT);
  return {
    url,
    close: async () => {
      await app.close();
      await jobs.close();
      await running.dispatcher?.close();
      await ctx.ledger.close();
      await Promise.all(outboxes.map((outbox) => outbox.close()));
      await bus.close();
      await constantContact.close();
      await ticketTailor.close();
      await mongo.close();
    },
  };
};
