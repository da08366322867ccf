import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import { AppError, appErrorOf, leastRoles, type LeastRoles } from '@boxlist/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError, Kind, OperationTypeNode, parse, type GraphQLFormattedError } from 'graphql';
import type { Actor } from './audit';
import { checkVariables, inputFaultBehind } from './check-input';
import { withCheckedReferences } from './entity-references';
import { rawBodyOf } from './http';
import { identityHeader, type GatewayWord, type IdentityVerifier } from './identity';
import { withLeastRoles } from './least-roles';
import type { Log } from './log';
import { limitCost } from './operation-cost';
import { inTurns, startOperation, withOperation } from './operation-deadline';

type SubgraphModule = Parameters<typeof buildSubgraphSchema>[0];

export interface SubgraphOptions<C extends object> {
  readonly typeDefs: string;
  /** Resolvers by type. Each service types them with its generated types. */
  readonly resolvers: object;
  /** Who may use which field. Default: Boxlist's own table. */
  readonly roles?: LeastRoles;
  readonly identity: IdentityVerifier;
  /**
   * The caller comes with the id of the request that the gateway took. `signal` aborts when the caller leaves or the
   * deadline passes. A resolver that reads in steps looks at it.
   */
  readonly context: (caller: { identity: Actor; signal: AbortSignal }) => C;
  readonly log: Log;
  /** The largest cost of an operation. Default: 10,000. */
  readonly costBudget?: number;
  /** How long an operation may take. Default: 10 seconds. */
  readonly deadlineMs?: number;
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

/** The field whose resolver failed. A path would have aliases, in which a client may write anything. */
const fieldOf = (thrown: unknown): string | undefined => {
  const node = thrown instanceof GraphQLError ? thrown.nodes?.[0] : undefined;
  return node?.kind === Kind.FIELD ? node.name.value : undefined;
};

/** What an error of the deadline says in addition: the status that HTTP has for it, and the deadline. */
export const lateness = ({ code, details }: AppError): { readonly status?: 504; readonly deadlineMs?: unknown } =>
  code === 'DEADLINE_EXCEEDED' ? { status: 504, deadlineMs: details.deadlineMs } : {};

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
        log.warn({ err: original, code: error.code, graphField: fieldOf(thrown) }, 'graphql.unavailable');
      return {
        ...formatted,
        message: error.message,
        extensions: {
          code: graphqlCodeOf(error),
          reason: error.code,
          ...(field ? { field } : {}),
          ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
          ...lateness(error),
        },
      };
    }
    if (original instanceof GraphQLError) return { ...formatted, extensions: { code: formatted.extensions?.code } };
    log.error({ err: original, graphField: fieldOf(thrown) }, 'graphql.defect');
    return {
      message: 'Something went wrong on our side. The error is logged.',
      path: formatted.path,
      locations: formatted.locations,
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };

/** The id that the gateway gave the request. It is as trustworthy as the identity beside it. */
const requestIdOf = ({ id, headers }: FastifyRequest): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w-]{1,100}$/.test(given) ? given : id;
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
 * that the gateway signed for this subgraph and this body. Any other call gets 401 before it is parsed as GraphQL. An
 * operation over the budget is refused before it runs. One that reaches its deadline is answered with what is ready,
 * and one whose caller left ends.
 */
export const mountSubgraph = async <C extends object>(
  app: FastifyInstance,
  options: SubgraphOptions<C>,
): Promise<void> => {
  const { typeDefs, resolvers, roles = leastRoles, identity, context, log } = options;
  const { costBudget = 10_000, deadlineMs = 10_000 } = options;
  const guarded = inTurns(withLeastRoles(withCheckedReferences(resolvers), roles));
  const server = new ApolloServer<C>({
    schema: buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers: guarded }] as SubgraphModule),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: false,
    persistedQueries: false,
    csrfPrevention: false,
    formatError: formatGraphqlError(log),
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => log.warn({ reason: String(message) }, 'graphql.warning'),
      error: (message) => log.error({ reason: String(message) }, 'graphql.error'),
    },
    plugins: [fastifyApolloDrainPlugin<C>(app), checkVariables, mutationsOnce, limitCost(typeDefs, costBudget)],
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
      context: async (request, reply) => {
        const word = callers.get(request);
        if (!word) throw new AppError('UNAUTHENTICATED', 'This service answers only the gateway');
        const requestId = requestIdOf(request);
        const operation = startOperation(reply.raw, { deadlineMs, log, requestId });
        const identity = { ...word.identity, requestId };
        const known = withOperation(context({ identity, signal: operation.signal }), operation);
        return Object.assign(known, word.jti === undefined ? {} : { [single]: true });
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
