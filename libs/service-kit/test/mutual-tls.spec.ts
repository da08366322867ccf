import { createCertificate, type Certificate } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createHttp, createInternalFetch, createLog, defaultHttpSettings, listen } from '../src';

let ours: Certificate;
let foreign: Certificate;
let app: FastifyInstance;
let url: string;
beforeAll(async () => {
  [ours, foreign] = await Promise.all([createCertificate(), createCertificate()]);
  const settings = { ...defaultHttpSettings, HTTP_HEADERS_TIMEOUT_MS: 300 };
  app = createHttp({ log: createLog('test', 'silent'), health: {}, settings, tls: ours });
  url = await listen(app, '127.0.0.1', 0);
});
afterAll(() => app.close());

const ask = (certificate: Certificate) => createInternalFetch(certificate)(`${url}/metrics`);

it('an internal listener with certificates answers only callers with one of its authority', async () => {
  expect(url).toMatch(/^https:/);
  expect((await ask(ours)).status).toBe(200);
  // A caller without a certificate, one with a certificate of another authority, and one who speaks no TLS.
  await expect(ask({ cert: '', key: '', ca: ours.ca })).rejects.toThrow();
  await expect(ask({ ...foreign, ca: ours.ca })).rejects.toThrow();
  await expect(fetch(`${url.replace('https', 'http')}/metrics`)).rejects.toThrow();
  expect((await ask(ours)).status).toBe(200);
});

it('a caller with certificates calls only servers with one of its authority', async () => {
  await expect(ask({ ...ours, ca: foreign.ca })).rejects.toThrow();
  await expect(createInternalFetch(ours)(`${url.replace('127.0.0.1', 'localhost')}/metrics`)).rejects.toThrow();
});

it('a caller who never begins TLS is closed within the limit', async () => {
  const begun = performance.now();
  const silent = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  await once(silent, 'close');
  expect(performance.now() - begun).toBeLessThan(3_000);
});
