import { AppError, isId, maxOrderEventBytes, topics, type OrderEvent } from '@boxlist/contracts';
import type { EventBus } from '@boxlist/event-bus';
import { pastedSecret, requireRole, type Authenticate, type Identity, type Log } from '@boxlist/service-kit';
import { orderEventFrom, verifySignature } from '@boxlist/ticket-tailor';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { webhookSetAside, webhookTaken } from './report';
import { jsonOf, setAside } from './set-aside';
import type { WebhookSecretStore } from './store/webhook-secrets';

/** What the doors may touch. */
export interface Context {
  readonly secrets: WebhookSecretStore;
  readonly bus: EventBus;
  readonly authenticate: Authenticate;
  readonly clock: () => Date;
  readonly log: Log;
}

const secretInput = z.object({
  secret: z.string().max(1_000).transform(pastedSecret).pipe(z.string().min(8).max(200)),
});

/**
 * The event that an authentic webhook means, if it is about an order. One that cannot be understood is put aside before
 * it is refused.
 */
const understood = async (ctx: Context, boxOfficeId: string, rawBody: Buffer): Promise<OrderEvent | undefined> => {
  try {
    return orderEventFrom(jsonOf(rawBody), boxOfficeId);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'invalid') throw error;
    if (await setAside(ctx.bus, boxOfficeId, rawBody, error)) webhookSetAside(ctx, boxOfficeId, error);
    throw error;
  }
};

/** The webhook's door and the owner's door for its secret. Bodies arrive as raw bytes: the signature is over them. */
export const openDoors = (app: FastifyInstance, ctx: Context): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxOrderEventBytes }, (_request, body, done) =>
    done(null, body),
  );

  app.post('/webhooks/ticket-tailor/:boxOfficeId', async (request) => {
    const { boxOfficeId } = request.params as { boxOfficeId: string };
    const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const secret = isId('boxOffice', boxOfficeId) ? await ctx.secrets.get(boxOfficeId) : undefined;
    if (secret === undefined) throw new AppError('WEBHOOK_NOT_CONFIGURED', 'This box office has no webhook secret yet');
    const header = request.headers['tickettailor-webhook-signature'];
    verifySignature({
      header: Array.isArray(header) ? undefined : header,
      rawBody,
      secret,
      nowMs: ctx.clock().getTime(),
    });
    const event = await understood(ctx, boxOfficeId, rawBody);
    if (event) {
      // Answered only once Kafka has acknowledged: until then Ticket Tailor keeps the event and sends it again.
      await ctx.bus.publish(topics.orders.name, [
        {
          key: `${boxOfficeId}:${event.data.id}`,
          value: JSON.stringify(event),
          headers: { 'content-type': 'application/cloudevents+json' },
        },
      ]);
    }
    webhookTaken(ctx, boxOfficeId, event?.data.id);
    return { taken: event !== undefined };
  });

  const owner = async (request: FastifyRequest): Promise<Identity> => {
    const identity = await ctx.authenticate(request.headers.authorization);
    requireRole(identity, 'owner');
    return identity;
  };
  app.put('/webhook-secret', async (request) => {
    const { boxOfficeId } = await owner(request);
    const input = secretInput.safeParse(Buffer.isBuffer(request.body) ? jsonOf(request.body) : undefined);
    if (!input.success) throw new AppError('BAD_INPUT', 'secret must have 8 to 200 characters that can be seen');
    await ctx.secrets.put(boxOfficeId, input.data.secret);
    return { webhookPath: `/webhooks/ticket-tailor/${boxOfficeId}` };
  });
  app.delete('/webhook-secret', async (request, reply) => {
    await ctx.secrets.remove((await owner(request)).boxOfficeId);
    return reply.status(204).send();
  });
};
