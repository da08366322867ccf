import type { ApolloServerPlugin } from '@apollo/server';
import { readScalars } from '@boxlist/service-kit';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from './subgraphs';

/** Lets the composed schema read its custom scalars, or the gateway does not start. */
export const knownScalars: ApolloServerPlugin<GatewayContext> = {
  serverWillStart: async ({ schema }) => readScalars(schema),
};

/**
 * Refuses a document that leaves open what to run: planning would fail on it as if a subgraph had. A blank name is
 * none: clients send it where their form has a field for the name.
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

/** Faults in a request that is a GraphQL request: document, operation or variables. */
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
 * By the specification of GraphQL over HTTP a client that accepts `application/json` alone reads errors from an answer
 * of status 200, and takes another status for a failure of what lies between. Every other client gets 400.
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
