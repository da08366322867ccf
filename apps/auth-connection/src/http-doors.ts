import { AppError, isId, type BoxOfficeId } from '@boxlist/contracts';
import type { ServiceTokens } from '@boxlist/service-kit';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Context } from './context';
import { answerBrowser, answerFailure } from './sign-in-page';
import { accessTokenOf } from './use-cases/access-token';
import { parkSignIn } from './use-cases/park-sign-in';
import { ticketTailorApiKey } from './use-cases/ticket-tailor-key';

const boxOfficeId = z.string().refine((id): id is BoxOfficeId => isId('boxOffice', id));

const tokenRequest = z.object({
  boxOfficeId,
  connectionId: z.string().min(1).max(100),
  rejectedTokenHash: z.string().length(64).optional(),
});

const keyRequest = z.object({ boxOfficeId });

/** Adds the OAuth callback for browsers. It is the only public door. */
export const openCallback = (app: FastifyInstance, ctx: Context): void => {
  // Without HEAD, which would use up the state and throw the ticket away.
  app.get('/oauth/constant-contact/callback', { exposeHeadRoute: false }, async (request, reply) => {
    const { searchParams } = new URL(request.url, 'http://callback');
    try {
      return answerBrowser(reply, await parkSignIn(ctx, searchParams));
    } catch (error) {
      ctx.log.error({ err: error }, 'sign-in.failed');
      return answerFailure(reply, error);
    }
  });
};

/** Adds the internal doors for sync. */
export const openInternalDoors = (app: FastifyInstance, ctx: Context, tokens: ServiceTokens): void => {
  app.post('/internal/access-token', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    await tokens.verify(request, 'sync');
    const body = tokenRequest.safeParse(request.body);
    if (!body.success) throw new AppError('BAD_INPUT', 'boxOfficeId or connectionId is missing or malformed');
    return accessTokenOf(ctx, body.data, body.data.rejectedTokenHash);
  });
  app.post('/internal/ticket-tailor-key', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    await tokens.verify(request, 'sync');
    const body = keyRequest.safeParse(request.body);
    if (!body.success) throw new AppError('BAD_INPUT', 'boxOfficeId is missing or malformed');
    return ticketTailorApiKey(ctx, body.data.boxOfficeId);
  });
};
