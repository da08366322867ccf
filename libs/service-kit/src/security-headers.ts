import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

type Headers = Readonly<Record<string, string>>;

const policyOf = (directives: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join('; ');

const nothing = { 'default-src': ["'none'"], 'base-uri': ["'none'"], 'frame-ancestors': ["'none'"] };

/** A content security policy that allows what is listed, and nothing else. */
export const contentSecurityPolicy = (allowed: Readonly<Record<string, readonly string[]>> = {}): string =>
  policyOf({ ...nothing, 'form-action': ["'none'"], ...allowed });

/**
 * The headers of every answer: helmet's, with a policy that lets a page load nothing. Helmet writes them once into this
 * record, because writing them anew costs more than all other work on a small answer.
 */
const headersOf = (production: boolean): Headers => {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  } as unknown as ServerResponse;
  helmet({
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    // Browsers keep it for a year. Other hosts below this one decide for themselves.
    strictTransportSecurity: production && { maxAge: 31_536_000, includeSubDomains: false },
  })({} as IncomingMessage, response, () => undefined);
  return { ...headers, 'content-security-policy': contentSecurityPolicy(), 'cache-control': 'no-store' };
};

/** The policy of a page that brings its styles inside. It allows exactly these styles, and no script. */
const policyOfPage = (html: string): string => {
  const hashes = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(
    ([, style = '']) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  );
  return contentSecurityPolicy({ 'form-action': ["'self'"], ...(hashes.length > 0 ? { 'style-src': hashes } : {}) });
};

/**
 * Adds the security headers to every answer of the server, and forbids caching it. A route may set its own
 * `cache-control` and `content-security-policy`. Returns the headers, for answers that are made without a route.
 */
export const addSecurityHeaders = (app: FastifyInstance, production: boolean): Headers => {
  const headers = headersOf(production);
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    const isPage = typeof payload === 'string' && String(reply.getHeader('content-type')).startsWith('text/html');
    if (isPage && reply.getHeader('content-security-policy') === headers['content-security-policy'])
      reply.header('content-security-policy', policyOfPage(payload));
    done(null, payload);
  });
  return headers;
};
