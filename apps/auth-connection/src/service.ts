import { createConstantContact, createConstantContactOAuth } from '@boxlist/constant-contact';
import { deadLetterTopicSpecOf, topics } from '@boxlist/contracts';
import { repeatedly } from '@boxlist/event-bus';
import {
  createPlatform,
  createSecretBox,
  createServiceTokens,
  demandEntitlementFact,
  type Service,
} from '@boxlist/service-kit';
import typeDefs from '../schema.graphql';
import type { Config } from './config';
import type { Context } from './context';
import { followEntitlements } from './events';
import { httpDoors } from './http-doors';
import { createInFlight } from './in-flight';
import { createPermits } from './permits';
import { resolvers } from './resolvers';
import { createAccountResourceStore } from './store/account-resources';
import { createConnectionStore } from './store/connections';
import { createEntitlementCopy } from './store/entitlements';
import { createSignInStore } from './store/sign-ins';
import { createTicketTailorKeyStore } from './store/ticket-tailor-keys';
import { refreshExpiring } from './use-cases/access-token';

/** Starts auth-connection with its HTTP server. Tests override the clock, the permits and the log. */
export const createAuthConnection = async (
  config: Config,
  { takePermit: takeGivenPermit, ...overrides }: Partial<Pick<Context, 'clock' | 'takePermit' | 'log'>> = {},
): Promise<Service> => {
  const platform = await createPlatform('auth-connection', config, {
    topics: [topics.connections, topics.entitlements, deadLetterTopicSpecOf(topics.entitlements.name)],
    log: overrides.log,
  });
  const { log, mongo, bus } = platform;
  const tokens = createServiceTokens(config.SERVICE_TOKEN_SECRET);
  const connections = createConnectionStore(mongo);
  const signIns = createSignInStore(mongo);
  const resources = createAccountResourceStore(mongo);
  const entitlements = createEntitlementCopy(mongo);
  await Promise.all([connections.init(), signIns.init(), resources.init(), entitlements.init()]);
  const constantContact = createConstantContact({ apiUrl: config.CONSTANT_CONTACT_API_URL });
  platform.onClose(() => constantContact.close());
  const outbox = await platform.relayOutbox({ collection: connections.collection, topic: topics.connections });
  const follower = await followEntitlements(bus, entitlements);
  const demandEntitlement: Context['demandEntitlement'] = (boxOfficeId) =>
    demandEntitlementFact(entitlements, (timeoutMs) => follower.caughtUp(timeoutMs), boxOfficeId);
  const takeFromLedger = takeGivenPermit ?? createPermits(config.SYNC_URL, tokens);
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
    resources,
    demandEntitlement,
    takePermit: async (boxOfficeId) => {
      await demandEntitlement(boxOfficeId);
      await takeFromLedger(boxOfficeId);
    },
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
    reported: { kafka: () => bus.check(), events: () => bus.checkProgress() },
    routes: (app) => httpDoors(app, ctx, tokens, config.CONSTANT_CONTACT_REDIRECT_URL),
    subgraph: {
      typeDefs,
      resolvers,
      identityKey: config.IDENTITY_PUBLIC_JWK,
      context: ({ identity }) => ({ ctx, identity }),
    },
  });
};
