/**
 * A server waited for the rest of a request for ever: 60 of 60 half-sent bodies of nobody in particular were still open
 * after 330 seconds.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createHttp, createLog, defaultHttpSettings, listen, type HttpSettings } from '../src';
import { head, openSocket } from './sockets';

const limits = {
  HTTP_HEADERS_TIMEOUT_MS: 300,
  HTTP_REQUEST_TIMEOUT_MS: 400,
  HTTP_ANSWER_TIMEOUT_MS: 2_000,
  HTTP_CLOSE_TIMEOUT_MS: 300,
};
/** In ms. Far above the limits and far below the defaults. */
const soon = 3_000;

let app: FastifyInstance;
let lines: string[];
let letGo: () => void;
afterEach(() => app.close());

const serve = async (more: Partial<HttpSettings> = {}): Promise<string> => {
  lines = [];
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const log = createLog('test', 'info', { write: (line) => lines.push(line) });
  app = createHttp({ log, settings: { ...defaultHttpSettings, ...limits, ...more } });
  app.post('/echo', (request) => request.body);
  app.get('/large', () => 'x'.repeat(100_000_000));
  app.get('/waits', () => gate.then(() => 'done'));
  return listen(app, '127.0.0.1', 0);
};

describe('a caller who does not finish a request', () => {
  it.each([
    ['says nothing', '', /^(HTTP\/1\.1 408 |$)/],
    ['sends half of the headers', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-', /^HTTP\/1\.1 408 /],
    ['sends half of the body', `${head('POST', '/echo', 100)}{"half": `, /^HTTP\/1\.1 408 /],
    ['sends half of a body to nowhere', `${head('POST', '/nowhere', 100)}{"half": `, /^HTTP\/1\.1 (404|408) /],
  ])('and %s is closed within the limit', async (_, said, answer) => {
    const url = await serve();
    const all = await Promise.all(Array.from({ length: 20 }, () => openSocket(url, said).ended));
    for (const { text, afterMs } of all) {
      expect(text).toMatch(answer);
      expect(afterMs).toBeLessThan(soon);
    }
  });

  it('takes no share of the requests that are answered', async () => {
    const url = await serve({ HTTP_MAX_REQUESTS: 1, HTTP_REQUEST_TIMEOUT_MS: 60_000 });
    const halves = Array.from({ length: 10 }, () => openSocket(url, `${head('POST', '/echo', 100)}{"half": `));
    await Promise.all(halves.map(({ opened }) => opened));
    const answer = await fetch(`${url}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"whole":true}',
    });
    expect([answer.status, await answer.json()]).toEqual([200, { whole: true }]);
    halves.forEach(({ close }) => close());
  });

  it('does not hold up the end of the service, even with an empty connection', async () => {
    const url = await serve({ HTTP_HEADERS_TIMEOUT_MS: 60_000, HTTP_REQUEST_TIMEOUT_MS: 60_000 });
    const open = ['', 'GET / HTTP/1.1\r\n', `${head('POST', '/echo', 100)}{`].map((said) => openSocket(url, said));
    await Promise.all(open.map(({ opened }) => opened));
    await fetch(`${url}/health/live`);
    const begun = performance.now();
    await app.close();
    expect(performance.now() - begun).toBeLessThan(soon);
    await Promise.all(open.map(({ ended }) => ended));
  });
});

it('a request that arrives in pieces and in time is answered', async () => {
  const url = await serve({ HTTP_HEADERS_TIMEOUT_MS: 5_000, HTTP_REQUEST_TIMEOUT_MS: 5_000 });
  const body = '{"in":"pieces"}';
  const slow = openSocket(url);
  for (const piece of `${head('POST', '/echo', body.length).replace('\r\n', '\r\nConnection: close\r\n')}${body}`) {
    slow.write(piece);
    // Other requests pass meanwhile, so each piece arrives by itself.
    await fetch(`${url}/health/live`);
  }
  expect((await slow.ended).text).toMatch(/^HTTP\/1\.1 200 [^]*\{"in":"pieces"\}$/);
});

describe('an answer', () => {
  it('that its caller does not read is cut off', async () => {
    const url = await serve({ HTTP_ANSWER_TIMEOUT_MS: 300 });
    const { hostname, port } = new URL(url);
    const connected = once(app.server, 'connection') as Promise<[Socket]>;
    const { connect } = await import('node:net');
    const reader = connect(Number(port), hostname).on('error', () => undefined);
    reader.pause();
    reader.write(head('GET', '/large'));
    const [socket] = await connected;
    const begun = performance.now();
    await once(socket, 'close');
    expect(performance.now() - begun).toBeLessThan(soon);
    reader.destroy();
  });

  it('that takes the service too long is 503', async () => {
    const url = await serve({ HTTP_ANSWER_TIMEOUT_MS: 300 });
    const answer = await fetch(`${url}/waits`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }),
    ]);
    letGo();
  });
});

describe('a listener', () => {
  it('closes connections above the limit at once, says so once, and takes others when there is room', async () => {
    const url = await serve({
      HTTP_MAX_CONNECTIONS: 3,
      HTTP_HEADERS_TIMEOUT_MS: 60_000,
      HTTP_REQUEST_TIMEOUT_MS: 60_000,
    });
    const held = Array.from({ length: 3 }, () => openSocket(url));
    await Promise.all(held.map(({ opened }) => opened));
    const [first, second] = await Promise.all([openSocket(url).ended, openSocket(url).ended]);
    expect([first?.text, second?.text]).toEqual(['', '']);
    expect(lines.filter((line) => line.includes('http.connections-dropped'))).toHaveLength(1);
    held[0]?.close();
    await held[0]?.ended;
    const answer = openSocket(url, 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect((await answer.ended).text).toMatch(/^HTTP\/1\.1 200 /);
    held.forEach(({ close }) => close());
  });

  it('answers 503 above the limit of requests, and still its health check', async () => {
    const url = await serve({ HTTP_MAX_REQUESTS: 2 });
    const entered = new Promise<void>((resolve) => {
      let count = 0;
      app.server.on('request', () => (count += 1) === 2 && resolve());
    });
    const both = [fetch(`${url}/waits`), fetch(`${url}/waits`)];
    await entered;
    const refused = await fetch(`${url}/waits`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    letGo();
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await fetch(`${url}/waits`)).status).toBe(200);
  });
});
