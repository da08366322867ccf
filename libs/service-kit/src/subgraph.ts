import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import { AppError, appErrorOf } from '@boxlist/contracts';
import type { FastifyInstance } from 'fastify';
import { GraphQLError, OperationTypeNode, parse, type GraphQLFormattedError } from 'graphql';
import { checkVariables, inputFaultBehind } from './check-input';
import { rawBodyOf } from './http';
import { identityHeader, type GatewayWord, type Identity, type IdentityVerifier } from './identity';
import type { Log } from './log';

type SubgraphModule = Parameters<typeof buildSubgraphSchema>[0];

export interface SubgraphOptions<C extends object> {
  readonly typeDefs: string;
  /** Resolvers by type. Each service types them with its generated types. */
  readonly resolvers: object;
  readonly identity: IdentityVerifier;
  readonly context: (caller: { identity: Identity }) => C;
  readonly log: Log;
}

const graphqlCodeOf = (error: AppError): string => {
  switch (error.kind) {
    case 'invalid':
      return 'BAD_USER_INPUT';
    case 'denied':
      return error.code === 'FORBIDDEN' ? 'FORBIDDEN' : 'UNAUTHENTICATED';
    case 'missing':
      return 'NOT_FOUND';
    case 'conflict':
      return 'CONFLICT';
    case 'throttled':
      return 'RATE_LIMITED';
    case 'rejected':
    case 'unavailable':
      return 'UNAVAILABLE';
    case 'defect':
      return 'INTERNAL_SERVER_ERROR';
  }
};

/** Shows an AppError by its kind. Logs an unexpected error completely and shows it as INTERNAL_SERVER_ERROR. */
const formatGraphqlError =
  (log: Log) =>
  (formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError => {
    const fault = inputFaultBehind(thrown);
    if (fault) return { ...formatted, extensions: { code: fault.extensions.code } };
    const original: unknown = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown) : thrown;
    const error = appErrorOf(original);
    if (error.kind !== 'defect') {
      const { field } = error.details;
      if (error !== original)
        log.warn({ err: original, code: error.code, path: formatted.path }, 'graphql.unavailable');
      return {
        ...formatted,
        message: error.message,
        extensions: {
          code: graphqlCodeOf(error),
          reason: error.code,
          ...(field ? { field } : {}),
          ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
        },
      };
    }
    if (original instanceof GraphQLError) return { ...formatted, extensions: { code: formatted.extensions?.code } };
    log.error({ err: original, path: formatted.path }, 'graphql.defect');
    return {
      message: 'Something went wrong on our side. The error is logged.',
      path: formatted.path,
      locations: formatted.locations,
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };

/** Marks the context of a request whose token is valid for this request alone. */
const single = Symbol('single');

/** Refuses a mutation whose token is valid for more than one request. */
const mutationsOnce: ApolloServerPlugin<object> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, contextValue }) => {
      if (operation?.operation === OperationTypeNode.MUTATION && !(single in contextValue))
        throw new GraphQLError('A mutation needs a token that is valid for one request', {
          extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
        });
    },
  }),
};

/**
 * Mounts a federation subgraph at `POST /graphql`. Every call, even `_entities` and `_service`, needs an identity
 * that the gateway signed for this subgraph and this body. Any other call gets 401 before it is parsed as GraphQL.
 */
export const mountSubgraph = async <C extends object>(
  app: FastifyInstance,
  options: SubgraphOptions<C>,
): Promise<void> => {
  const { typeDefs, resolvers, identity, context, log } = options;
  const server = new ApolloServer<C>({
    schema: buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers }] as SubgraphModule),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: false,
    persistedQueries: false,
    csrfPrevention: false,
    formatError: formatGraphqlError(log),
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => log.warn(message),
      error: (message) => log.error(message),
    },
    plugins: [fastifyApolloDrainPlugin<C>(app), checkVariables, mutationsOnce],
  });
  await server.start();
  const words = new WeakMap<object, GatewayWord>();
  const callers = new WeakMap<object, GatewayWord>();
  app.route({
    method: 'POST',
    url: '/graphql',
    onRequest: async (request) => {
      const header = request.headers[identityHeader];
      words.set(request, identity.read(Array.isArray(header) ? undefined : header));
    },
    preValidation: async (request) => {
      const word = words.get(request);
      if (!word) return;
      await identity.confirm(word, rawBodyOf(request));
      callers.set(request, word);
    },
    handler: fastifyApolloHandler(server, {
      context: async (request) => {
        const word = callers.get(request);
        if (!word) throw new AppError('UNAUTHENTICATED', 'This service answers only the gateway');
        return Object.assign(context({ identity: word.identity }), word.jti === undefined ? {} : { [single]: true });
      },
    }),
  });
};

/** A problem with the input or the state of a mutation that the caller can fix. */
export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly field: string[] | null;
}

const asPayload = new Set(['invalid', 'missing', 'conflict', 'rejected', 'throttled']);

/**
 * Runs the use case of a mutation. Errors that the caller can act on (kinds invalid, missing, conflict, rejected,
 * throttled) become `userErrors` next to `empty`. All other errors are thrown.
 */
export const withUserErrors = async <P extends object, E extends object>(
  empty: E,
  run: () => Promise<P>,
): Promise<(P | E) & { userErrors: UserError[] }> => {
  try {
    return { ...(await run()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof AppError) || !asPayload.has(error.kind)) throw error;
    return {
      ...empty,
      userErrors: [
        { code: error.code, message: error.message, field: error.details.field ? [...error.details.field] : null },
      ],
    };
  }
};
