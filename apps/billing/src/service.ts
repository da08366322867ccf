import { topics } from '@boxlist/contracts';
import { createRest, repeatedly } from '@boxlist/event-bus';
import { auditRelay, createPlatform, type ListeningService, type Platform } from '@boxlist/service-kit';
import typeDefs from '../schema.graphql';
import type { Config } from './config';
import type { Context } from './context';
import { createCatalogue } from './domain/catalogue';
import { resolvers } from './resolvers';
import { createInvoiceStore } from './store/invoices';
import { createSubscriptionStore } from './store/subscriptions';
import { runBilling } from './use-cases/run-billing';

type Overrides = Partial<Pick<Context, 'clock'>>;

/** Connects to MongoDB and Kafka and creates the dependencies of use cases, without an HTTP server. */
export const createParts = async (
  config: Config,
  overrides: Overrides = {},
): Promise<{ readonly ctx: Context; readonly platform: Platform }> => {
  const platform = await createPlatform('billing', config, { topics: [topics.entitlements, topics.audit] });
  const { log, mongo } = platform;
  const subscriptions = createSubscriptionStore(mongo);
  const invoices = createInvoiceStore(mongo);
  await Promise.all([subscriptions.init(), invoices.init()]);
  const rest = createRest();
  const { collection } = subscriptions;
  const outbox = await platform.relayOutbox({ collection, topic: topics.entitlements, rest });
  await platform.relayOutbox({ collection, ...auditRelay, rest });
  const catalogue = createCatalogue({
    monthlyPrice: { amountMinor: config.CONSTANT_CONTACT_MONTHLY_PRICE_MINOR, currency: config.BILLING_CURRENCY },
    trialDays: config.TRIAL_DAYS,
  });
  return {
    ctx: { catalogue, subscriptions, invoices, outbox, clock: () => new Date(), log, ...overrides },
    platform,
  };
};

/** Starts billing with its internal listener. Runs the billing at once and then regularly. Tests override the clock. */
export const createBilling = async (config: Config, overrides: Overrides = {}): Promise<ListeningService> => {
  const { ctx, platform } = await createParts(config, overrides);
  const runs = repeatedly(
    ctx,
    { everyMs: config.BILLING_RUN_INTERVAL_MS, delayed: 'billing.run-delayed', atOnce: true },
    () => runBilling(ctx),
  );
  platform.onClose(() => runs.close());
  return platform.serve({
    internalPort: config.BILLING_PORT,
    subgraph: {
      typeDefs,
      resolvers,
      identityKey: config.IDENTITY_PUBLIC_JWK,
      context: ({ identity }) => ({ ctx, identity }),
    },
  });
};
