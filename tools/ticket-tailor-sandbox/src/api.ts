import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { ordersPage, type BoxOffice } from './box-offices';
import type { Fault } from './faults';
import type { World } from './world';

const seconds = z.coerce.number().int().min(0).optional();
const querySchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(100),
  starting_after: z.string().optional(),
  'created_at.gte': seconds,
  'created_at.lte': seconds,
});

const problem = (status: number, code: string, message: string) => ({ status, error_code: code, message });

/** The user name of HTTP Basic; '' if there is none. */
const keyOf = ({ headers }: FastifyRequest): string => {
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '';
};

/** Ticket Tailor's API, as far as Boxlist reads it. */
export const apiDoors = (app: FastifyInstance, world: World): void => {
  app.get('/v1/orders', async (request, reply) => {
    const [name, boxOffice] = world.ofKey(keyOf(request)) ?? [null, undefined];
    reply.raw.once('close', () =>
      world.note({
        method: request.method,
        path: request.url,
        // A connection that ended without an answer has no status.
        status: reply.raw.writableFinished ? reply.statusCode : 0,
        boxOffice: name,
      }),
    );
    if (name === null || boxOffice === undefined)
      return reply.status(401).send(problem(401, 'UNAUTHENTICATED', 'The API key is not known'));
    const { isOver, remaining, resetInSeconds } = world.count(name, Date.now());
    void reply.headers({
      'x-rate-limit-limit': world.limits.calls,
      'x-rate-limit-remaining': remaining,
      'x-rate-limit-reset': resetInSeconds,
    });
    if (isOver) return throttled(reply, resetInSeconds);
    const fault = world.faults.ofCall(name);
    return fault ? meet(fault, reply) : answer(boxOffice, request, reply);
  });
};

const throttled = (reply: FastifyReply, retryAfterSeconds: number): FastifyReply =>
  reply
    .status(429)
    .header('retry-after', retryAfterSeconds)
    .send(problem(429, 'TOO_MANY_REQUESTS', 'Too many requests'));

const meet = async (fault: Fault, reply: FastifyReply): Promise<FastifyReply> => {
  switch (fault.kind) {
    case 'status':
      return reply.status(fault.status).send(problem(fault.status, 'FAULT', 'A fault that was asked for'));
    case 'throttled':
      return throttled(reply, fault.retryAfterSeconds);
    case 'malformed-body':
      return reply.type('application/json').send('{"data": [{');
    case 'timeout':
      await wait(fault.ms);
      reply.raw.destroy();
      return reply.hijack();
    case 'drop':
      reply.raw.destroy();
      return reply.hijack();
  }
};

const answer = (boxOffice: BoxOffice, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const query = querySchema.safeParse(request.query);
  if (!query.success) return reply.status(400).send(problem(400, 'VALIDATION_ERROR', 'The query is not valid'));
  const { limit, starting_after: startingAfter } = query.data;
  const page = ordersPage(boxOffice, {
    limit,
    startingAfter,
    createdFrom: query.data['created_at.gte'],
    createdTo: query.data['created_at.lte'],
  });
  if (!page) return reply.status(400).send(problem(400, 'VALIDATION_ERROR', 'starting_after is no order'));
  const link = (change: Record<string, string>): string => {
    const next = new URLSearchParams(request.query as Record<string, string>);
    for (const [name, value] of Object.entries(change)) next.set(name, value);
    return `/v1/orders?${next.toString()}`;
  };
  const last = page.data.at(-1)?.id;
  return reply.send({
    data: page.data,
    links: {
      next: page.more && last ? link({ starting_after: last }) : null,
      previous: startingAfter && page.data[0] ? link({ ending_before: page.data[0].id }) : null,
    },
  });
};
