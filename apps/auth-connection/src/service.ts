import { createConstantContact, createConstantContactOAuth } from '@boxlist/constant-contact';
import { deadLetterTopicSpecOf, topics } from '@boxlist/contracts';
import { createRest, repeatedly } from '@boxlist/event-bus';
import {
  auditRelay,
  clientOf,
  createInternalFetch,
  createPlatform,
  createRateLimits,
  createSecretBox,
  createServiceTokens,
  demandEntitlementFact,
  internalTlsOf,
  type ListeningService,
  type Platform,
} from '@boxlist/service-kit';
import type { FastifyInstance } from 'fastify';
import typeDefs from '../schema.graphql';
import type { Config } from './config';
import type { Context } from './context';
import { followEntitlements } from './events';
import { openCallback, openInternalDoors } from './http-doors';
import { createInFlight } from './in-flight';
import { createPermits } from './permits';
import { resolvers } from './resolvers';
import { createAccountResourceStore } from './store/account-resources';
import { createConnectionStore } from './store/connections';
import { createEntitlementCopy } from './store/entitlements';
import { createSignInStore } from './store/sign-ins';
import { createTicketTailorKeyStore } from './store/ticket-tailor-keys';
import { refreshExpiring } from './use-cases/access-token';
import { dropEndedSignIns } from './use-cases/complete-connection';

type Overrides = Partial<Pick<Context, 'clock' | 'takePermit' | 'log'>> & { readonly jobsEveryMs?: number };

/**
 * Starts auth-connection with its listeners. Tests override the clock, the permits, the log, and how often the
 * background jobs run.
 */
export const createAuthConnection = async (
  config: Config,
  { jobsEveryMs = 60_000, takePermit: takeGivenPermit, ...overrides }: Overrides = {},
): Promise<ListeningService> => {
  const platform = await createPlatform('auth-connection', config, {
    topics: [topics.connections, topics.audit, topics.entitlements, deadLetterTopicSpecOf(topics.entitlements.name)],
    log: overrides.log,
  });
  const { log, mongo, bus } = platform;
  const tokens = createServiceTokens(config.SERVICE_TOKEN_SECRET, {
    service: 'auth-connection',
    usedTokens: platform.usedTokens,
  });
  const connections = createConnectionStore(mongo);
  const signIns = createSignInStore(mongo);
  const resources = createAccountResourceStore(mongo);
  const entitlements = createEntitlementCopy(mongo);
  await Promise.all([connections.init(), signIns.init(), resources.init(), entitlements.init()]);
  const constantContact = createConstantContact({ apiUrl: config.CONSTANT_CONTACT_API_URL });
  platform.onClose(() => constantContact.close());
  const rest = createRest();
  const { collection } = connections;
  const outbox = await platform.relayOutbox({ collection, topic: topics.connections, rest });
  await platform.relayOutbox({ collection, ...auditRelay, rest });
  const ticketTailorKeys = createTicketTailorKeyStore(mongo);
  const keyAudit = await platform.relayOutbox({ collection: ticketTailorKeys.collection, ...auditRelay, rest });
  const follower = await followEntitlements(bus, entitlements);
  const demandEntitlement: Context['demandEntitlement'] = (boxOfficeId) =>
    demandEntitlementFact(entitlements, (timeoutMs) => follower.caughtUp(timeoutMs), boxOfficeId);
  const takeFromLedger =
    takeGivenPermit ?? createPermits(config.SYNC_URL, tokens, createInternalFetch(internalTlsOf(config)));
  const ctx: Context = {
    connections,
    signIns,
    ticketTailorKeys,
    constantContact,
    oauth: oauthOf(config),
    secrets: createSecretBox(config.TOKEN_ENCRYPTION_KEYS),
    outbox,
    notifyAudit: () => void keyAudit.notify(),
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
  // A refresh or a sign-in continues after its caller has hung up, because the new tokens must be saved.
  platform.onClose(() => ctx.inFlight.settled());
  const jobs = repeatedly(ctx, { everyMs: jobsEveryMs, delayed: 'auth-connection.jobs-delayed' }, async (goesOn) => {
    await Promise.all([refreshExpiring(ctx, goesOn), dropEndedSignIns(ctx, goesOn)]);
  });
  platform.onClose(() => jobs.close());
  return platform.serve({
    public: {
      host: config.HOST,
      port: config.AUTH_CONNECTION_PORT,
      routes: (app) => {
        limitSignIns(app, config, platform);
        openCallback(app, ctx);
      },
    },
    internalPort: config.AUTH_CONNECTION_INTERNAL_PORT,
    internalRoutes: (app) => openInternalDoors(app, ctx, tokens),
    reported: { kafka: () => bus.check(), events: () => bus.checkProgress() },
    subgraph: {
      typeDefs,
      resolvers,
      identityKey: config.IDENTITY_PUBLIC_JWK,
      context: ({ identity }) => ({ ctx, identity }),
    },
  });
};

const oauthOf = (config: Config): Context['oauth'] =>
  createConstantContactOAuth({
    authorizeUrl: config.CONSTANT_CONTACT_AUTHORIZE_URL,
    tokenUrl: config.CONSTANT_CONTACT_TOKEN_URL,
    revokeUrl: config.CONSTANT_CONTACT_REVOKE_URL,
    issuer: config.CONSTANT_CONTACT_ISSUER,
    clientId: config.CONSTANT_CONTACT_CLIENT_ID,
    clientSecret: config.CONSTANT_CONTACT_CLIENT_SECRET,
    redirectUrl: config.CONSTANT_CONTACT_REDIRECT_URL,
    usePkce: config.CONSTANT_CONTACT_USE_PKCE,
  });

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
