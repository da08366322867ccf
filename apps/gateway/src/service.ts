import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import { AppError, type ErrorKind } from '@boxlist/contracts';
import {
  checkVariables,
  createAuthenticate,
  createHttp,
  createIdentitySigner,
  createLog,
  httpStatusOf,
  internalTlsOf,
  limitCost,
  openListeners,
  scalarLiterals,
  startOperation,
  type Identity,
  type ListeningService,
  type Log,
} from '@boxlist/service-kit';
import cors from '@fastify/cors';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import type { FastifyInstance, FastifyReply } from 'fastify';
import supergraphSdl from '../supergraph.graphql';
import type { Config } from './config';
import { mountExplorer, type SendExplorer } from './explorer';
import { introspectionWithoutAliases } from './introspection';
import { limitMutations, openLimits, type GatewayLimits } from './limits';
import { knownScalars, oneOperation, statusByAccept } from './requests';
import { formatError } from './show-errors';
import { Subgraph, type GatewayContext } from './subgraphs';

/** Starts the gateway with the committed supergraph, its public listener and its internal one. */
export const createGateway = async (config: Config): Promise<ListeningService> => {
  const log = createLog('gateway', config.LOG_LEVEL);
  const sign = await createIdentitySigner(config.IDENTITY_PRIVATE_JWK);
  const urls: Record<string, string> = {
    billing: config.BILLING_URL,
    'auth-connection': config.AUTH_CONNECTION_URL,
    workflow: config.WORKFLOW_URL,
    sync: config.SYNC_URL,
    audit: config.AUDIT_URL,
  };
  const tls = internalTlsOf(config);
  const subgraphs: Subgraph[] = [];
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => {
      const subgraph = new Subgraph(name, urls[name] ?? '', sign, tls);
      subgraphs.push(subgraph);
      return subgraph;
    },
    logger: quiet(log),
  });
  const limits = openLimits(config, log);
  const app = createHttp({ log, bodyLimit: 100_000, settings: config, trustedProxies: config.TRUSTED_PROXIES });
  const internal = createHttp({ log, health: {}, reported: limits.reported, settings: config, tls });
  const explores = config.EXPLORER_ENABLED ?? config.NODE_ENV !== 'production';
  const server = new ApolloServer<GatewayContext>({
    gateway,
    introspection: explores,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !explores,
    parseOptions: { maxTokens: 4_000 },
    maxRecursiveSelections: 1_000,
    formatError: formatError(log),
    logger: quiet(log),
    validationRules: [...armour.validationRules, scalarLiterals, introspectionWithoutAliases],
    plugins: [
      fastifyApolloDrainPlugin<GatewayContext>(app),
      knownScalars,
      oneOperation,
      ...armour.plugins,
      limitMutations(limits),
      checkVariables,
      limitCost(supergraphSdl, config.OPERATION_COST_BUDGET),
      statusByAccept,
    ],
  });
  await server.start();
  // Cross-origin requests need no cookies, because pages send the caller's token themselves.
  if (config.BROWSER_ORIGINS.length > 0)
    await app.register(cors, {
      origin: config.BROWSER_ORIGINS,
      methods: ['GET', 'POST'],
      exposedHeaders: ['retry-after'],
      maxAge: 600,
    });
  mountGraph(app, server, { config, log, limits }, explores ? mountExplorer(app) : undefined);
  const listening = await openListeners(
    { app: internal, host: config.INTERNAL_HOST, port: config.GATEWAY_INTERNAL_PORT },
    { app, host: config.HOST, port: config.GATEWAY_PORT },
  );
  return {
    ...listening,
    close: async () => {
      await listening.close();
      await server.stop();
      await Promise.all([limits.close(), ...subgraphs.map((subgraph) => subgraph.close())]);
    },
  };
};

/** Limits of the text of a query. The server itself limits tokens and recursion, and `limitCost` the cost. */
const armour = new ApolloArmor({
  maxDepth: { n: 16 },
  maxAliases: { n: 60 },
  costLimit: { enabled: false },
  maxTokens: { enabled: false },
  blockFieldSuggestion: { enabled: false },
}).protect();

const quiet = (log: Log) => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message?: unknown) => log.warn({ reason: String(message) }, 'graphql.warning'),
  error: (message?: unknown) => log.error({ reason: String(message) }, 'graphql.error'),
});

const refusalCodes: Partial<Record<ErrorKind, string>> = { denied: 'UNAUTHENTICATED', throttled: 'RATE_LIMITED' };

/** Answers a request that is not executed: its caller is unknown, cannot be checked, or asks too often. */
const refuse = async (reply: FastifyReply, error: unknown): Promise<void> => {
  const known = error instanceof AppError ? error : new AppError('DEFECT', 'The caller could not be identified');
  const { kind, message, code: reason, retryAfterMs } = known;
  const code = refusalCodes[kind] ?? 'UNAVAILABLE';
  if (kind === 'denied') void reply.header('www-authenticate', 'Bearer');
  if (retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
  const extensions = { code, ...(kind === 'denied' ? {} : { reason, retryAfterMs }) };
  await reply.status(httpStatusOf(known)).send({ errors: [{ message, extensions }] });
};

/** Serves GraphQL over HTTP to callers with a token. A browser that asks for a page gets the explorer. */
const mountGraph = (
  app: FastifyInstance,
  server: ApolloServer<GatewayContext>,
  { config, log, limits }: { readonly config: Config; readonly log: Log; readonly limits: GatewayLimits },
  sendExplorer: SendExplorer | undefined,
): void => {
  const authenticate = createAuthenticate(config);
  const callers = new WeakMap<object, Identity>();
  const handler = fastifyApolloHandler(server, {
    context: async (request, reply) => {
      const options = { deadlineMs: config.OPERATION_DEADLINE_MS, log, requestId: request.id };
      const { signal } = startOperation(reply.raw, options);
      return { identity: callers.get(request), requestId: request.id, signal };
    },
  });
  app.get('/', (_request, reply) =>
    sendExplorer
      ? reply.redirect('/graphql')
      : reply.status(404).send({ code: 'NOT_FOUND', message: 'There is nothing at this address.' }),
  );
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: async (request, reply) => {
      try {
        await limits.address(request.ip);
      } catch (error) {
        await refuse(reply, error);
      }
    },
    preParsing: async (request, reply, payload) => {
      if (sendExplorer && request.method === 'GET' && (request.headers.accept ?? '').includes('text/html'))
        return payload;
      try {
        const identity = await authenticate(request.headers.authorization);
        await limits.caller(identity);
        callers.set(request, identity);
      } catch (error) {
        await refuse(reply, error);
      }
      return payload;
    },
    handler: async (request, reply) => {
      if (sendExplorer && !callers.has(request)) return sendExplorer(request, reply);
      return handler.call(app, request, reply);
    },
  });
};
