import { AppError } from '@boxlist/contracts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from './log';
import type { HttpSettings } from './settings';
import { counter } from './telemetry';

const dropped = counter('http_connections_dropped', 'Connections closed at once because there were too many');
const refused = counter('http_requests_refused', 'Requests answered 503 because too many were under way');
const cutOff = counter('http_answers_cut_off', 'Answers whose caller did not read them in time');

/** The limits that Node and fastify enforce themselves. */
export const serverLimits = (settings: HttpSettings) => {
  const requestTimeout = settings.HTTP_REQUEST_TIMEOUT_MS;
  const headersTimeout = Math.min(settings.HTTP_HEADERS_TIMEOUT_MS, requestTimeout);
  return {
    fastify: {
      requestTimeout,
      keepAliveTimeout: settings.HTTP_KEEP_ALIVE_TIMEOUT_MS,
      handlerTimeout: settings.HTTP_ANSWER_TIMEOUT_MS,
    },
    node: {
      headersTimeout,
      // Node looks for late requests only this often, every 30 seconds by default.
      connectionsCheckingInterval: Math.max(20, Math.min(headersTimeout / 4, 5_000)),
      // Node itself answers a missing host, without our headers.
      requireHostHeader: false,
    },
    tls: { handshakeTimeout: headersTimeout },
  };
};

const isProbe = (url: string | undefined): boolean => url === '/metrics' || url?.startsWith('/health/') === true;

/** Refuses more than `most` requests at a time. Health checks and metrics are always answered. */
const limitRequests = (app: FastifyInstance, most: number): void => {
  let underWay = 0;
  // At this point the body is complete and the caller is known. So half-sent requests take no share.
  app.addHook('preHandler', (request, reply, done) => {
    if (isProbe(request.routeOptions.url)) return done();
    if (underWay >= most) {
      refused();
      return done(
        new AppError(
          'SERVICE_UNAVAILABLE',
          'Too many requests at once. Try again in a moment.',
          {},
          {
            retryAfterMs: 1_000,
          },
        ),
      );
    }
    underWay += 1;
    reply.raw.once('close', () => (underWay -= 1));
    done();
  });
};

/** Closes a connection whose caller takes longer than `ms` to read an answer. */
const limitReading = (app: FastifyInstance, ms: number): void => {
  app.addHook('onSend', (_request, reply: FastifyReply, payload, done) => {
    const late = setTimeout(() => {
      cutOff();
      reply.raw.destroy();
    }, ms);
    reply.raw.once('close', () => clearTimeout(late));
    done(null, payload);
  });
};

/**
 * Applies the limits that fastify does not have: connections, requests under way, the time to read an answer, and the
 * time that `close` waits. Without the last one a half-sent request would hold up `close` for ever, because Node looks
 * for late requests only until then.
 */
export const applyLimits = (app: FastifyInstance, settings: HttpSettings, log: Log): void => {
  const { server } = app;
  server.maxConnections = settings.HTTP_MAX_CONNECTIONS;
  let toldAt = -Infinity;
  server.on('drop', () => {
    dropped();
    if (performance.now() - toldAt < 60_000) return;
    toldAt = performance.now();
    log.warn({ limit: settings.HTTP_MAX_CONNECTIONS }, 'http.connections-dropped');
  });
  limitRequests(app, settings.HTTP_MAX_REQUESTS);
  limitReading(app, settings.HTTP_ANSWER_TIMEOUT_MS);
  app.addHook('preClose', (done) => {
    const late = setTimeout(() => server.closeAllConnections(), settings.HTTP_CLOSE_TIMEOUT_MS);
    server.once('close', () => clearTimeout(late));
    done();
  });
};

const messages: Readonly<Record<number, string>> = {
  400: 'The request cannot be read.',
  408: 'The request did not arrive in time.',
  417: 'This server meets no expectations.',
  431: 'The headers are too large.',
};

/** The body of an answer to a request that never became one. */
export const rawFault = (status: number): { code: 'BAD_INPUT'; message: string } => ({
  code: 'BAD_INPUT',
  message: messages[status] ?? 'The request cannot be read.',
});

const statusOfFault = (code: string | undefined): number =>
  code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;

/** Answers what Node cannot read as a request, or what did not arrive in time, and closes the connection. */
export const answerFault = (
  fault: NodeJS.ErrnoException,
  socket: Socket,
  headers: Readonly<Record<string, string>>,
): void => {
  if (fault.code === 'ECONNRESET' || socket.destroyed) return;
  // An answer that has begun would be continued by this one.
  const begun = (socket as { _httpMessage?: { headersSent?: boolean } })._httpMessage?.headersSent === true;
  if (socket.writable && !begun) {
    const status = statusOfFault(fault.code);
    const body = JSON.stringify(rawFault(status));
    const lines = Object.entries({
      ...headers,
      connection: 'close',
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  }
  socket.destroy();
};
