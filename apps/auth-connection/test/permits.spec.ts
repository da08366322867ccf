import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@boxlist/contracts';
import { createServiceTokens } from '@boxlist/service-kit';
import { jwtVerify } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPermits } from '../src/permits';

const boxOfficeId = newId('boxOffice');
let answer: { status: number; body: string };
const seen: { path: string; authorization: string | undefined; body: string }[] = [];
const ledger = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    seen.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
});
const secret = 'a secret of at least thirty-two characters';
const usedTokens = { spend: async () => true };
const tokens = createServiceTokens(secret, { service: 'auth-connection', usedTokens });
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => ledger.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(ledger.address() as AddressInfo).port}`;
});
afterAll(async () => {
  ledger.closeAllConnections();
  await new Promise((resolve) => ledger.close(resolve));
});

describe('a permit', () => {
  it('is requested for a box office with a service token, and waits as long as the ledger says', async () => {
    answer = { status: 200, body: '{"waitMs":120}' };
    const begun = performance.now();
    await createPermits(url, tokens)(boxOfficeId);
    expect(performance.now() - begun).toBeGreaterThan(115);
    const body = JSON.stringify({ class: 'interactive', boxOfficeId });
    expect(seen[0]).toMatchObject({ path: '/internal/quota/permits', body });
    const { payload } = await jwtVerify(seen[0]!.authorization!.slice(7), Buffer.from(secret));
    expect(payload).toMatchObject({ iss: 'auth-connection', aud: 'sync', path: '/internal/quota/permits' });
  });

  it.each(['INTERACTIVE_CALLS_USED_UP', 'RATE_LIMITED', 'QUOTA_EXCEEDED'])(
    'is refused with the reason of the ledger and the time to retry: %s',
    async (code) => {
      answer = { status: 429, body: JSON.stringify({ code, message: 'Why it is refused.', retryAfterMs: 5_000 }) };
      await expect(createPermits(url, tokens)(boxOfficeId)).rejects.toMatchObject({
        code,
        message: 'Why it is refused.',
        retryAfterMs: 5_000,
      });
    },
  );

  it.each([
    ['an error', 500, '{}'],
    ['no JSON', 200, '<html>'],
    ['a wait that is none', 200, '{"waitMs":-1}'],
    ['a wait without end', 200, '{"waitMs":600000}'],
    ["a refusal that is not the ledger's", 429, '{"code":"DEFECT","message":"no"}'],
    ['a refusal of the token', 401, '{"code":"UNAUTHENTICATED"}'],
  ])('does not count as granted after %s', async (_, status, body) => {
    answer = { status, body };
    await expect(createPermits(url, tokens)(boxOfficeId)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('does not count as granted if the ledger does not answer', async () => {
    await expect(createPermits('http://127.0.0.1:9', tokens)(boxOfficeId)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
  });
});
