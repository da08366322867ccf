import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startedSandbox } from './sandbox';

let sandbox: Awaited<ReturnType<typeof startedSandbox>>;
beforeAll(async () => {
  sandbox = await startedSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/clock', { now: '2030-01-01T00:00:00Z' });
});

const day = 86_400_000;
const later = (ms: number) => sandbox.control('POST', '/clock/advance', { ms });
const refresh = (token: unknown) => sandbox.tokenCall({ grant_type: 'refresh_token', refresh_token: String(token) });
const deadGrant = { status: 400, body: { error: 'invalid_grant', error_description: expect.any(String) } };

describe('a code', () => {
  it('works once, for five minutes, with the redirect address that it was issued for', async () => {
    const { code, state } = await sandbox.authorize();
    expect(state).toBe('s1');
    expect((await sandbox.grant(code)).status).toBe(200);
    expect(await sandbox.grant(code)).toEqual(deadGrant);
    const late = await sandbox.authorize();
    await later(5 * 60_000 + 1);
    expect(await sandbox.grant(late.code)).toEqual(deadGrant);
    const elsewhere = await sandbox.authorize();
    expect(await sandbox.grant(elsewhere.code, { redirect_uri: 'http://127.0.0.1:9/other' })).toEqual(deadGrant);
  });

  it('is not issued for an unknown application, address or scope', async () => {
    expect((await sandbox.authorize({ more: { client_id: 'somebody' } })).redirected).toBe(false);
    expect((await sandbox.authorize({ more: { redirect_uri: 'http://evil.example/' } })).redirected).toBe(false);
    expect((await sandbox.authorize({ scope: 'everything' })).error).toBe('invalid_scope');
  });
});

describe('a refresh token', () => {
  it('is issued with offline_access only, and its absence is no error', async () => {
    const { status, body } = await sandbox.grant((await sandbox.authorize({ scope: 'contact_data' })).code);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('refresh_token');
  });

  it('expires by its use, and after 180 days without use', async () => {
    const { body: first } = await sandbox.grant((await sandbox.authorize()).code);
    await later(179 * day);
    const { body: second } = await refresh(first.refresh_token);
    expect(await refresh(first.refresh_token)).toEqual(deadGrant);
    await later(181 * day);
    expect(await refresh(second.refresh_token)).toEqual(deadGrant);
  });
});
