import { createConstantContact, createConstantContactOAuth } from '@boxlist/constant-contact';
import { topics } from '@boxlist/contracts';
import { createEventBus, startOutboxRelay } from '@boxlist/event-bus';
import {
  checkMongo,
  connectMongo,
  createHttp,
  createIdentityVerifier,
  createLog,
  createSecretBox,
  createServiceTokens,
  listen,
  mountSubgraph,
  type Service,
} from '@boxlist/service-kit';
import typeDefs from '../schema.graphql';
import type { Config } from './config';
import type { Context } from './context';
import { httpDoors } from './http-doors';
import { createInFlight } from './in-flight';
import { createPermits } from './permits';
import { resolvers } from './resolvers';
import { createConnectionStore } from './store/connections';
import { createSignInStore } from './store/sign-ins';
import { createTicketTailorKeyStore } from './store/ticket-tailor-keys';
import { refreshExpiring } from './use-cases/access-token';

/** Builds auth-connection and opens its doors. Tests override the clock, the permits and the log. */
export const createAuthConnection = async (
  config: Config,
  overrides: Partial<Pick<Context, 'clock' | 'takePermit' | 'log'>> = {},
): Promise<Service> => {
  const log = overrides.log ?? createLog('auth-connection', config.LOG_LEVEL);
  const mongo = await connectMongo({
    uri: config.MONGODB_URI,
    database: `${config.MONGODB_DATABASE_PREFIX}_auth_connection`,
    log,
  });
  const bus = createEventBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'auth-connection',
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    log,
  });
  await bus.ensureTopics([topics.connections]);
  const tokens = createServiceTokens(config.SERVICE_TOKEN_SECRET);
  const connections = createConnectionStore(mongo);
  const signIns = createSignInStore(mongo);
  await Promise.all([connections.init(), signIns.init()]);
  const constantContact = createConstantContact({ apiUrl: config.CONSTANT_CONTACT_API_URL });
  const outbox = await startOutboxRelay({
    bus,
    collection: connections.collection,
    topic: topics.connections,
    log,
  });
  const ctx: Context = {
    connections,
    signIns,
    ticketTailorKeys: createTicketTailorKeyStore(mongo),
    constantContact,
    oauth: createConstantContactOAuth({
      authorizeUrl: config.CONSTANT_CONTACT_AUTHORIZE_URL,
      tokenUrl: config.CONSTANT_CONTACT_TOKEN_URL,
      clientId: config.CONSTANT_CONTACT_CLIENT_ID,
      clientSecret: config.CONSTANT_CONTACT_CLIENT_SECRET,
      redirectUrl: config.CONSTANT_CONTACT_REDIRECT_URL,
      usePkce: config.CONSTANT_CONTACT_USE_PKCE,
    }),
    secrets: createSecretBox(config.TOKEN_ENCRYPTION_KEYS),
    outbox,
    takePermit: createPermits(config.SYNC_URL, tokens),
    inFlight: createInFlight(),
    offersUpgrades: config.CONSTANT_CONTACT_SIGN_UP_KEEPS_OPT_OUTS,
    allowedReturnUrls: config.ALLOWED_RETURN_URLS,
    clock: () => new Date(),
    log,
    ...overrides,
  };
  const app = createHttp({ log, health: { mongodb: () => checkMongo(mongo) }, reported: { kafka: () => bus.check() } });
  httpDoors(app, ctx, tokens, config.CONSTANT_CONTACT_REDIRECT_URL);
  await mountSubgraph(app, {
    typeDefs,
    resolvers,
    identity: await createIdentityVerifier(config.IDENTITY_PUBLIC_JWK),
    context: ({ identity }) => ({ ctx, identity }),
    log,
  });
  const refresher = startRefresher(ctx);
  const url = await listen(app, config.HOST, config.AUTH_CONNECTION_PORT);
  return {
    url,
    close: async () => {
      await refresher.close();
      await app.close();
      // A caller that hung up leaves its refresh running: what it rotates must reach the store.
      await ctx.inFlight.settled();
      await outbox.close();
      await bus.close();
      await constantContact.close();
      await mongo.close();
    },
  };
};

/** Renews what is about to expire, each minute, one round at a time; `close` lets the renewal under way end. */
const startRefresher = (ctx: Context): { close: () => Promise<void> } => {
  const stopping = new AbortController();
  let round: Promise<void> | undefined;
  const timer = setInterval(() => {
    round ??= refreshExpiring(ctx, stopping.signal)
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'token.not-refreshed'))
      .finally(() => (round = undefined));
  }, 60_000);
  return {
    close: async () => {
      clearInterval(timer);
      stopping.abort();
      await round;
    },
  };
};
