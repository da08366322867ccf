import { AppError } from '@boxlist/contracts';
import { httpStatusOf, type ServiceTokens } from '@boxlist/service-kit';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Context } from './context';
import { accessToken } from './use-cases/access-token';
import { completeSignIn, type SignInResult } from './use-cases/connect';

const tokenRequest = z.object({
  connectionId: z.string().min(1).max(100),
  rejectedTokenHash: z.string().length(64).optional(),
});

/** The OAuth callback for browsers, and the internal door for sync. */
export const httpDoors = (app: FastifyInstance, ctx: Context, tokens: ServiceTokens, redirectUrl: string): void => {
  app.get('/oauth/constant-contact/callback', async (request, reply) => {
    const { search } = new URL(request.url, 'http://callback');
    return answerBrowser(reply, await completeSignIn(ctx, new URL(`${redirectUrl}${search}`)));
  });
  app.post('/internal/access-token', async (request) => {
    await tokens.verify(request.headers.authorization, 'auth-connection');
    const body = tokenRequest.safeParse(request.body);
    if (!body.success) throw new AppError('BAD_INPUT', 'connectionId is missing or malformed');
    return accessToken(ctx, body.data.connectionId, body.data.rejectedTokenHash);
  });
};

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>:root{color-scheme:light dark}body{font:18px/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}</style><h1>${title}</h1><p>${text}</p></html>`;

const answerBrowser = (reply: FastifyReply, { returnUrl, connectionId, error }: SignInResult) => {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
  if (returnUrl) {
    const target = new URL(returnUrl);
    target.searchParams.set('status', error?.code ?? 'CONNECTED');
    if (connectionId) target.searchParams.set('connection', connectionId);
    return reply.redirect(target.href);
  }
  return reply
    .status(error ? (error.code === 'SIGN_IN_DENIED' ? 403 : httpStatusOf(error)) : 200)
    .type('text/html; charset=utf-8')
    .send(
      error
        ? page('Not connected', error.message)
        : page('Connected', 'Constant Contact is connected. You can close this page and return to your box office.'),
    );
};
