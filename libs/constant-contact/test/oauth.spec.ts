import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createConstantContactOAuth, type OAuthSettings } from '../src/index';

let respond: (response: ServerResponse) => void;
const seen: { form: URLSearchParams; authorization: string | undefined }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    seen.push({ form: new URLSearchParams(body), authorization: request.headers.authorization });
    respond(response);
  });
});
let settings: OAuthSettings;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth2/default/v1`;
  settings = {
    authorizeUrl: `${base}/authorize`,
    tokenUrl: `${base}/token`,
    clientId: 'client',
    clientSecret: 'secret',
    redirectUrl: 'https://boxlist.example/callback',
    usePkce: true,
  };
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  seen.length = 0;
});

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
const granted = { access_token: 'a1', token_type: 'Bearer', expires_in: 86_400, refresh_token: 'r2', id_token: 'x' };

const exchange = (usePkce = true) => {
  const oauth = createConstantContactOAuth({ ...settings, usePkce });
  return oauth.exchange({ code: 'c1', verifier: oauth.newVerifier() });
};

describe('the address for the browser', () => {
  it('contains the scopes (offline access included), the state and the challenge of the verifier', async () => {
    const oauth = createConstantContactOAuth(settings);
    const verifier = oauth.newVerifier();
    const { searchParams } = new URL(await oauth.authorizationUrl({ state: 's1', verifier }));
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: 'client',
      redirect_uri: settings.redirectUrl,
      response_type: 'code',
      scope: 'contact_data offline_access account_read',
      state: 's1',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
  });

  it('omits PKCE if the setting says so', async () => {
    const oauth = createConstantContactOAuth({ ...settings, usePkce: false });
    const url = await oauth.authorizationUrl({ state: 's1', verifier: oauth.newVerifier() });
    expect(url).not.toContain('code_challenge');
    respond = json(200, granted);
    await exchange(false);
    expect(seen[0]!.form.has('code_verifier')).toBe(false);
  });
});

describe('the code', () => {
  it('is exchanged with the secret in the header and the verifier in the form', async () => {
    respond = json(200, granted);
    expect(await exchange()).toEqual({
      accessToken: 'a1',
      refreshToken: 'r2',
      expiresInSeconds: 86_400,
    });
    expect(seen[0]!.authorization).toBe(`Basic ${Buffer.from('client:secret').toString('base64')}`);
    expect(Object.fromEntries(seen[0]!.form)).toMatchObject({
      grant_type: 'authorization_code',
      code: 'c1',
      redirect_uri: settings.redirectUrl,
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it.each([400, 401])('that is not accepted (%i) needs a new sign-in and keeps no text', async (status) => {
    respond = json(status, { error: 'invalid_grant', error_description: '<script>' });
    const error = await exchange().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    expect(JSON.stringify([error, String((error as Error).message)])).not.toContain('script');
  });
});

describe('the callback', () => {
  const read = (query: string, more: Partial<OAuthSettings> = {}) =>
    createConstantContactOAuth({ ...settings, ...more }).readCallback(new URLSearchParams(query));
  const issuer = () => settings.tokenUrl.replace('/v1/token', '');

  it('with a code and a state is read, and a right issuer too', () => {
    const answer = { state: 's1', code: 'c1' };
    expect(read('code=c1&state=s1')).toEqual(answer);
    expect(read(`code=c1&state=s1&iss=${encodeURIComponent(issuer())}`)).toEqual(answer);
    expect(read('code=c1&state=s1&iss=https%3A%2F%2Fissuer', { issuer: 'https://issuer' })).toEqual(answer);
  });

  it.each([
    'code=c1',
    'state=s1',
    'code=&state=s1',
    'code=c1&state=',
    'code=c1&code=c2&state=s1',
    'code=c1&state=s1&state=s1',
    'error=access_denied',
    'error=a&error=b&state=s1',
    'code=c1&state=s1&iss=https%3A%2F%2Fevil.example',
    'error=access_denied&state=s1&iss=https%3A%2F%2Fevil.example',
    'code=c1&state=s1&response=jwt',
    'code=c1&state=s1&id_token=x',
  ])('%s is not an answer of this server', (query) => {
    let thrown: unknown;
    try {
      read(query);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'STATE_INVALID' });
  });

  it.each([
    ['access_denied', 'SIGN_IN_DENIED', undefined],
    ['server_error', 'CONSTANT_CONTACT_UNAVAILABLE', undefined],
    ['temporarily_unavailable', 'CONSTANT_CONTACT_UNAVAILABLE', undefined],
    ['invalid_scope', 'SIGN_IN_REFUSED', 'invalid_scope'],
    ['unauthorized_client', 'SIGN_IN_REFUSED', 'unauthorized_client'],
    ['<script>', 'SIGN_IN_REFUSED', 'other'],
  ])('with the error %s is %s', (error, code, shown) => {
    const query = new URLSearchParams({ error, error_description: 'text of the vendor', state: 's1' });
    const answer = read(query.toString());
    expect(answer).toMatchObject({ state: 's1', error: { code, ...(shown ? { details: { oauth: shown } } : {}) } });
    expect(JSON.stringify([answer, answer.error?.message])).not.toMatch(/script|vendor/);
  });
});

describe('a revocation', () => {
  const revoke = (revokeUrl?: string) => createConstantContactOAuth({ ...settings, revokeUrl }).revoke('r1');
  const address = () => settings.tokenUrl.replace('/token', '/revoke');

  it('is not tried where no address for it is set', async () => {
    expect(await revoke()).toBe(false);
    expect(seen).toHaveLength(0);
  });

  it('sends the refresh token with the secret in the header', async () => {
    respond = json(200, '');
    expect(await revoke(address())).toBe(true);
    expect(seen[0]!.authorization).toBe(`Basic ${Buffer.from('client:secret').toString('base64')}`);
    expect(Object.fromEntries(seen[0]!.form)).toEqual({ token: 'r1', token_type_hint: 'refresh_token' });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['a server error', json(503, '')],
    ['a refusal', json(400, { error: 'unsupported_token_type' })],
    ['a broken connection', (response) => response.destroy()],
  ])('that ends in %s says so without the token', async (_, how) => {
    respond = how;
    const error = await revoke(address()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONSTANT_CONTACT_UNAVAILABLE' });
    expect(JSON.stringify([error, String((error as Error).stack)])).not.toMatch(/\br1\b/);
  });
});

describe('a refresh', () => {
  const refresh = () => createConstantContactOAuth(settings).refresh('r1');

  it('returns the next refresh token if the application rotates tokens, and none if the answer has none', async () => {
    respond = json(200, granted);
    expect((await refresh()).refreshToken).toBe('r2');
    respond = json(200, { ...granted, refresh_token: undefined, expires_in: '3600' });
    expect(await refresh()).toEqual({ accessToken: 'a1', refreshToken: undefined, expiresInSeconds: 3_600 });
  });

  it.each([
    ['400', json(400, { error: 'invalid_grant', error_description: 'dead' })],
    ['401', json(401, { error: 'invalid_grant' })],
    ['401 with a challenge', json(401, { error: 'invalid_grant' }, { 'www-authenticate': 'Basic realm="x"' })],
  ])('that ends in invalid_grant with %s needs a new sign-in', async (_, how) => {
    respond = how;
    await expect(refresh()).rejects.toMatchObject({ code: 'CONNECTION_NEEDS_RECONNECT' });
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['another OAuth error', json(400, { error: 'invalid_request' }), 'REJECTED_BY_CONSTANT_CONTACT'],
    ['a wrong secret', json(401, { error: 'invalid_client' }), 'REJECTED_BY_CONSTANT_CONTACT'],
    [
      'a wrong secret with a challenge',
      json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' }),
      'REJECTED_BY_CONSTANT_CONTACT',
    ],
    ['a server error', json(503, ''), 'CONSTANT_CONTACT_UNAVAILABLE'],
    ['a server error in OAuth form', json(500, { error: 'server_error' }), 'CONSTANT_CONTACT_UNAVAILABLE'],
    ['an answer that is no JSON', json(200, '<html>'), 'CONSTANT_CONTACT_UNAVAILABLE'],
    ['an answer without a token', json(200, { token_type: 'Bearer' }), 'CONSTANT_CONTACT_UNAVAILABLE'],
    ['a broken connection', (response) => response.destroy(), 'CONSTANT_CONTACT_UNAVAILABLE'],
  ])('that ends in %s never needs a new sign-in', async (_, how, code) => {
    respond = how;
    const error = await refresh().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify([error, String((error as Error).stack)])).not.toMatch(/\br1\b/);
  });
});
