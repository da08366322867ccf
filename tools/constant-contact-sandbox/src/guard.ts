import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { ZodError } from 'zod';
import type { Fault } from './faults';
import { quotaExceeded, throttled } from './limits';
import { Refusal } from './refusal';
import type { World } from './world';

declare module 'fastify' {
  interface FastifyRequest {
    /** The account of the call's token. */
    sandboxAccount?: string;
  }
}

const isApi = (request: FastifyRequest): boolean => request.url.startsWith('/v3/');
const isControl = (request: FastifyRequest): boolean => request.url.startsWith('/_sandbox');
const isToken = (request: FastifyRequest): boolean =>
  request.url.startsWith('/oauth2/') && /\/(token|revoke)$/.test(request.url);
const pause = (ms: number) => delay(ms, undefined, { ref: false });

/**
 * Applies the limits first, then the faults. Records every call of the API and of the token endpoints with its
 * status, and saves writes before the answer is sent.
 */
export const guard = (app: FastifyInstance, world: World): void => {
  const met = new WeakMap<FastifyReply, Fault>();
  // Hijacks the reply from fastify: the handler must not run, or the write would happen anyway.
  const drop = (request: FastifyRequest, reply: FastifyReply): void => {
    journal(world, request, 0);
    reply.hijack();
    request.raw.socket.destroy();
  };
  app.addHook('onRequest', async (request) => {
    if (isApi(request)) world.journal.arrived(world.now());
  });
  app.addHook('preHandler', async (request, reply) => {
    if (isControl(request)) return;
    if (isApi(request)) world.limiter.count(world.now());
    const fault = world.faults.ofCall(request.method, request.url);
    if (!fault) return;
    switch (fault.kind) {
      case 'latency':
        return pause(fault.ms ?? 1_000);
      case 'status':
        throw new Refusal(fault.status ?? 503, 'service_unavailable', 'A fault that was asked for');
      case 'throttled':
        throw throttled();
      case 'quota-exceeded':
        throw quotaExceeded();
      case 'timeout-before':
        await pause(fault.ms ?? 60_000);
        return drop(request, reply);
      case 'drop-before':
        return drop(request, reply);
      default:
        met.set(reply, fault);
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (isApi(request) || isToken(request)) journal(world, request, reply.statusCode);
    world.store.flush();
    const fault = met.get(reply);
    return fault ? spoil(fault, request, reply, payload) : payload;
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    if (error instanceof Refusal) return refuse(world, request, reply, error);
    if (error instanceof ZodError && isControl(request)) return reply.status(400).send({ error: error.issues });
    const status =
      typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
    const key =
      status === 415 ? 'unsupported_media_type' : status < 500 ? 'contacts.api.validation.error' : 'internal_error';
    return refuse(world, request, reply, new Refusal(status, key, 'The request cannot be handled'));
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(world, request, reply, new Refusal(404, 'not_found', 'There is nothing here')),
  );
};

/** Applies a fault to an answer after the work is done. */
const spoil = async (
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> => {
  const text = typeof payload === 'string' ? payload : '';
  switch (fault.kind) {
    case 'timeout-after-write':
      await pause(fault.ms ?? 60_000);
      request.raw.socket.destroy();
      return payload;
    case 'drop-after-write':
      request.raw.socket.destroy();
      return payload;
    case 'malformed-body':
      reply.removeHeader('content-length');
      return `${text.slice(0, text.length / 2)}{"`;
    case 'slow-body':
      reply.removeHeader('content-length');
      return Readable.from(dripping(text, fault.ms ?? 5_000));
    default:
      return payload;
  }
};

async function* dripping(text: string, ms: number): AsyncIterable<string> {
  const piece = Math.max(1, Math.ceil(text.length / 10));
  for (let at = 0; at < text.length; at += piece) {
    yield text.slice(at, at + piece);
    await pause(ms / 10);
  }
}

/**
 * Whether an error is one object, as for a missing right to call, or an array, as for the rest. For 403 and 429 no
 * source is certain.
 */
const isSingle = ({ switches }: World, request: FastifyRequest, status: number): boolean =>
  !isApi(request) ||
  status === 401 ||
  (status === 403 && switches.error403Shape === 'object') ||
  (status === 429 && switches.error429Shape === 'object');

const refuse = (world: World, request: FastifyRequest, reply: FastifyReply, { status, key, message }: Refusal) => {
  const one = { error_key: key, error_message: message };
  return reply.status(status).send(isSingle(world, request, status) ? one : [one]);
};

const journal = (world: World, request: FastifyRequest, status: number): void => {
  const token = isToken(request);
  const { grant_type } = (request.body ?? {}) as { grant_type?: string };
  const bytes = Number(request.headers['content-length'] ?? 0);
  world.journal.add(
    {
      method: request.method,
      path: request.url,
      route: `${request.method} ${(request.routeOptions.url ?? 'unknown').replace(/^\/v3/, '')}`,
      status,
      account: request.sandboxAccount ?? null,
      // The journal contains no code and no token.
      body: token ? { grant_type } : (request.body ?? null),
      bytes,
    },
    world.now(),
  );
};
