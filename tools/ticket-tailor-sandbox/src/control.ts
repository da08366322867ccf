import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { numbered, numberedSchema, orderSchema, type BoxOffice } from './box-offices';
import { faultSchema } from './faults';
import { limitsSchema, type World } from './world';

const orders = z.union([z.strictObject({ orders: z.array(orderSchema) }), numberedSchema]);
const keyed = z.strictObject({ apiKey: z.string().min(1).max(500) });

/** The control plane for tests and curious people, below `/_sandbox`. */
export const controlDoors = (app: FastifyInstance, world: World): void => {
  app.get('/_sandbox/limits', () => world.limits);
  app.put('/_sandbox/limits', ({ body }) => {
    world.limits = limitsSchema.parse({ ...world.limits, ...(body as object) });
    world.forgetWindows();
    return world.limits;
  });
  app.get('/_sandbox/faults', () => world.faults.all());
  app.post('/_sandbox/faults', ({ body }) => {
    world.faults.add(faultSchema.parse(body));
    return world.faults.all();
  });
  app.delete('/_sandbox/faults', () => {
    world.faults.clear();
    return [];
  });
  app.get('/_sandbox/journal', ({ query }) => {
    const { since } = z.object({ since: z.coerce.number().int().min(0).default(0) }).parse(query);
    return world.journal.filter(({ seq }) => seq > since);
  });
  app.post('/_sandbox/reset', () => {
    world.reset();
    return {};
  });
  boxOfficeDoors(app, world);
};

const boxOfficeDoors = (app: FastifyInstance, world: World): void => {
  const nameIn = ({ params }: FastifyRequest): string => (params as { name: string }).name;
  const shown = (name: string, { apiKey, orders: own }: BoxOffice) => ({ name, apiKey, orders: own.size });
  const missing = (reply: FastifyReply) => reply.status(404).send({ message: 'There is no such box office' });
  app.get('/_sandbox/box-offices', () => [...world.boxOffices].map(([name, boxOffice]) => shown(name, boxOffice)));
  app.put('/_sandbox/box-offices/:name', (request) => {
    const { apiKey } = keyed.parse(request.body);
    const name = nameIn(request);
    const boxOffice = { apiKey, orders: world.boxOffices.get(name)?.orders ?? new Map<string, never>() };
    world.boxOffices.set(name, boxOffice);
    return shown(name, boxOffice);
  });
  app.get('/_sandbox/box-offices/:name/orders', (request, reply) => {
    const boxOffice = world.boxOffices.get(nameIn(request));
    return boxOffice ? [...boxOffice.orders.values()] : missing(reply);
  });
  app.post('/_sandbox/box-offices/:name/orders', (request, reply) => {
    const boxOffice = world.boxOffices.get(nameIn(request));
    if (!boxOffice) return missing(reply);
    const given = orders.parse(request.body);
    for (const order of 'orders' in given ? given.orders : numbered(given)) boxOffice.orders.set(order.id, order);
    return shown(nameIn(request), boxOffice);
  });
};
