import { AppError, appErrorOf, newId, type ErrorKind } from '@boxlist/contracts';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Log } from './log';
import { renderMetrics, startMetrics } from './telemetry';

const statusOf: Record<ErrorKind, number> = {
  invalid: 400,
  denied: 401,
  missing: 404,
  conflict: 409,
  throttled: 429,
  rejected: 502,
  unavailable: 503,
  defect: 500,
};

/** The HTTP status for the kind of an error. Only FORBIDDEN has its own status (403). */
export const httpStatusOf = (error: unknown): number => {
  const { code, kind } = appErrorOf(error);
  return code === 'FORBIDDEN' ? 403 : statusOf[kind];
};

/** The body of an error for an HTTP caller. It never contains the message of a defect. */
export const httpErrorBody = (error: unknown) => {
  const { code, kind, message, retryAfterMs } = appErrorOf(error);
  return kind === 'defect'
    ? { code: 'DEFECT', message: 'Something went wrong on our side. The error is logged.' }
    : { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
};

export type HealthChecks = Record<string, () => Promise<void>>;

interface HttpOptions {
  readonly log: Log;
  /** Readiness checks by name. A check throws while its part is not usable. */
  readonly health: HealthChecks;
  /** Checks that readiness reports without depending on them, for parts that most callers can do without. */
  readonly reported?: HealthChecks;
  readonly bodyLimit?: number;
}

const withinMs = async (ms: number, check: () => Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('SERVICE_UNAVAILABLE', `No answer within ${ms} ms`)), ms);
  });
  await Promise.race([check(), late]).finally(() => clearTimeout(timer));
};

const resultsOf = (checks: HealthChecks): Promise<(readonly [name: string, result: string])[]> =>
  Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const result = await withinMs(3_000, check).then(
        () => 'ok',
        (error: unknown) => appErrorOf(error).code,
      );
      return [name, result] as const;
    }),
  );

const readiness = async (health: HealthChecks, reported: HealthChecks) => {
  const [required, others] = await Promise.all([resultsOf(health), resultsOf(reported)]);
  const degraded = others.flatMap(([name, result]) => (result === 'ok' ? [] : name));
  return {
    ready: required.every(([, result]) => result === 'ok'),
    ...(degraded.length > 0 ? { degraded } : {}),
    checks: Object.fromEntries([...required, ...others]),
  };
};

/**
 * The HTTP server of a service. It accepts JSON bodies up to 1 MiB and answers errors as `{code, message}` with the
 * status of their kind. It serves `/health/live`, `/metrics` and `/health/ready`, which answers 503 while a check of
 * `health` fails. Failing checks of `reported` only appear under `degraded`.
 */
export const createHttp = ({ log, health, reported = {}, bodyLimit = 1024 * 1024 }: HttpOptions): FastifyInstance => {
  startMetrics();
  const app = fastify({
    logger: false,
    bodyLimit,
    genReqId: () => newId('event'),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // Its own answer to an address that it cannot read repeats the address.
    frameworkErrors: (error, _request, reply) => {
      const { status, message } = clientFault(error) ?? { status: 400, message: unreadable };
      void (reply as FastifyReply).status(status).send({ code: 'BAD_INPUT', message });
    },
  }) as unknown as FastifyInstance;
  app.setErrorHandler((error: unknown, request, reply) => {
    const http = clientFault(error);
    if (http) return reply.status(http.status).send({ code: 'BAD_INPUT', message: http.message });
    const status = httpStatusOf(error);
    if (status >= 500) log.error({ err: error, requestId: request.id, route: request.routeOptions.url }, 'http.failed');
    if (error instanceof AppError && error.retryAfterMs !== undefined) {
      reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000));
    }
    return reply.status(status).send(httpErrorBody(error));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.status(404).send({ code: 'NOT_FOUND', message: 'There is nothing at this address.' }),
  );
  app.get('/health/live', () => ({ live: true }));
  app.get('/health/ready', async (_request, reply) => {
    const state = await readiness(health, reported);
    return reply.status(state.ready ? 200 : 503).send(state);
  });
  app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(await renderMetrics()));
  return app;
};

const unreadable = 'The request cannot be read.';

/** Faults that fastify itself finds in a request: malformed JSON, too large, wrong media type. */
const clientFault = (error: unknown): { status: number; message: string } | undefined => {
  if (error instanceof AppError || typeof error !== 'object' || error === null || !('statusCode' in error))
    return undefined;
  const { statusCode } = error;
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  const messages: Record<number, string> = {
    400: 'The body does not match its content type.',
    413: 'The body is too large.',
    415: 'This address does not accept this content type.',
  };
  return { status: statusCode, message: messages[statusCode] ?? unreadable };
};

/** Starts listening and resolves with the base address, including the actual port. */
export const listen = async (app: FastifyInstance, host: string, port: number): Promise<string> => {
  await app.listen({ host, port });
  const address = app.server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${actual}`;
};
