import { AppError, isId, maxOrderEventBytes, topics, type OrderEvent } from '@boxlist/contracts';
import type { EventBus, OutboxEntry, OutboxRelay } from '@boxlist/event-bus';
import {
  auditEntry,
  clientOf,
  pastedSecret,
  requireRole,
  type Actor,
  type Authenticate,
  type Log,
  type RateLimit,
} from '@boxlist/service-kit';
import { orderEventFrom, verifySignature } from '@boxlist/ticket-tailor';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { webhookSetAside, webhookTaken } from './report';
import { jsonOf, setAside } from './set-aside';
import type { WebhookSecretStore } from './store/webhook-secrets';

/** The dependencies of the doors. */
export interface Context {
  readonly secrets: WebhookSecretStore;
  readonly bus: EventBus;
  /** Publishes the audit entries of changed secrets. */
  readonly audit: OutboxRelay;
  readonly authenticate: Authenticate;
  /** How long a replaced webhook secret is still accepted, in milliseconds. */
  readonly secretOverlapMs: number;
  readonly limits: { readonly address: RateLimit; readonly boxOffice: RateLimit; readonly subject: RateLimit };
  readonly clock: () => Date;
  readonly log: Log;
}

const secretInput = z.object({
  secret: z.string().max(1_000).transform(pastedSecret).pipe(z.string().min(8).max(200)),
  /** False if the previous secret must not be accepted any more, for example because it leaked. */
  keepPrevious: z.boolean().default(true),
});

/** Signs nothing. It stands in for the secrets of a box office that has none, so that the answers are alike. */
const nobodysSecret = randomBytes(32).toString('hex');

/**
 * The largest body of a webhook, in bytes. Most of a body is attendees, which the event omits. About 3,000 tickets
 * fit, and their event is small.
 */
const maxWebhookBytes = 2 * 1024 * 1024;

const publishOrder = async ({ bus }: Context, boxOfficeId: string, event: OrderEvent): Promise<void> => {
  const value = JSON.stringify(event);
  if (Buffer.byteLength(value) > maxOrderEventBytes)
    throw new AppError('EVENT_TOO_LARGE', `The order is larger than ${maxOrderEventBytes} bytes without its attendees`);
  await bus.publish(topics.orders.name, [
    {
      key: `${boxOfficeId}:${event.data.id}`,
      value,
      headers: { 'content-type': 'application/cloudevents+json' },
    },
  ]);
};

/**
 * Publishes the order of an authentic webhook and returns its event. Undefined if the webhook is not about an order.
 * If the webhook cannot become an event, it is set aside and then refused.
 */
const takeWebhook = async (ctx: Context, boxOfficeId: string, rawBody: Buffer): Promise<OrderEvent | undefined> => {
  try {
    const event = orderEventFrom(jsonOf(rawBody), boxOfficeId);
    // The webhook is answered only after Kafka has acknowledged. Until then Ticket Tailor keeps the event and sends it
    // again.
    if (event) await publishOrder(ctx, boxOfficeId, event);
    return event;
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'invalid') throw error;
    if (await setAside(ctx.bus, boxOfficeId, rawBody, error)) webhookSetAside(ctx, boxOfficeId, error);
    throw error;
  }
};

const auditOf = (
  { clock }: Context,
  actor: Actor,
  action: 'WEBHOOK_SECRET_SET' | 'WEBHOOK_SECRET_REMOVED',
): OutboxEntry =>
  auditEntry('order-intake', actor, { action, object: { type: 'WEBHOOK_SECRET', id: actor.boxOfficeId } }, clock());

/**
 * Adds the door for webhooks and the door for owners to set the webhook secret. Bodies stay raw bytes, because the
 * signature is computed over them.
 */
export const openDoors = (app: FastifyInstance, ctx: Context): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  // Before anything is read or looked up. Health checks and metrics are not counted.
  const onRequest = async ({ ip }: FastifyRequest): Promise<void> => {
    await ctx.limits.address.take(clientOf(ip));
  };

  app.post('/webhooks/ticket-tailor/:boxOfficeId', { bodyLimit: maxWebhookBytes, onRequest }, async (request) => {
    const { boxOfficeId } = request.params as { boxOfficeId: string };
    const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const now = ctx.clock();
    const accepted = isId('boxOffice', boxOfficeId) ? await ctx.secrets.accepted(boxOfficeId, now) : [];
    const header = request.headers['tickettailor-webhook-signature'];
    verifySignature({
      header: Array.isArray(header) ? undefined : header,
      rawBody,
      // Strangers must not learn which box offices have set a secret.
      secrets: accepted.length > 0 ? accepted : [nobodysSecret],
      nowMs: now.getTime(),
    });
    // Only authentic webhooks count for a box office: nobody else can use up its limit.
    await ctx.limits.boxOffice.take(boxOfficeId);
    const event = await takeWebhook(ctx, boxOfficeId, rawBody);
    webhookTaken(ctx, boxOfficeId, event?.data.id);
    return { taken: event !== undefined };
  });

  const owner = async (request: FastifyRequest): Promise<Actor> => {
    const identity = await ctx.authenticate(request.headers.authorization);
    await ctx.limits.subject.take(identity.subject);
    requireRole(identity, 'owner');
    return { ...identity, requestId: request.id };
  };
  app.put('/webhook-secret', { onRequest }, async (request) => {
    const actor = await owner(request);
    const { boxOfficeId } = actor;
    const input = secretInput.safeParse(Buffer.isBuffer(request.body) ? jsonOf(request.body) : undefined);
    if (!input.success)
      throw new AppError(
        'BAD_INPUT',
        'secret must have 8 to 200 visible characters, and keepPrevious be true or false',
      );
    const { secret, keepPrevious } = input.data;
    const now = ctx.clock();
    const previousUntil = keepPrevious ? new Date(now.getTime() + ctx.secretOverlapMs) : null;
    const audit = auditOf(ctx, actor, 'WEBHOOK_SECRET_SET');
    const previousSecretValidUntil = await ctx.secrets.put(boxOfficeId, secret, { now, previousUntil, audit });
    await ctx.audit.notify();
    return { webhookPath: `/webhooks/ticket-tailor/${boxOfficeId}`, previousSecretValidUntil };
  });
  app.delete('/webhook-secret', { onRequest }, async (request, reply) => {
    const actor = await owner(request);
    await ctx.secrets.remove(actor.boxOfficeId, ctx.clock(), auditOf(ctx, actor, 'WEBHOOK_SECRET_REMOVED'));
    await ctx.audit.notify();
    return reply.status(204).send();
  });
};
