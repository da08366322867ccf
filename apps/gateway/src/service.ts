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
  listen,
  scalarLiterals,
  type Identity,
  type Log,
  type Service,
} from '@boxlist/service-kit';
import cors from '@fastify/cors';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { FastifyInstance } from 'fastify';
import supergraphSdl from '../supergraph.graphql';
import type { Config } from './config';
import { knownScalars, oneOperation, statusByAccept } from './requests';
import { formatError } from './show-errors';
import { Subgraph, type GatewayContext } from './subgraphs';

/** Starts the gateway with the committed supergraph and its public HTTP server. */
export const createGateway = async (config: Config): Promise<Service> => {
  const log = createLog('gateway', config.LOG_LEVEL);
  const sign = await createIdentitySigner(config.IDENTITY_PRIVATE_JWK);
  const urls: Record<string, string> = {
    billing: config.BILLING_URL,
    'auth-connection': config.AUTH_CONNECTION_URL,
    workflow: config.WORKFLOW_URL,
    sync: config.SYNC_URL,
    audit: config.AUDIT_URL,
  };
  const subgraphs: Subgraph[] = [];
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => {
      const subgraph = new Subgraph(urls[name] ?? '', sign);
      subgraphs.push(subgraph);
      return subgraph;
    },
    logger: quiet(log),
  });
  const app = createHttp({ log, bodyLimit: 100_000, health: {} });
  const server = new ApolloServer<GatewayContext>({
    gateway,
    introspection: config.EXPLORER_ENABLED,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !config.EXPLORER_ENABLED,
    parseOptions: { maxTokens: 4_000 },
    maxRecursiveSelections: 1_000,
    formatError: formatError(log),
    logger: quiet(log),
    validationRules: [...armour.validationRules, scalarLiterals],
    plugins: [
      fastifyApolloDrainPlugin<GatewayContext>(app),
      knownScalars,
      oneOperation,
      ...armour.plugins,
      checkVariables,
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
    config,
    createAuthenticate({ jwksUrl: config.JWT_JWKS_URL, issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE }),
  );
  const url = await listen(app, config.HOST, config.GATEWAY_PORT);
  return {
    url,
    close: async () => {
      await app.close();
      await server.stop();
      await Promise.all(subgraphs.map((subgraph) => subgraph.close()));
    },
  };
};

/** Limits of one query. The server itself limits tokens and recursion. */
const armour = new ApolloArmor({
  maxDepth: { n: 16 },
  maxAliases: { n: 60 },
  costLimit: { maxCost: 20_000 },
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
  config: Config,
  authenticate: ReturnType<typeof createAuthenticate>,
): void => {
  const callers = new WeakMap<object, Identity>();
  const handler = fastifyApolloHandler(server, {
    context: async (request) => ({ identity: callers.get(request), requestId: request.id }),
  });
  app.get('/', (_request, reply) =>
    config.EXPLORER_ENABLED
      ? reply.redirect('/graphql')
      : reply.status(404).send({ code: 'NOT_FOUND', message: 'There is nothing at this address.' }),
  );
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    preParsing: async (request, reply, payload) => {
      if (config.EXPLORER_ENABLED && request.method === 'GET' && (request.headers.accept ?? '').includes('text/html'))
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
      if (!callers.has(request))
        return reply
          .type('text/html')
          .send(renderGraphiQL({ title: 'Boxlist graph', headers: '{ "authorization": "Bearer …" }' }));
      return handler.call(app, request, reply);
    },
  });
};
