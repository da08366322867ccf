import { createConstantContact } from '@boxlist/constant-contact';
import { topics } from '@boxlist/contracts';
import { createRest, neverRests, type EventBus, type Rest } from '@boxlist/event-bus';
import {
  auditRelay,
  createInternalFetch,
  createPlatform,
  createServiceTokens,
  internalTlsOf,
  type HealthChecks,
  type ListeningService,
} from '@boxlist/service-kit';
import { createTicketTailor } from '@boxlist/ticket-tailor';
import { createHmac } from 'node:crypto';
import typeDefs from '../schema.graphql';
import { createAskAuthConnection } from './auth-connection';
import type { Config } from './config';
import type { Context } from './context';
import type { Limits } from './domain/ledger-state';
import { entitlementsCaughtUp, openEventDoors, syncTopics } from './events';
import { permitDoor } from './permit-door';
import { resolvers } from './resolvers';
import { outcomeRendering } from './store/deliveries';
import { createLedgerStore } from './store/ledger';
import { noticeRendering } from './store/notices';
import { createStores, type Stores } from './stores';
import { createTicketTailorKeySource } from './ticket-tailor-keys';
import { createTokenSource } from './tokens';
import { startBackgroundJobs } from './background-jobs';
import { startDispatcher } from './use-cases/dispatch/dispatcher';
import { createWorkSignal } from './work-signal';

type Overrides = Partial<Pick<Context, 'clock' | 'tokens' | 'ticketTailorKey' | 'random'>> & {
  /** Replaces the database's clock in the ledger. In ms. */
  readonly ledgerClock?: () => Promise<number>;
  /** Gets the context before the doors open. Tests replace functions of its stores, to pause a process before one. */
  readonly prepare?: (ctx: Context) => void;
};

/**
 * Which checks decide readiness, and which are only reported (docs/decisions/0017). A process that answers the graph
 * stays ready without Kafka and while its intake makes no progress. A process with only the intake is not ready while
 * Kafka does not answer, or while a whole consumer gets nothing to read.
 */
const checksOf = (
  { SYNC_WORK }: Config,
  bus: EventBus,
): { readonly health: HealthChecks; readonly reported: HealthChecks } => {
  const kafka = () => bus.check();
  const events = () => bus.checkProgress();
  if (SYNC_WORK !== 'intake') return { health: {}, reported: { kafka, events } };
  const intake = async (): Promise<void> => {
    if (bus.standing().some(({ partition }) => partition === null)) await bus.checkProgress();
  };
  return { health: { kafka, intake }, reported: { events } };
};

/**
 * Builds sync, starts its consumers, dispatcher and background jobs, and serves the graph and the permit endpoint.
 * Tests override clocks, randomness, tokens and Ticket Tailor keys, and pause stores.
 */
export const createSync = async (
  config: Config,
  { ledgerClock, prepare, ...overrides }: Overrides = {},
): Promise<ListeningService> => {
  const platform = await createPlatform('sync', config, { topics: syncTopics });
  const { log, mongo, bus } = platform;
  const { usedTokens } = platform;
  const serviceTokens = createServiceTokens(config.SERVICE_TOKEN_SECRET, { service: 'sync', usedTokens });
  const internalFetch = createInternalFetch(internalTlsOf(config));
  const askAuthConnection = createAskAuthConnection(config.AUTH_CONNECTION_URL, serviceTokens, internalFetch);
  const hashEmail = (boxOfficeId: string, email: string): string =>
    createHmac('sha256', config.EMAIL_HASH_KEY).update(`${boxOfficeId}\n${email}`).digest('base64url');
  const { initStores, deliveryCollection, ...stores } = createStores(mongo, hashEmail);
  await initStores();
  const constantContact = createConstantContact({
    apiUrl: config.CONSTANT_CONTACT_API_URL,
    timeoutMs: Math.min(20_000, config.DISPATCH_LEASE_MS / 2),
  });
  const ticketTailor = createTicketTailor({ apiUrl: config.TICKET_TAILOR_API_URL, timeoutMs: 10_000 });
  const rest = createRest();
  platform.onClose(() => constantContact.close());
  platform.onClose(() => ticketTailor.close());
  await relayOutboxes(platform, deliveryCollection, stores.notices.collection, rest);
  const work = createWorkSignal();
  const ctx: Context = {
    ...stores,
    ledger: createLedgerStore(mongo, limitsOf(config), windowOf(config), ledgerClock),
    entitlementsCaughtUp: entitlementsCaughtUp(bus),
    bus,
    constantContact,
    signUpKeepsOptOuts: config.CONSTANT_CONTACT_SIGN_UP_KEEPS_OPT_OUTS,
    tokens: createTokenSource(askAuthConnection),
    ticketTailor,
    ticketTailorKey: createTicketTailorKeySource(askAuthConnection),
    hashEmail,
    markKey: config.EMAIL_HASH_KEY,
    ...limitsAndTimesOf(config),
    notifyAudit: await relayAudit(platform, stores),
    notify: () => {
      rest.end();
      work.notify();
    },
    rest,
    clock: () => new Date(),
    random: Math.random,
    log,
    ...overrides,
  };
  prepare?.(ctx);
  platform.onClose(() => ctx.ledger.close());
  await openEventDoors(ctx, config.SYNC_WORK !== 'dispatch');
  const dispatches = config.SYNC_WORK !== 'intake';
  if (dispatches) {
    // A process that takes in orders notifies its own dispatcher. A process that takes in none must always poll at its
    // full pace.
    const dispatcher = startDispatcher(ctx, work, { rest: config.SYNC_WORK === 'dispatch' ? neverRests : rest });
    platform.onClose(() => dispatcher.close());
  }
  const jobs = startBackgroundJobs(ctx, dispatches);
  platform.onClose(() => jobs.close());
  return platform.serve({
    internalPort: config.SYNC_PORT,
    ...checksOf(config, bus),
    internalRoutes: (app) => permitDoor(app, ctx, serviceTokens),
    subgraph: {
      typeDefs,
      resolvers,
      identityKey: config.IDENTITY_PUBLIC_JWK,
      context: ({ identity, signal }) => {
        rest.end();
        return { ctx, identity, signal };
      },
    },
  });
};

/** Publishes the outcomes and notices that wait in the documents that they are about. */
const relayOutboxes = async (
  platform: Pick<Awaited<ReturnType<typeof createPlatform>>, 'relayOutbox'>,
  deliveries: ReturnType<typeof createStores>['deliveryCollection'],
  notices: Context['notices']['collection'],
  rest: Rest,
): Promise<void> => {
  await platform.relayOutbox({
    collection: deliveries,
    topic: { name: topics.deliveryOutcomes.name, compacted: false, rendering: outcomeRendering },
    rest,
  });
  await platform.relayOutbox({
    collection: notices,
    topic: { name: topics.notices.name, compacted: false, rendering: noticeRendering },
    rest,
  });
};

/**
 * Publishes the audit entries that wait in the documents of organisers' acts. Returns a function that publishes at
 * once. The relays themselves poll seldom, because they only look for what a crash left behind.
 */
const relayAudit = async (
  platform: Pick<Awaited<ReturnType<typeof createPlatform>>, 'relayOutbox'>,
  { backfills, retries, deadLetters, erasures, auditRecords }: Stores,
): Promise<() => void> => {
  const relays = await Promise.all(
    [backfills, retries, deadLetters, erasures, auditRecords].map(({ collection }) =>
      platform.relayOutbox({ collection, ...auditRelay, pollMs: 5_000 }),
    ),
  );
  return () => void Promise.all(relays.map((relay) => relay.notify()));
};

const limitsAndTimesOf = (config: Config): Pick<Context, 'limits' | 'retry' | 'retention' | 'leaseMs'> => ({
  limits: { backfills: config.MAX_BACKFILLS, retries: config.MAX_RETRIES },
  retry: { baseMs: config.RETRY_BASE_MS, maxDelayMs: config.RETRY_MAX_DELAY_MS, forMs: config.RETRY_FOR_MS },
  retention: {
    historyMs: config.HISTORY_RETENTION_DAYS * 86_400_000,
    deadLettersMs: config.DEAD_LETTER_RETENTION_DAYS * 86_400_000,
  },
  leaseMs: config.DISPATCH_LEASE_MS,
});

const windowOf = (config: Config) => ({ minMs: config.GATHER_MIN_MS, maxMs: config.GATHER_MAX_MS });

const limitsOf = (config: Config): Limits => ({
  perSecond: config.CONSTANT_CONTACT_CALLS_PER_SECOND,
  perDay: config.CONSTANT_CONTACT_CALLS_PER_DAY,
  interactive: {
    perDay: config.INTERACTIVE_CALLS_PER_DAY,
    perDayOfBoxOffice: config.INTERACTIVE_CALLS_PER_DAY_OF_BOX_OFFICE,
  },
});
