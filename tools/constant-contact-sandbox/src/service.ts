import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import { listen, type Service } from '@boxlist/service-kit';
import fastify, { type FastifyInstance } from 'fastify';
import { apiDoors } from './api';
import type { SandboxConfig } from './config';
import { controlDoors } from './control';
import { guard } from './guard';
import { oauthDoors } from './oauth';
import { overview } from './page';
import { badRequest } from './refusal';
import { createWorld } from './world';

/**
 * Far above the vendor's limit of a body, so that rows beyond that limit are dropped and not refused. It also fits
 * 100,000 contacts at the control plane.
 */
const bodyLimit = 128 * 1024 * 1024;

/** Starts the sandbox: Constant Contact's OAuth and V3 API as Boxlist uses them, with a control plane and a page. */
export const createSandbox = async (config: SandboxConfig): Promise<Service> => {
  const world = createWorld(config);
  const app = fastify({
    bodyLimit,
    forceCloseConnections: true,
    // Longer than a caller leaves a connection unused. A connection that ends at the moment of its next use would fail
    // a call without a requested fault.
    keepAliveTimeout: 600_000,
    routerOptions: { maxParamLength: 200 },
  });
  await app.register(formbody);
  await app.register(multipart, { limits: { fileSize: bodyLimit, files: 1, fields: 10 } });
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
      world.store.close();
    },
  };
};

const emptyJsonBodies = (app: FastifyInstance): void => {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string));
    } catch {
      done(badRequest('The body is not JSON'));
    }
  });
};
