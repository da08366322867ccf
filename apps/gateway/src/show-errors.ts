import { AppError } from '@boxlist/contracts';
import { inputFaultBehind, lateness, withoutValues, type Log } from '@boxlist/service-kit';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

const shownCodes = new Set<unknown>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** The status that the server itself set for a fault in the request. */
const statusOf = (error: unknown): number | undefined => {
  const http: unknown = error instanceof GraphQLError ? error.extensions.http : undefined;
  const status = (http as { status?: unknown } | undefined)?.status;
  return typeof status === 'number' ? status : undefined;
};

/**
 * The code that clients see. A value that a scalar cannot read is BAD_USER_INPUT, even if validation finds it. A
 * refusal of the server without its own code, such as the hash of another query, is BAD_REQUEST. A subgraph that does
 * not understand the gateway's query has another version than the supergraph. No client can fix that, so it is
 * INTERNAL_SERVER_ERROR.
 */
const codeOf = ({ extensions = {} }: GraphQLFormattedError, error: unknown): unknown => {
  const { code, serviceName, response } = extensions;
  // A subgraph that refuses the gateway itself answers with an HTTP status. That is no fault of the caller's token.
  if (response !== undefined) return 'INTERNAL_SERVER_ERROR';
  if (serviceName !== undefined) return String(code).startsWith('GRAPHQL_') ? 'INTERNAL_SERVER_ERROR' : code;
  if (inputFaultBehind(error)) return 'BAD_USER_INPUT';
  const status = code === 'INTERNAL_SERVER_ERROR' ? statusOf(error) : undefined;
  return status && status >= 400 && status < 500 ? 'BAD_REQUEST' : code;
};

/** The error of the gateway's own deadline, if that ended a call of a subgraph. */
const latenessBehind = (error: unknown): AppError | undefined => {
  const cause: unknown = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  return cause instanceof AppError && cause.code === 'DEADLINE_EXCEEDED' ? cause : undefined;
};

const extensionsOf = (late: AppError) => ({ code: 'UNAVAILABLE', reason: late.code, ...lateness(late) });

/** Shows errors that a subgraph meant for clients, and nothing about the network behind the gateway. */
export const formatError =
  (log: Log) =>
  (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const late = latenessBehind(error);
    if (late) return { message: late.message, path: formatted.path, extensions: extensionsOf(late) };
    const { reason, field, retryAfterMs, cost, budget, status, deadlineMs } = formatted.extensions ?? {};
    const code = codeOf(formatted, error);
    if (shownCodes.has(code)) {
      const extensions = {
        code,
        ...(reason ? { reason } : {}),
        ...(field ? { field } : {}),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        ...(cost === undefined ? {} : { cost, budget }),
        ...(deadlineMs === undefined ? {} : { status, deadlineMs }),
      };
      const path = formatted.path ?? inputFaultBehind(error)?.path;
      const message = reason ? formatted.message : withoutValues(formatted.message);
      return { message, path, locations: formatted.locations, extensions };
    }
    log.warn({ err: error }, 'graphql.subgraph-failed');
    const message =
      code === 'INTERNAL_SERVER_ERROR' && formatted.message.startsWith('Something went wrong')
        ? formatted.message
        : 'Part of the answer is not available at the moment.';
    return {
      message,
      path: formatted.path,
      extensions: { code: message === formatted.message ? 'INTERNAL_SERVER_ERROR' : 'UNAVAILABLE' },
    };
  };
