import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ LIMIT_SIGN_INS_BY_ADDRESS_PER_MINUTE: '20', TRUSTED_PROXIES: '127.0.0.1' });
}, 90_000);
afterAll(() => world?.close(), 30_000);

/** A browser at this address comes back from a sign-in that nobody began. */
const comeBack = (from: string, path = '/oauth/constant-contact/callback') =>
  fetch(`${world.url}${path}?state=unknown&code=c`, { headers: { 'x-forwarded-for': from }, redirect: 'manual' });

describe('sign-ins that come back', () => {
  it('to one address are limited, however the path is written, and those to others are not', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 30; index += 1) statuses.push((await comeBack('203.0.113.1')).status);
    expect(statuses.slice(0, 20)).not.toContain(429);
    expect(statuses.slice(20)).toEqual(Array<number>(10).fill(429));
    const refused = await comeBack('203.0.113.1', '/%6Fauth/constant-contact/callback');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
    expect((await comeBack('203.0.113.2')).status).not.toBe(429);
  });

  it('do not use up what sync may ask', async () => {
    for (let index = 0; index < 3; index += 1)
      expect((await fetch(`${world.url}/internal/access-token`, { method: 'POST' })).status).not.toBe(429);
  });
});
