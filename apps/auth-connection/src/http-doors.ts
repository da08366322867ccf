import { AppError, isId, type BoxOfficeId } from '@boxlist/contracts';
import { httpErrorBody, httpStatusOf, type ServiceTokens } from '@boxlist/service-kit';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Context } from './context';
import { accessToken } from './use-cases/access-token';
import { completeSignIn, type SignInResult } from './use-cases/connect';
import { ticketTailorApiKey } from './use-cases/ticket-tailor-key';

const tokenRequest = z.object({
  connectionId: z.string().min(1).max(100),
  rejectedTokenHash: z.string().length(64).optional(),
});

const keyRequest = z.object({
  boxOfficeId: z.string().refine((id): id is BoxOfficeId => isId('boxOffice', id)),
});

/** Adds the OAuth callback for browsers and the internal doors for sync. */
export const httpDoors = (app: FastifyInstance, ctx: Context, tokens: ServiceTokens, redirectUrl: string): void => {
  app.get('/oauth/constant-contact/callback', async (request, reply) => {
    const { search } = new URL(request.url, 'http://callback');
    try {
      return answerBrowser(reply, await completeSignIn(ctx, new URL(`${redirectUrl}${search}`)));
    } catch (error) {
      ctx.log.error({ err: error }, 'sign-in.failed');
      return answerPage(
        reply,
        httpStatusOf(error),
        'Not connected',
        `${httpErrorBody(error).message.replace(/\.?$/, '.')} Please try again.`,
      );
    }
  });
  app.post('/internal/access-token', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    await tokens.verify(request, 'sync');
    const body = tokenRequest.safeParse(request.body);
    if (!body.success) throw new AppError('BAD_INPUT', 'connectionId is missing or malformed');
    return accessToken(ctx, body.data.connectionId, body.data.rejectedTokenHash);
  });
  app.post('/internal/ticket-tailor-key', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    await tokens.verify(request, 'sync');
    const body = keyRequest.safeParse(request.body);
    if (!body.success) throw new AppError('BAD_INPUT', 'boxOfficeId is missing or malformed');
    return ticketTailorApiKey(ctx, body.data.boxOfficeId);
  });
};

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>:root{color-scheme:light dark}
body{font:18px/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}</style>
<h1>${title}</h1><p>${text}</p></html>`;

const answerPage = (reply: FastifyReply, status: number, title: string, text: string) =>
  reply
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .status(status)
    .type('text/html; charset=utf-8')
    .send(page(title, text));

const answerBrowser = (reply: FastifyReply, { returnUrl, connectionId, error }: SignInResult) => {
  if (returnUrl) {
    const target = new URL(returnUrl);
    target.searchParams.set('status', error?.code ?? 'CONNECTED');
    if (connectionId) target.searchParams.set('connection', connectionId);
    return reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).redirect(target.href);
  }
  return error
    ? answerPage(reply, error.code === 'SIGN_IN_DENIED' ? 403 : httpStatusOf(error), 'Not connected', error.message)
    : answerPage(
        reply,
        200,
        'Connected',
        'Constant Contact is connected. You can close this page and return to your box office.',
      );
};
