import { listen, type Service } from '@boxlist/service-kit';
import fastify from 'fastify';
import { z } from 'zod';
import { apiDoors } from './api';
import type { SandboxConfig } from './config';
import { controlDoors } from './control';
import { createWorld } from './world';

/** Fits 100,000 orders at the control plane. */
const bodyLimit = 256 * 1024 * 1024;

/** Starts the sandbox: Ticket Tailor's orders API as Boxlist reads it, with a control plane. */
export const createSandbox = async (config: SandboxConfig): Promise<Service> => {
  const world = createWorld();
  const app = fastify({ bodyLimit, forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof z.ZodError)
      return reply
        .status(400)
        .send({ message: error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) });
    return reply.send(error);
  });
  apiDoors(app, world);
  controlDoors(app, world);
  for (const path of ['/health/live', '/health/ready']) app.get(path, () => ({ ready: true }));
  const url = await listen(app, config.TICKET_TAILOR_SANDBOX_HOST, config.TICKET_TAILOR_SANDBOX_PORT);
  return { url, close: async () => void (await app.close()) };
};
