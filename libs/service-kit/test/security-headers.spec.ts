import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createHash } from 'node:crypto';
import { createHttp, createLog, defaultHttpSettings, listen } from '../src';
import { head, openSocket } from './sockets';

const log = createLog('test', 'silent');
const style = 'body{color:red}';
let app: FastifyInstance;
let url: string;
beforeAll(async () => {
  app = createHttp({ log, health: {}, bodyLimit: 100 });
  app.post('/echo', (request) => request.body);
  app.get('/page', (_request, reply) =>
    reply.type('text/html').send(`<style>${style}</style><script>alert(1)</script>`),
  );
  app.get('/broken', () => {
    throw new Error('broken');
  });
  url = await listen(app, '127.0.0.1', 0);
});
afterAll(() => app.close());

const strict = /^default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'$/;

/** Sends a request as it is, and returns the status and the headers. */
const send = async (raw: string): Promise<{ status: number; headers: Headers }> => {
  const { text } = await openSocket(url, raw).ended;
  const [first = '', ...lines] = (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]));
  return { status: Number(first.split(' ')[1]), headers };
};
const closing = (request: string): string => request.replace('\r\n', '\r\nConnection: close\r\n');

describe('every answer tells browsers to keep to it', () => {
  it.each([
    ['200', closing(head('GET', '/health/live'))],
    ['200', closing(head('GET', '/metrics'))],
    ['404', closing(head('GET', '/nowhere'))],
    ['404', closing(head('GET', '/echo'))],
    ['404', `${closing(head('POST', '/nowhere', 1))}{`],
    ['400', `${closing(head('POST', '/echo', 1))}{`],
    ['413', `${closing(head('POST', '/echo', 200))}${'x'.repeat(200)}`],
    ['415', `${closing(head('POST', '/echo', 2)).replace('json', 'cbor')}{}`],
    ['500', closing(head('GET', '/broken'))],
    // What never becomes a request of fastify.
    ['400', 'nonsense\r\n\r\n'],
    ['400', 'BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['400', closing(head('GET', '/%'))],
    ['400', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['417', 'POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: miracles\r\nContent-Length: 0\r\n\r\n'],
    ['431', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('%s', async (status, raw) => {
    const { status: got, headers } = await send(raw);
    expect(got).toBe(Number(status));
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(strict),
    });
    for (const name of ['server', 'x-powered-by', 'strict-transport-security']) expect(headers.has(name)).toBe(false);
  });
});

it('a page may use the styles that it brings, and no script', async () => {
  const policy = (await fetch(`${url}/page`)).headers.get('content-security-policy');
  expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('script-src');
});

it('in production browsers come back over https only', async () => {
  const inProduction = createHttp({ log, settings: { ...defaultHttpSettings, NODE_ENV: 'production' } });
  const answer = await fetch(`${await listen(inProduction, '127.0.0.1', 0)}/nowhere`);
  expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
  await inProduction.close();
});
