import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import { listen, type Service } from '@boxlist/service-kit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { setTimeout as delay } from 'node:timers/promises';
import { ZodError } from 'zod';
import { apiDoors } from './api';
import type { SandboxConfig } from './config';
import { controlDoors } from './control';
import { oauthDoors } from './oauth';
import { overview } from './page';
import { createWorld, isoAt, Refusal, type Fault, type World } from './world';

/** Starts the sandbox: Constant Contact's OAuth and V3 API as Boxlist uses them, with a control plane and a page. */
export const createSandbox = async (config: SandboxConfig): Promise<Service> => {
  const world = createWorld(config);
  const app = fastify({
    bodyLimit: 16 * 1024 * 1024,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
  await app.register(formbody);
  await app.register(multipart, { attachFieldsToBody: true, limits: { fileSize: 16 * 1024 * 1024 } });
  emptyJsonBodies(app);
  guard(app, world);
  oauthDoors(app, world);
  apiDoors(app, world);
  controlDoors(app, world);
  app.get('/', (_request, reply) => reply.type('text/html').send(overview(world)));
  for (const path of ['/health/live', '/health/ready']) app.get(path, () => ({ ready: true }));
  const url = await listen(app, config.SANDBOX_HOST, config.SANDBOX_PORT);
  return {
    url,
    close: async () => {
      await app.close();
      world.store.flush();
    },
  };
};

const emptyJsonBodies = (app: FastifyInstance): void => {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string));
    } catch {
      done(new Refusal(400, 'contacts.api.validation.error', 'The body is not JSON'));
    }
  });
};

const isApi = (request: FastifyRequest): boolean => request.url.startsWith('/v3/');

/** Limits first, then faults; every call of the API is journalled with its status. */
const guard = (app: FastifyInstance, world: World): void => {
  app.addHook('preHandler', async (request, reply) => {
    if (isApi(request)) count(world);
    const fault = takeFault(world, request);
    if (!fault) return;
    if (fault.kind === 'latency') await delay(fault.ms ?? 1_000);
    if (fault.kind === 'status')
      throw new Refusal(fault.status ?? 503, 'service_unavailable', 'A fault that was asked for');
    if (fault.kind === 'drop-before') {
      // Taken out of fastify's hands: the handler must not run, or the write would happen all the same.
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    if (fault.kind === 'timeout-after-write' || fault.kind === 'drop-after-write') afterWrite.set(reply, fault);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    journal(world, request, reply);
    const fault = afterWrite.get(reply);
    if (fault?.kind === 'timeout-after-write') await delay(fault.ms ?? 60_000);
    if (fault) request.raw.socket.destroy();
    return payload;
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    if (error instanceof Refusal) return refuse(world, request, reply, error);
    if (error instanceof ZodError) return reply.status(400).send({ error: error.issues });
    const status =
      typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
    const key = status === 415 ? 'unsupported_media_type' : 'internal_error';
    return refuse(world, request, reply, new Refusal(status, key, 'The request cannot be handled'));
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(world, request, reply, new Refusal(404, 'not_found', 'There is nothing here')),
  );
};

const afterWrite = new WeakMap<FastifyReply, Fault>();

const refuse = (world: World, request: FastifyRequest, reply: FastifyReply, { status, key, message }: Refusal) => {
  const one = { error_key: key, error_message: message };
  const single = status === 401 || (status === 429 && world.switches.error429Shape === 'object') || !isApi(request);
  return reply.status(status).send(single ? one : [one]);
};

/** The limits of the application: calls a second (sliding) and calls a day (UTC). */
const count = (world: World): void => {
  const now = world.now();
  const day = isoAt(now).slice(0, 10);
  const { usage } = world.store.get();
  if (usage.day !== day) Object.assign(usage, { day, used: 0 });
  if (usage.used >= world.limits.perDay) throw new Refusal(429, 'quota_exceeded', 'Quota exceeded for the day');
  world.recent = world.recent.filter((at) => at <= now && now - at < 1_000);
  if (world.recent.length >= world.limits.perSecond)
    throw new Refusal(429, 'throttled', 'Too many requests in this second');
  world.recent.push(now);
  usage.used += 1;
  world.store.changed();
};

const takeFault = (world: World, request: FastifyRequest): Fault | undefined => {
  if (request.url.startsWith('/_sandbox')) return undefined;
  const fault = world.faults.find(
    ({ method, path, times }) =>
      times > 0 && (!method || method === request.method) && new RegExp(path).test(request.url),
  );
  if (fault) fault.times -= 1;
  return fault;
};

const journal = (world: World, request: FastifyRequest, reply: FastifyReply): void => {
  if (!isApi(request)) return;
  const { sandboxAccount: account = null } = request as { sandboxAccount?: string };
  world.journal.push({
    at: isoAt(world.now()),
    method: request.method,
    path: request.url,
    status: reply.statusCode,
    account,
    body: request.isMultipart() ? null : (request.body ?? null),
  });
  if (world.journal.length > 100_000) world.journal.splice(0, 50_000);
};
