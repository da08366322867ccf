import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import { AppError } from '@boxlist/contracts';
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
import type { FastifyInstance } from 'fastify';
import supergraphSdl from '../supergraph.graphql';
import type { Config } from './config';
import { mountExplorer, type SendExplorer } from './explorer';
import { introspectionWithoutAliases } from './introspection';
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
      const subgraph = new Subgraph(urls[name] ?? '', sign, tls);
      subgraphs.push(subgraph);
      return subgraph;
    },
    logger: quiet(log),
  });
  const app = createHttp({ log, bodyLimit: 100_000, settings: config });
  const internal = createHttp({ log, health: {}, settings: config, tls });
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
      maxAge: 600,
    });
  mountGraph(
    app,
    server,
    { config, log },
    explores ? mountExplorer(app) : undefined,
    createAuthenticate({ jwksUrl: config.JWT_JWKS_URL, issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE }),
  );
  const listening = await openListeners(
    { app: internal, host: config.INTERNAL_HOST, port: config.GATEWAY_INTERNAL_PORT },
    { app, host: config.HOST, port: config.GATEWAY_PORT },
  );
  return {
    ...listening,
    close: async () => {
      await listening.close();
      await server.stop();
      await Promise.all(subgraphs.map((subgraph) => subgraph.close()));
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

/** Serves GraphQL over HTTP to callers with a token. A browser that asks for a page gets the explorer. */
const mountGraph = (
  app: FastifyInstance,
  server: ApolloServer<GatewayContext>,
  { config, log }: { readonly config: Config; readonly log: Log },
  sendExplorer: SendExplorer | undefined,
  authenticate: ReturnType<typeof createAuthenticate>,
): void => {
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
    preParsing: async (request, reply, payload) => {
      if (sendExplorer && request.method === 'GET' && (request.headers.accept ?? '').includes('text/html'))
        return payload;
      try {
        callers.set(request, await authenticate(request.headers.authorization));
      } catch (error) {
        const known = error instanceof AppError ? error : new AppError('DEFECT', 'The caller could not be identified');
        const code = known.kind === 'denied' ? 'UNAUTHENTICATED' : 'UNAVAILABLE';
        if (known.kind === 'denied') void reply.header('www-authenticate', 'Bearer');
        await reply.status(httpStatusOf(known)).send({ errors: [{ message: known.message, extensions: { code } }] });
      }
      return payload;
    },
    handler: async (request, reply) => {
      if (sendExplorer && !callers.has(request)) return sendExplorer(request, reply);
      return handler.call(app, request, reply);
    },
  });
};
