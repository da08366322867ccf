import { topics } from '@boxlist/contracts';
import { createEventBus, startOutboxRelay } from '@boxlist/event-bus';
import {
  checkMongo,
  connectMongo,
  createHttp,
  createIdentityVerifier,
  createLog,
  listen,
  mountSubgraph,
  type HealthChecks,
  type Service,
} from '@boxlist/service-kit';
import typeDefs from '../schema.graphql';
import type { Config } from './config';
import type { Context } from './context';
import { createCatalogue } from './domain/catalogue';
import { resolvers } from './resolvers';
import { createInvoiceStore } from './store/invoices';
import { createSubscriptionStore } from './store/subscriptions';
import { runBilling } from './use-cases/run-billing';

type Overrides = Partial<Pick<Context, 'clock'>>;

/** The parts of a billing process without its doors. */
interface Parts {
  readonly ctx: Context;
  readonly health: HealthChecks;
  /** Told with readiness; billing answers without. */
  readonly reported: HealthChecks;
  close(): Promise<void>;
}

/** Connects to MongoDB and Kafka and makes what use cases need. */
export const createParts = async (config: Config, overrides: Overrides = {}): Promise<Parts> => {
  const log = createLog('billing', config.LOG_LEVEL);
  const mongo = await connectMongo({
    uri: config.MONGODB_URI,
    database: `${config.MONGODB_DATABASE_PREFIX}_billing`,
    log,
  });
  const bus = createEventBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'billing',
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    log,
  });
  await bus.ensureTopics([topics.entitlements]);
  const subscriptions = createSubscriptionStore(mongo);
  const invoices = createInvoiceStore(mongo);
  await Promise.all([subscriptions.init(), invoices.init()]);
  const outbox = await startOutboxRelay({
    bus,
    collection: subscriptions.collection,
    topic: topics.entitlements,
    log,
  });
  const catalogue = createCatalogue({
    monthlyPrice: { amountMinor: config.CONSTANT_CONTACT_MONTHLY_PRICE_MINOR, currency: config.BILLING_CURRENCY },
    trialDays: config.TRIAL_DAYS,
  });
  return {
    ctx: { catalogue, subscriptions, invoices, outbox, clock: () => new Date(), log, ...overrides },
    health: { mongodb: () => checkMongo(mongo) },
    reported: { kafka: () => bus.check() },
    close: async () => {
      await outbox.close();
      await bus.close();
      await mongo.close();
    },
  };
};

/** Builds billing, opens its doors and runs the billing at once and then regularly. Tests override the clock. */
export const createBilling = async (config: Config, overrides: Overrides = {}): Promise<Service> => {
  const parts = await createParts(config, overrides);
  const { ctx } = parts;
  const app = createHttp({ log: ctx.log, health: parts.health, reported: parts.reported });
  await mountSubgraph(app, {
    typeDefs,
    resolvers,
    identity: await createIdentityVerifier(config.IDENTITY_PUBLIC_JWK),
    context: ({ identity }) => ({ ctx, identity }),
    log: ctx.log,
  });
  const runs = repeat(ctx, config.BILLING_RUN_INTERVAL_MS);
  const url = await listen(app, config.HOST, config.BILLING_PORT);
  return {
    url,
    close: async () => {
      await app.close();
      await runs.close();
      await parts.close();
    },
  };
};

/** Runs the billing now and then again and again, never two runs of this process at once. */
const repeat = (ctx: Context, everyMs: number) => {
  let running: Promise<void> | undefined;
  const run = (): void => {
    running ??= runBilling(ctx)
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'billing.run-delayed'))
      .finally(() => (running = undefined));
  };
  const timer = setInterval(run, everyMs);
  run();
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
};
