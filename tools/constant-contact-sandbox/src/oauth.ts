import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SignJWT, jwtVerify } from 'jose';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { escapeHtml, pageOf } from './page';
import type { Needs } from './door';
import { Refusal } from './refusal';
import type { Account } from './store';
import type { World } from './world';

const base = '/oauth2/default/v1';
const apiAudience = 'https://api.cc.email/v3';
const knownScopes = ['contact_data', 'campaign_data', 'account_read', 'account_update', 'offline_access', 'openid'];

const authorizeQuery = z.object({
  client_id: z.string(),
  redirect_uri: z.string(),
  response_type: z.string(),
  scope: z.string().default(''),
  state: z.string().default(''),
  code_challenge: z.string().min(43).max(128).optional(),
  code_challenge_method: z.string().optional(),
});

const key = (world: World): Uint8Array => new TextEncoder().encode(world.store.secret());
const safeEqual = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/**
 * The sign-in page, its decision, and the endpoints that issue and revoke tokens. These calls do not count for the
 * limits.
 */
export const oauthDoors = (app: FastifyInstance, world: World): void => {
  app.get(`${base}/authorize`, (request, reply) => signInPage(world, request, reply));
  app.post(`${base}/authorize/decision`, (request, reply) => decide(world, request, reply));
  app.post(`${base}/token`, (request, reply) => token(world, request, reply));
  app.post(`${base}/revoke`, (request, reply) => revoke(world, request, reply));
};

const errorPage = (reply: FastifyReply, status: number, message: string) =>
  reply
    .status(status)
    .type('text/html')
    .send(pageOf('Cannot sign in', `<p>${escapeHtml(message)}</p>`));

const checked = (world: World, raw: unknown): z.infer<typeof authorizeQuery> => {
  const query = authorizeQuery.safeParse(raw);
  if (!query.success)
    throw new Refusal(
      400,
      'invalid_request',
      'The authorisation request lacks client_id, redirect_uri or response_type',
    );
  if (query.data.client_id !== world.config.SANDBOX_CLIENT_ID)
    throw new Refusal(400, 'invalid_client', 'This application is not known');
  if (!world.config.SANDBOX_REDIRECT_URIS.includes(query.data.redirect_uri)) {
    throw new Refusal(400, 'invalid_request', 'The redirect_uri is not one of the registered ones');
  }
  return query.data;
};

const redirectError = (reply: FastifyReply, request: z.infer<typeof authorizeQuery>, error: string) => {
  const target = new URL(request.redirect_uri);
  target.searchParams.set('error', error);
  if (request.state) target.searchParams.set('state', request.state);
  return reply.redirect(target.href);
};

const signInPage = async (world: World, request: FastifyRequest, reply: FastifyReply) => {
  let query: z.infer<typeof authorizeQuery>;
  try {
    query = checked(world, request.query);
  } catch (error) {
    return errorPage(reply, 400, error instanceof Error ? error.message : 'bad request');
  }
  const scopes = query.scope.split(' ').filter(Boolean);
  if (query.response_type !== 'code') return redirectError(reply, query, 'unsupported_response_type');
  if (scopes.length === 0 || scopes.some((scope) => !knownScopes.includes(scope)))
    return redirectError(reply, query, 'invalid_scope');
  if (query.code_challenge && query.code_challenge_method !== 'S256')
    return redirectError(reply, query, 'invalid_request');
  if (query.code_challenge && world.switches.pkceWithSecret === 'refused')
    return redirectError(reply, query, 'invalid_request');
  const sealed = await new SignJWT({ query })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('10m')
    .setAudience('decision')
    .sign(key(world));
  const accounts = [...world.store.accounts.values()]
    .map(
      ({ settings: { id, name } }, index) =>
        `<label><input type="radio" name="account" value="${id}" ${index === 0 ? 'checked' : ''}>
         ${escapeHtml(name)}</label>`,
    )
    .join('<br>');
  return reply.type('text/html').send(
    pageOf(
      'Sign in to Constant Contact (sandbox)',
      `<p>An application wants: <b>${escapeHtml(scopes.join(', '))}</b></p>
       <form method="post" action="${base}/authorize/decision"><input type="hidden" name="request" value="${sealed}">
       <fieldset><legend>Account</legend>${accounts}</fieldset>
       <button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>`,
    ),
  );
};

const decision = z.object({
  request: z.string(),
  account: z.string().default(''),
  decision: z.enum(['allow', 'deny']),
});

const decide = async (world: World, request: FastifyRequest, reply: FastifyReply) => {
  const form = decision.safeParse(request.body);
  if (!form.success) return errorPage(reply, 400, 'The form is incomplete');
  let query: z.infer<typeof authorizeQuery>;
  try {
    const { payload } = await jwtVerify(form.data.request, key(world), { audience: 'decision' });
    query = checked(world, payload.query);
  } catch {
    return errorPage(reply, 400, 'The sign-in took too long; start again');
  }
  if (form.data.decision === 'deny') {
    return world.switches.deniedRedirects
      ? redirectError(reply, query, 'access_denied')
      : errorPage(reply, 200, 'You declined.');
  }
  const account = world.store.accounts.get(form.data.account);
  if (!account) return errorPage(reply, 400, 'There is no such account');
  const code = randomBytes(24).toString('base64url');
  world.store.codes.put(code, {
    account: account.id,
    scope: query.scope,
    redirectUri: query.redirect_uri,
    challenge: query.code_challenge,
    expiresAtMs: world.now() + 5 * 60_000,
    used: false,
  });
  const target = new URL(query.redirect_uri);
  target.searchParams.set('code', code);
  if (query.state) target.searchParams.set('state', query.state);
  return reply.redirect(target.href);
};

const tokenForm = z.object({
  grant_type: z.string(),
  code: z.string().optional(),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
  refresh_token: z.string().optional(),
});

/** Whether the call carries the application's id and secret. */
const isApplication = (world: World, authorization: string | undefined): boolean => {
  const [id, secret] = Buffer.from(/^Basic (.+)$/.exec(authorization ?? '')?.[1] ?? '', 'base64')
    .toString()
    .split(':')
    .map(decodeURIComponent);
  const { SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } = world.config;
  return safeEqual(id ?? '', SANDBOX_CLIENT_ID) && safeEqual(secret ?? '', SANDBOX_CLIENT_SECRET);
};

const refuse = (reply: FastifyReply, status: number, error: string, description: string) =>
  reply.status(status).send({ error, error_description: description });
const notTheApplication = (world: World, reply: FastifyReply) =>
  refuse(reply, world.switches.invalidClientStatus, 'invalid_client', 'Client authentication failed');

const revokeForm = z.object({ token: z.string() });

/** RFC 7009: kills a refresh token. A token that is not known is no error. */
const revoke = async (world: World, request: FastifyRequest, reply: FastifyReply) => {
  if (!isApplication(world, request.headers.authorization)) return notTheApplication(world, reply);
  const form = revokeForm.safeParse(request.body);
  if (!form.success) return refuse(reply, 400, 'invalid_request', 'token is missing');
  const known = world.store.refreshTokens.get(form.data.token);
  if (known) world.store.refreshTokens.put(form.data.token, { ...known, dead: true });
  return reply.status(200).send();
};

const token = async (world: World, request: FastifyRequest, reply: FastifyReply) => {
  if (!isApplication(world, request.headers.authorization)) return notTheApplication(world, reply);
  const form = tokenForm.safeParse(request.body);
  if (!form.success) return refuse(reply, 400, 'invalid_request', 'grant_type is missing');
  const invalidGrant = (why: string) => refuse(reply, world.switches.invalidGrantStatus, 'invalid_grant', why);
  if (form.data.grant_type === 'authorization_code') {
    const code = form.data.code ?? '';
    const grant = world.store.codes.get(code);
    if (!grant || grant.used || grant.expiresAtMs < world.now())
      return invalidGrant('The authorization code is invalid or has expired');
    world.store.codes.put(code, { ...grant, used: true });
    if (grant.redirectUri !== form.data.redirect_uri) return invalidGrant('The redirect_uri differs');
    const verifier = form.data.code_verifier ?? '';
    if (grant.challenge && createHash('sha256').update(verifier).digest('base64url') !== grant.challenge)
      return invalidGrant('PKCE verification failed');
    return issue(world, reply, grant.account, grant.scope);
  }
  if (form.data.grant_type === 'refresh_token') {
    const presented = form.data.refresh_token ?? '';
    const known = world.store.refreshTokens.get(presented);
    if (!known || known.dead || world.now() - known.lastUsedMs > 180 * 86_400_000)
      return invalidGrant('The refresh token is invalid or expired');
    const rotates = world.switches.refreshTokens === 'rotating';
    world.store.refreshTokens.put(presented, { ...known, lastUsedMs: world.now(), dead: rotates });
    return issue(world, reply, known.account, known.scope, rotates ? undefined : presented);
  }
  return refuse(reply, 400, 'unsupported_grant_type', 'Only authorization_code and refresh_token are supported');
};

/** The vendor's access tokens have about 1,200 characters. */
const padding = 'x'.repeat(680);

const issue = async (world: World, reply: FastifyReply, account: string, scope: string, sameRefresh?: string) => {
  const seconds = world.switches.accessTokenSeconds;
  const now = Math.floor(world.now() / 1000);
  const signed = (claims: Record<string, unknown>, audience: string) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience(audience)
      .setJti(crypto.randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(key(world));
  const offline = scope.split(' ').includes('offline_access');
  const refreshToken = sameRefresh ?? randomBytes(32).toString('base64url');
  if (offline && !sameRefresh)
    world.store.refreshTokens.put(refreshToken, { account, scope, dead: false, lastUsedMs: world.now() });
  return reply.header('cache-control', 'no-store').send({
    access_token: await signed({ scp: scope.split(' '), account, padding }, apiAudience),
    token_type: 'Bearer',
    expires_in: seconds,
    scope,
    id_token: await signed({ sub: account }, world.config.SANDBOX_CLIENT_ID),
    ...(offline ? { refresh_token: refreshToken } : {}),
  });
};

/**
 * Returns the token's account, or refuses as the API does: with 401 for a bad token, with 403 for a missing right of
 * the token or its user.
 */
export const accountOf = async (
  world: World,
  authorization: string | undefined,
  { scope, privilege }: Needs,
): Promise<Account> => {
  const { account: id, scopes } = await bearerOf(world, authorization);
  const account = world.store.accounts.get(id);
  if (!account) throw unauthorized();
  if (world.switches.applicationDeactivated) throw new Refusal(403, 'forbidden', 'The application is deactivated');
  if (scope && !scopes.includes(scope)) throw new Refusal(403, 'forbidden', 'The access token lacks a scope');
  if (privilege && !account.settings.privileges.includes(privilege))
    throw new Refusal(403, 'forbidden', 'The user lacks a privilege');
  return account;
};

const unauthorized = () => new Refusal(401, 'unauthorized', 'Unauthorized');

const bearerOf = async (world: World, authorization: string | undefined) => {
  try {
    const { payload } = await jwtVerify(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '', key(world), {
      audience: apiAudience,
      currentDate: new Date(world.now()),
    });
    return { account: String(payload.account), scopes: payload.scp as string[] };
  } catch {
    throw unauthorized();
  }
};
