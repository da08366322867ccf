import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { AppError } from '@boxlist/contracts';
import {
  clientOf,
  createRateLimits,
  createSharedCounter,
  openMongo,
  type HealthChecks,
  type Identity,
  type Log,
} from '@boxlist/service-kit';
import { GraphQLError, Kind, OperationTypeNode, type DocumentNode, type SelectionSetNode } from 'graphql';
import type { Config } from './config';
import type { GatewayContext } from './subgraphs';

/** The gateway's rate limits. Each check throws RATE_LIMITED, and almost never returns a promise. */
export interface GatewayLimits {
  /** Counts a request before its token is looked at. */
  address(ip: string): Promise<void> | undefined;
  /** Counts a request of a known caller. */
  caller(identity: Identity): Promise<void>;
  /** Counts the fields of a mutation. */
  mutation(identity: Identity, fields: number): Promise<void> | undefined;
  /** What readiness reports. */
  readonly reported: HealthChecks;
  close(): Promise<void>;
}

/** Opens the limits. They are shared with other gateways in MongoDB, if there is one. */
export const openLimits = (config: Config, log: Log): GatewayLimits => {
  const mongo = config.MONGODB_URI === undefined ? undefined : openMongo(config.MONGODB_URI, log);
  const shared = mongo && createSharedCounter(mongo.client, `${config.MONGODB_DATABASE_PREFIX}_gateway`, log);
  const limits = createRateLimits({ shared, secret: JSON.stringify(config.IDENTITY_PRIVATE_JWK) });
  const address = limits.limit('graph.address', config.LIMIT_GRAPH_BY_ADDRESS_PER_MINUTE, 'address');
  const subject = limits.limit('graph.subject', config.LIMIT_GRAPH_BY_SUBJECT_PER_MINUTE, 'person');
  const boxOffice = limits.limit('graph.box-office', config.LIMIT_GRAPH_BY_BOX_OFFICE_PER_MINUTE, 'box office');
  const mutations = limits.limit('graph.mutations', config.LIMIT_MUTATIONS_BY_BOX_OFFICE_PER_MINUTE, 'box office');
  return {
    address: (ip) => address.take(clientOf(ip)),
    caller: async (identity) => {
      await subject.take(identity.subject);
      await boxOffice.take(identity.boxOfficeId);
    },
    mutation: (identity, fields) => mutations.take(identity.boxOfficeId, fields),
    reported: shared ? { mongodb: () => shared.check() } : {},
    close: async () => void (await mongo?.close()),
  };
};

/** How many fields a mutation executes, fragments included. */
const fieldsIn = (set: SelectionSetNode, document: DocumentNode): number =>
  set.selections.reduce((sum, selection) => {
    if (selection.kind === Kind.FIELD) return sum + 1;
    if (selection.kind === Kind.INLINE_FRAGMENT) return sum + fieldsIn(selection.selectionSet, document);
    const fragment = document.definitions.find(
      (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
    );
    return sum + (fragment?.kind === Kind.FRAGMENT_DEFINITION ? fieldsIn(fragment.selectionSet, document) : 0);
  }, 0);

/** The error of a refused request, with the status and header for HTTP. */
const shown = (error: AppError): GraphQLError => {
  const retryAfterMs = error.retryAfterMs ?? 1_000;
  const headers = new HeaderMap([['retry-after', String(Math.ceil(retryAfterMs / 1_000))]]);
  return new GraphQLError(error.message, {
    extensions: {
      code: 'RATE_LIMITED',
      reason: error.code,
      retryAfterMs,
      // The type is that of another library; the server iterates over it as over a map.
      http: { status: 429, headers: headers as unknown as Record<string, string> },
    },
  });
};

/** Limits mutations more than queries. Each of its fields counts, so that aliases do not pass the limit. */
export const limitMutations = (limits: GatewayLimits): ApolloServerPlugin<GatewayContext> => ({
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, document, contextValue: { identity } }) => {
      if (operation?.operation !== OperationTypeNode.MUTATION || !identity) return;
      try {
        await limits.mutation(identity, fieldsIn(operation.selectionSet, document));
      } catch (error) {
        throw error instanceof AppError && error.kind === 'throttled' ? shown(error) : error;
      }
    },
  }),
});
