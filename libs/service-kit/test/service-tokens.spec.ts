import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { SignJWT } from 'jose';
import { createHash, randomUUID } from 'node:crypto';
import { createHttp, createLog, createServiceTokens, listen, type ServiceCall } from '../src';

const secret = '0123456789abcdef0123456789abcdef';
const path = '/internal/door';
const body = JSON.stringify({ connectionId: 'conn_1' });
const call: ServiceCall = { audience: 'sync', path, body };

const used = new Set<string>();
const usedTokens = { spend: async (id: string) => !used.has(id) && used.add(id).size > 0 };
const tokensOf = (service: string, withSecret = secret) => createServiceTokens(withSecret, { service, usedTokens });
const sender = tokensOf('auth-connection');

let app: FastifyInstance;
let url: string;
beforeAll(async () => {
  app = createHttp({ log: createLog('test', 'silent'), health: {} });
  const tokens = tokensOf('sync');
  for (const door of [path, '/internal/other'])
    app.post(door, async (request) => {
      await tokens.verify(request, 'auth-connection');
      return { open: true };
    });
  url = await listen(app, '127.0.0.1', 0);
});
afterAll(() => app.close());

const statusOf = async (token: string | undefined, sent = body, door = path, scheme = 'Bearer '): Promise<number> => {
  const response = await fetch(`${url}${door}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `${scheme}${token}` } : {}) },
    body: sent,
  });
  return response.status;
};

describe('a service token', () => {
  it.each(['Bearer ', 'bearer   '])('opens the door that it was signed for, after %j', async (scheme) => {
    expect(await statusOf(await sender.sign(call), body, path, scheme)).toBe(200);
  });

  it('opens it once', async () => {
    const token = await sender.sign(call);
    expect([await statusOf(token), await statusOf(token)]).toEqual([200, 401]);
  });

  // The arguments of `statusOf` after the token. As parameters they would be jest's `done` where a row has none.
  type Sent = [sent?: string, door?: string];
  it.each<[string, () => Promise<string | undefined>, ...Sent]>([
    ['missing', async () => undefined],
    ['no token', async () => 'x.y.z'],
    ['for another service', () => sender.sign({ ...call, audience: 'auth-connection' })],
    ['of another service', () => tokensOf('sync').sign(call)],
    ['of another secret', () => tokensOf('auth-connection', 'f'.repeat(32)).sign(call)],
    ['for another body', () => sender.sign(call), JSON.stringify({ connectionId: 'conn_2' })],
    ['for another path', () => sender.sign(call), body, '/internal/other'],
    ['for the path with a query', () => sender.sign(call), body, `${path}?more=1`],
  ])('is refused if it is %s', async (_, token, ...sent: Sent) => {
    expect(await statusOf(await token(), ...sent)).toBe(401);
  });

  const now = Math.floor(Date.now() / 1_000);
  const good = {
    iss: 'auth-connection',
    aud: 'sync',
    iat: now,
    exp: now + 15,
    path,
    body: createHash('sha256').update(body).digest('base64url'),
  };
  const typed = { alg: 'HS256', typ: 'boxlist-service+jwt' };
  it.each([
    ['as it should be', {}, 200],
    ['expired', { iat: now - 40, exp: now - 25 }, 401],
    ['without an end', { exp: undefined }, 401],
    ['valid for long', { exp: now + 3_600 }, 401],
    ['issued long ago', { iat: now - 3_600, exp: now + 10 }, 401],
    ['without a time of issue', { iat: undefined }, 401],
    ['without an id', { jti: undefined }, 401],
    ['without a body', { body: undefined }, 401],
    ['without a path', { path: undefined }, 401],
  ])('that the secret signed, %s, gets %j', async (_, claims, status) => {
    const payload = JSON.parse(JSON.stringify({ ...good, jti: randomUUID(), ...claims })) as Record<string, unknown>;
    const token = await new SignJWT(payload).setProtectedHeader(typed).sign(Buffer.from(secret));
    expect(await statusOf(token)).toBe(status);
  });
});
