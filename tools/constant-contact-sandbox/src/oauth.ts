import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SignJWT, jwtVerify } from 'jose';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { escapeHtml, pageOf } from './page';
import { Refusal, type World } from './world';

const base = '/oauth2/default/v1';
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

const key = (world: World): Uint8Array => new TextEncoder().encode(world.store.get().secret);
const safeEqual = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** The sign-in page, its decision and the token endpoint. These calls do not count for the limits. */
export const oauthDoors = (app: FastifyInstance, world: World): void => {
  app.get(`${base}/authorize`, (request, reply) => signInPage(world, request, reply));
  app.post(`${base}/authorize/decision`, (request, reply) => decide(world, request, reply));
  app.post(`${base}/token`, (request, reply) => token(world, request, reply));
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
  const accounts = world.store
    .get()
    .accounts.map(
      ({ id, name }, index) =>
        `<label><input type="radio" name="account" value="${id}" ${index === 0 ? 'checked' : ''}> ${escapeHtml(name)}</label>`,
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
  const account = world.store.get().accounts.find(({ id }) => id === form.data.account);
  if (!account) return errorPage(reply, 400, 'There is no such account');
  const code = randomBytes(24).toString('base64url');
  world.store.get().codes[code] = {
    account: account.id,
    scope: query.scope,
    redirectUri: query.redirect_uri,
    challenge: query.code_challenge,
    expiresAtMs: world.now() + 5 * 60_000,
    used: false,
  };
  world.store.changed();
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

const token = async (world: World, request: FastifyRequest, reply: FastifyReply) => {
  const refuse = (status: number, error: string, description: string) => {
    record(world, request, status);
    return reply.status(status).send({ error, error_description: description });
  };
  const [id, secret] = Buffer.from(/^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '', 'base64')
    .toString()
    .split(':')
    .map(decodeURIComponent);
  if (
    !safeEqual(id ?? '', world.config.SANDBOX_CLIENT_ID) ||
    !safeEqual(secret ?? '', world.config.SANDBOX_CLIENT_SECRET)
  ) {
    return refuse(world.switches.invalidClientStatus, 'invalid_client', 'Client authentication failed');
  }
  const form = tokenForm.safeParse(request.body);
  if (!form.success) return refuse(400, 'invalid_request', 'grant_type is missing');
  const invalidGrant = (why: string) => refuse(world.switches.invalidGrantStatus, 'invalid_grant', why);
  if (form.data.grant_type === 'authorization_code') {
    const grant = world.store.get().codes[form.data.code ?? ''];
    if (!grant || grant.used || grant.expiresAtMs < world.now())
      return invalidGrant('The authorization code is invalid or has expired');
    grant.used = true;
    world.store.changed();
    if (grant.redirectUri !== form.data.redirect_uri) return invalidGrant('The redirect_uri differs');
    const verifier = form.data.code_verifier ?? '';
    if (grant.challenge && createHash('sha256').update(verifier).digest('base64url') !== grant.challenge)
      return invalidGrant('PKCE verification failed');
    record(world, request, 200);
    return issue(world, reply, grant.account, grant.scope);
  }
  if (form.data.grant_type === 'refresh_token') {
    const known = world.store.get().refreshTokens[form.data.refresh_token ?? ''];
    if (!known || known.dead || world.now() - known.lastUsedMs > 180 * 86_400_000)
      return invalidGrant('The refresh token is invalid or expired');
    known.lastUsedMs = world.now();
    if (world.switches.refreshTokens === 'rotating') known.dead = true;
    world.store.changed();
    record(world, request, 200);
    return issue(
      world,
      reply,
      known.account,
      known.scope,
      world.switches.refreshTokens === 'rotating' ? undefined : form.data.refresh_token,
    );
  }
  return refuse(400, 'unsupported_grant_type', 'Only authorization_code and refresh_token are supported');
};

const issue = async (world: World, reply: FastifyReply, account: string, scope: string, sameRefresh?: string) => {
  const seconds = world.switches.accessTokenSeconds;
  const now = Math.floor(world.now() / 1000);
  const accessToken = await new SignJWT({ scp: scope.split(' '), account })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('https://api.cc.email/v3')
    .setJti(crypto.randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(key(world));
  const offline = scope.split(' ').includes('offline_access');
  const refreshToken = sameRefresh ?? randomBytes(32).toString('base64url');
  if (offline && !sameRefresh) {
    world.store.get().refreshTokens[refreshToken] = { account, scope, dead: false, lastUsedMs: world.now() };
    world.store.changed();
  }
  return reply.header('cache-control', 'no-store').send({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: seconds,
    scope,
    ...(offline ? { refresh_token: refreshToken } : {}),
  });
};

const record = (world: World, request: FastifyRequest, status: number): void => {
  const { grant_type } = (request.body ?? {}) as { grant_type?: string };
  world.journal.push({
    at: new Date(world.now()).toISOString(),
    method: 'POST',
    path: `${base}/token`,
    status,
    account: null,
    body: { grant_type },
  });
};

/** Whose token it is, or a refusal as the API answers it. */
export const accountOf = async (world: World, authorization: string | undefined, scope: string) => {
  const unauthorized = new Refusal(401, 'unauthorized', 'Unauthorized');
  try {
    const { payload } = await jwtVerify(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '', key(world), {
      audience: 'https://api.cc.email/v3',
      currentDate: new Date(world.now()),
    });
    const account = world.store.get().accounts.find(({ id }) => id === payload.account);
    if (!account || revoked(world).has(payload.jti ?? '')) throw unauthorized;
    if (!(payload.scp as string[]).includes(scope))
      throw new Refusal(403, 'forbidden', 'The access token lacks a scope');
    return account;
  } catch (error) {
    throw error instanceof Refusal ? error : unauthorized;
  }
};

const revokedBy = new WeakMap<World, Set<string>>();
const revoked = (world: World): Set<string> => {
  const known = revokedBy.get(world) ?? new Set<string>();
  revokedBy.set(world, known);
  return known;
};
