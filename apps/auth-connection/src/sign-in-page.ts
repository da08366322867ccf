import { httpErrorBody, httpStatusOf } from '@boxlist/service-kit';
import type { FastifyReply } from 'fastify';
import { createHash } from 'node:crypto';
import type { ParkedSignIn } from './use-cases/park-sign-in';

const style = `:root{color-scheme:light dark}
body{font:18px/1.6 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1rem}
pre{font-size:14px;white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid;border-radius:6px;padding:.7rem}`;

/** The page runs nothing, loads nothing, and appears in no frame. Its address and its text hold a ticket. */
const headers = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const answerPage = (reply: FastifyReply, status: number, title: string, html: string) =>
  reply
    .headers(headers)
    .status(status)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${style}</style>
<h1>${escapeHtml(title)}</h1>${html}</html>`,
    );

const sentence = (text: string): string => `<p>${escapeHtml(text)}</p>`;

/** Where no frontend takes the ticket: what the person does next, in the graph. */
const nextStep = (ticket: string): string => `<p>You signed in to Constant Contact. Nothing is connected yet.</p>
<p><strong>Did you start this in Boxlist yourself?</strong> Then complete it there as the same person, within five
minutes. Your ticket:</p>
<pre id="ticket">${escapeHtml(ticket)}</pre>
<p>This mutation says which account signed in. Repeat it with <code>confirm: true</code> to connect that account.</p>
<pre>mutation ($ticket: String!) {
  completeConnection(input: { ticket: $ticket, confirm: false }) {
    account { name }
    needsConfirmation
    connection { id status }
    userErrors { code message }
  }
}</pre>
<p><strong>Did somebody send you here?</strong> Then close this page, and give the ticket to nobody.</p>`;

/** Sends the browser to the return page, or shows a page if there is none. */
export const answerBrowser = (reply: FastifyReply, { returnUrl, connectionId, ticket, error }: ParkedSignIn) => {
  if (returnUrl) {
    const target = new URL(returnUrl);
    for (const name of ['status', 'ticket', 'connection']) target.searchParams.delete(name);
    target.searchParams.set('status', error?.code ?? 'SIGNED_IN');
    if (ticket) target.searchParams.set('ticket', ticket);
    if (connectionId) target.searchParams.set('connection', connectionId);
    return reply.headers(headers).redirect(target.href);
  }
  if (ticket) return answerPage(reply, 200, 'One step is left', nextStep(ticket));
  const status = error?.code === 'SIGN_IN_DENIED' ? 403 : httpStatusOf(error);
  return answerPage(reply, status, 'Not connected', sentence(error?.message ?? ''));
};

/** A page for an error that nobody expected, without its text. */
export const answerFailure = (reply: FastifyReply, error: unknown) =>
  answerPage(
    reply,
    httpStatusOf(error),
    'Not connected',
    sentence(`${httpErrorBody(error).message.replace(/\.?$/, '.')} Please try again.`),
  );
