import { AppError, appErrorOf, isId } from '@boxlist/contracts';
import type { ServiceTokens } from '@boxlist/service-kit';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Context } from './context';
import { interactivePermitAsked } from './report';

const permitRequest = z.object({
  class: z.literal('interactive'),
  boxOfficeId: z.string().refine((id) => isId('boxOffice', id)),
});

/**
 * The endpoint where auth-connection gets a permit before it calls Constant Contact for a page of a box office. It
 * answers 429 with the error's code and `retryAfterMs` when the ledger refuses the call.
 */
export const permitDoor = (app: FastifyInstance, ctx: Context, serviceTokens: ServiceTokens): void => {
  app.post('/internal/quota/permits', async (request) => {
    await serviceTokens.verify(request, 'auth-connection');
    const body = permitRequest.safeParse(request.body);
    if (!body.success) throw new AppError('BAD_INPUT', 'class must be interactive, and boxOfficeId a box office');
    try {
      await ctx.ledger.take(body.data);
    } catch (error) {
      interactivePermitAsked(ctx, body.data.boxOfficeId, appErrorOf(error).code);
      throw error;
    }
    interactivePermitAsked(ctx, body.data.boxOfficeId, 'GRANTED');
    return { waitMs: 0 };
  });
};
