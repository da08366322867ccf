import { AppError, appErrorOf, newId, type ErrorKind } from '@boxlist/contracts';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { answerFault, applyLimits, rawFault, serverLimits } from './http-limits';
import { mutualTls, type InternalTls } from './internal-tls';
import type { Log } from './log';
import { addSecurityHeaders } from './security-headers';
import { defaultHttpSettings, type HttpSettings } from './settings';
import { renderMetrics, startMetrics } from './telemetry';
import type { ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:tls';

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
  /**
   * Readiness checks by name. A check throws while its part is not usable. A server without them is public: it serves
   * neither readiness nor metrics.
   */
  readonly health?: HealthChecks;
  /** Checks that readiness reports without depending on them, for parts that most callers can do without. */
  readonly reported?: HealthChecks;
  readonly bodyLimit?: number;
  /** Timeouts and limits. Default: those of the settings. */
  readonly settings?: HttpSettings;
  /** With certificates, the server answers only callers that show one of the same authority. */
  readonly tls?: InternalTls;
  /** The proxies whose `X-Forwarded-For` is believed. Default: none, so that nobody can choose their address. */
  readonly trustedProxies?: readonly string[];
}

const rawBodies = new WeakMap<object, Buffer>();

/** The bytes of a JSON body as they arrived, for signatures over them. Undefined if there is no such body. */
export const rawBodyOf = (request: FastifyRequest): Buffer | undefined => rawBodies.get(request);

/** Parses JSON bodies as fastify does, and keeps their bytes. */
const keepRawBodies = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    rawBodies.set(request, body);
    void parse(request, body.toString(), done);
  });
};

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

/** A method and a path that a server serves. */
export interface Door {
  readonly method: string;
  readonly url: string;
}

const doors = new WeakMap<FastifyInstance, Door[]>();

/** What a server of `createHttp` serves. */
export const doorsOf = (app: FastifyInstance): readonly Door[] => doors.get(app) ?? [];

/** A fastify server with the limits, whose every answer has the security headers. */
const createServer = (options: HttpOptions) => {
  const { log, bodyLimit = 1024 * 1024, settings = defaultHttpSettings, tls, trustedProxies = [] } = options;
  const limits = serverLimits(settings);
  let headers: Readonly<Record<string, string>> = {};
  const app = fastify({
    logger: false,
    bodyLimit,
    genReqId: () => newId('event'),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    ...limits.fastify,
    ...(tls ? { https: { ...limits.node, ...limits.tls, ...mutualTls(tls) } } : { http: limits.node }),
    clientErrorHandler: (fault, socket) => answerFault(fault, socket, headers),
    // Fastify's own answer to an address that it cannot read repeats the address.
    frameworkErrors: (_error, _request, reply) =>
      void (reply as unknown as FastifyReply).headers(headers).status(400).send(rawFault(400)),
  }) as unknown as FastifyInstance;
  const served: Door[] = [];
  doors.set(app, served);
  app.addHook(
    'onRoute',
    ({ method, url }) => void served.push(...[method].flat().map((each) => ({ method: each, url }))),
  );
  headers = addSecurityHeaders(app, settings.NODE_ENV === 'production');
  applyLimits(app, settings, log);
  app.server.on('checkExpectation', (_request, response: ServerResponse) =>
    response.writeHead(417, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(rawFault(417))),
  );
  app.addHook('onRequest', (request, _reply, done) =>
    request.headers.host === undefined && request.raw.httpVersion === '1.1'
      ? done(new AppError('BAD_INPUT', 'The request names no host.'))
      : done(),
  );
  return app;
};

/**
 * The HTTP server of a service. It accepts JSON bodies up to 1 MiB and answers errors as `{code, message}` with the
 * status of their kind. It serves `/health/live`. With checks it also serves `/metrics` and `/health/ready`, which
 * answers 503 while a check of `health` fails. Failing checks of `reported` only appear under `degraded`.
 */
export const createHttp = (options: HttpOptions): FastifyInstance => {
  const { log, health, reported = {} } = options;
  startMetrics();
  const app = createServer(options);
  keepRawBodies(app);
  app.setErrorHandler((error: unknown, request, reply) => {
    const http = clientFault(error);
    if (http) return reply.status(http.status).send({ code: 'BAD_INPUT', message: http.message });
    const shown = isLate(error) ? new AppError('SERVICE_UNAVAILABLE', 'The answer took too long.') : error;
    const status = httpStatusOf(shown);
    if (status >= 500) log.error({ err: error, requestId: request.id, route: request.routeOptions.url }, 'http.failed');
    if (shown instanceof AppError && shown.retryAfterMs !== undefined) {
      reply.header('retry-after', Math.ceil(shown.retryAfterMs / 1000));
    }
    return reply.status(status).send(httpErrorBody(shown));
  });
  const nothing = (reply: FastifyReply) =>
    reply.status(404).send({ code: 'NOT_FOUND', message: 'There is nothing at this address.' });
  app.setNotFoundHandler((_request, reply) => nothing(reply));
  // Otherwise the body of a request to nowhere would be read and parsed first.
  app.addHook('onRequest', (request, reply, done) => (request.is404 ? void nothing(reply) : done()));
  app.get('/health/live', () => ({ live: true }));
  if (!health) return app;
  app.get('/health/ready', async (_request, reply) => {
    const state = await readiness(health, reported);
    return reply.status(state.ready ? 200 : 503).send(state);
  });
  app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(await renderMetrics()));
  return app;
};

/** Whether fastify gave up on a handler after HTTP_ANSWER_TIMEOUT_MS. */
const isLate = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'FST_ERR_HANDLER_TIMEOUT';

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
  return { status: statusCode, message: messages[statusCode] ?? 'The request cannot be read.' };
};

/** Starts listening and resolves with the base address, including the actual port. */
export const listen = async (app: FastifyInstance, host: string, port: number): Promise<string> => {
  await app.listen({ host, port });
  const address = app.server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  const scheme = app.server instanceof TlsServer ? 'https' : 'http';
  return `${scheme}://${host === '0.0.0.0' ? '127.0.0.1' : host}:${actual}`;
};
