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
  type Service,
} from '@boxlist/service-kit';
import typeDefs from '../schema.graphql';
import type { Config } from './config';
import type { Context } from './context';
import { resolvers } from './resolvers';
import { createInvoiceStore } from './store/invoices';
import { createSubscriptionStore } from './store/subscriptions';
import { runBilling } from './use-cases/run-billing';

/** Builds billing and opens its doors. Tests override the clock. */
export const createBilling = async (
  config: Config,
  overrides: Partial<Pick<Context, 'clock'>> = {},
): Promise<Service> => {
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
    topic: topics.entitlements.name,
    log,
  });
  const ctx: Context = {
    catalogue: [
      {
        id: 'app_constant-contact',
        name: 'Constant Contact',
        description: 'Puts every buyer who opted in on the right list with the right tags, seconds after the order.',
        monthlyMinor: config.CONSTANT_CONTACT_MONTHLY_PRICE_MINOR,
        currency: config.BILLING_CURRENCY,
        trialDays: config.TRIAL_DAYS,
      },
    ],
    subscriptions,
    invoices,
    outbox,
    clock: () => new Date(),
    log,
    ...overrides,
  };
  const app = createHttp({ log, health: { mongodb: () => checkMongo(mongo), kafka: () => bus.check() } });
  await mountSubgraph(app, {
    typeDefs,
    resolvers,
    identity: await createIdentityVerifier(config.IDENTITY_PUBLIC_JWK),
    context: ({ identity }) => ({ ctx, identity }),
    log,
  });
  const run = (): void =>
    void runBilling(ctx).catch((error: unknown) => log.warn({ err: error }, 'billing-run.delayed'));
  const timer = setInterval(run, config.BILLING_RUN_INTERVAL_MS);
  run();
  const url = await listen(app, config.HOST, config.BILLING_PORT);
  return {
    url,
    close: async () => {
      clearInterval(timer);
      await app.close();
      await outbox.close();
      await bus.close();
      await mongo.close();
    },
  };
};
