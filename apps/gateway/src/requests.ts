import type { ApolloServerPlugin } from '@apollo/server';
import { readScalars } from '@boxlist/service-kit';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from './subgraphs';

/** Makes the composed schema read its custom scalars. The gateway does not start if one of them has no reader. */
export const knownScalars: ApolloServerPlugin<GatewayContext> = {
  serverWillStart: async ({ schema }) => readScalars(schema),
};

/**
 * Refuses a document that does not say which operation to run. Otherwise planning would fail as if a subgraph had
 * failed. A blank name counts as absent, because clients with a field for the name send it.
 */
export const oneOperation: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: async ({ request }) => {
    if (request.operationName === '') request.operationName = undefined;
    return {
      didResolveOperation: async ({ operation }) => {
        if (operation) return;
        const name = request.operationName;
        throw new GraphQLError(
          name
            ? `The document has no operation named "${name}"`
            : 'The document has several operations. Name one in operationName.',
          { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } },
        );
      },
    };
  },
};

/** Faults in the content of a GraphQL request: its document, operation or variables. */
const requestFaults = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);

const acceptsJsonAlone = (accept: string): boolean => {
  const types = accept.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return (
    types.includes('application/json') &&
    !types.some((type) => type === 'application/graphql-response+json' || type === 'application/*' || type === '*/*')
  );
};

/**
 * Changes status 400 to 200 for clients that accept only `application/json`. By the specification of GraphQL over
 * HTTP they read errors from an answer with status 200, and treat any other status as a failure of an intermediary.
 * All other clients get 400.
 */
export const statusByAccept: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ request, response: { http, body } }) => {
      if (http.status !== 400 || body.kind !== 'single' || !acceptsJsonAlone(request.http?.headers.get('accept') ?? ''))
        return;
      if (body.singleResult.errors?.every(({ extensions }) => requestFaults.has(extensions?.code))) http.status = 200;
    },
  }),
};
