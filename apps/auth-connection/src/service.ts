import { createConstantContact, createConstantContactOAuth } from '@boxlist/constant-contact';
import { topics } from '@boxlist/contracts';
import { repeatedly } from '@boxlist/event-bus';
import {
  clientOf,
  createPlatform,
  createRateLimits,
  createSecretBox,
  createServiceTokens,
  type Platform,
  type Service,
} from '@boxlist/service-kit';
import type { FastifyInstance } from 'fastify';
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

/** Starts auth-connection with its HTTP server. Tests override the clock, the permits and the log. */
export const createAuthConnection = async (
  config: Config,
  overrides: Partial<Pick<Context, 'clock' | 'takePermit' | 'log'>> = {},
): Promise<Service> => {
  const platform = await createPlatform('auth-connection', config, {
    topics: [topics.connections],
    log: overrides.log,
  });
  const { log, mongo } = platform;
  const tokens = createServiceTokens(config.SERVICE_TOKEN_SECRET, {
    service: 'auth-connection',
    usedTokens: platform.usedTokens,
  });
  const connections = createConnectionStore(mongo);
  const signIns = createSignInStore(mongo);
  await Promise.all([connections.init(), signIns.init()]);
  const constantContact = createConstantContact({ apiUrl: config.CONSTANT_CONTACT_API_URL });
  platform.onClose(() => constantContact.close());
  const outbox = await platform.relayOutbox({ collection: connections.collection, topic: topics.connections });
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
  // A refresh continues after its caller has hung up, because the rotated tokens must be saved.
  platform.onClose(() => ctx.inFlight.settled());
  const refresher = repeatedly(ctx, { everyMs: 60_000, delayed: 'token.not-refreshed' }, (goesOn) =>
    refreshExpiring(ctx, goesOn),
  );
  platform.onClose(() => refresher.close());
  return platform.serve({
    port: config.AUTH_CONNECTION_PORT,
    routes: (app) => {
      limitSignIns(app, config, platform);
      httpDoors(app, ctx, tokens, config.CONSTANT_CONTACT_REDIRECT_URL);
    },
    subgraph: {
      typeDefs,
      resolvers,
      identityKey: config.IDENTITY_PUBLIC_JWK,
      context: ({ identity }) => ({ ctx, identity }),
    },
  });
};

/** Limits the sign-ins that come back to one address, before anything is looked up. */
const limitSignIns = (app: FastifyInstance, config: Config, platform: Platform): void => {
  const limits = createRateLimits({
    shared: platform.sharedCounter(),
    secret: Buffer.concat(config.TOKEN_ENCRYPTION_KEYS.map(({ key }) => key)),
  });
  const byAddress = limits.limit('sign-ins.address', config.LIMIT_SIGN_INS_BY_ADDRESS_PER_MINUTE, 'address');
  app.addHook('onRequest', async ({ routeOptions, ip }) => {
    if (routeOptions.url?.startsWith('/oauth/')) await byAddress.take(clientOf(ip));
  });
};
