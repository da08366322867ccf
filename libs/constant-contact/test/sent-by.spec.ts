import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConstantContact, isTooLate, sentBy, type ConstantContact } from '../src/index';

let calls = 0;
let connections = 0;
const server = createServer((_, response) => {
  calls += 1;
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"tags":[]}');
});
server.on('connection', () => (connections += 1));
let api: ConstantContact;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = createConstantContact({ apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3` });
});
afterAll(async () => {
  await api.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('a call with a deadline', () => {
  it('is not sent if its deadline passes while the connection opens; the next call reuses that', async () => {
    // The check comes right before the request is written, and no connection opens in no time.
    const late = await sentBy(performance.now(), () => api.tags('token')).catch((error: unknown) => error);
    expect(isTooLate(late)).toBe(true);
    expect(calls).toBe(0);

    await sentBy(performance.now() + 60_000, () => api.tags('token'));
    expect(calls).toBe(1);
    expect(connections).toBe(1);
  });

  it('is not needed: without a deadline a call is sent whenever possible', async () => {
    calls = 0;
    await api.tags('token');
    expect(calls).toBe(1);
  });
});
