import { AppError, type ConnectionId } from '@boxlist/contracts';
import type { Tokens } from '@boxlist/constant-contact';
import { isDuplicateKey, requireRole, type Identity } from '@boxlist/service-kit';
import type { Context } from '../context';
import { countryCodeFrom, isAllowedReturnUrl, type Connection, type SealedTokens } from '../domain/connection';
import { disconnected, signInEnded } from '../report';
import type { SignIn } from '../store/sign-ins';

const signInMs = 10 * 60_000;

/** The connection with this id in the caller's box office. Throws CONNECTION_NOT_FOUND. */
export const ownConnection = async (
  ctx: Context,
  identity: Identity,
  id: string,
  field: readonly string[],
): Promise<Connection> => {
  const connection = await ctx.connections.byId(id);
  if (connection?.boxOfficeId !== identity.boxOfficeId)
    throw new AppError('CONNECTION_NOT_FOUND', 'There is no such connection', { field });
  return connection;
};

/**
 * Starts a sign-in and returns the address for the browser. Throws FORBIDDEN, RETURN_URL_NOT_ALLOWED,
 * CONNECTION_NOT_FOUND.
 */
export const beginConnection = async (
  ctx: Context,
  identity: Identity,
  input: { connectionId?: string | null; returnUrl?: string | null },
): Promise<{ authorizationUrl: string; connection: Connection | null }> => {
  requireRole(identity, 'manager');
  if (input.returnUrl && !isAllowedReturnUrl(input.returnUrl, ctx.allowedReturnUrls)) {
    throw new AppError('RETURN_URL_NOT_ALLOWED', 'returnUrl is not on the list of allowed pages', {
      field: ['input', 'returnUrl'],
    });
  }
  const connection = input.connectionId
    ? await ownConnection(ctx, identity, input.connectionId, ['input', 'connectionId'])
    : null;
  const state = ctx.oauth.newState();
  const verifier = ctx.oauth.newVerifier();
  await ctx.signIns.begin(state, {
    boxOfficeId: identity.boxOfficeId,
    connectionId: connection?.id ?? null,
    sealedVerifier: await ctx.secrets.seal(verifier),
    returnUrl: input.returnUrl ?? null,
    expiresAt: new Date(ctx.clock().getTime() + signInMs),
  });
  return { authorizationUrl: await ctx.oauth.authorizationUrl({ state, verifier }), connection };
};

/** The result of a sign-in, and the address to which its browser goes. */
export interface SignInResult {
  readonly returnUrl: string | null;
  readonly connectionId: ConnectionId | null;
  readonly error: AppError | null;
}

/**
 * Completes a sign-in when the browser returns. Errors that the person can understand are in the result. Defects and
 * other unexpected errors are thrown.
 */
export const completeSignIn = async (ctx: Context, callbackUrl: URL): Promise<SignInResult> => {
  const state = callbackUrl.searchParams.get('state') ?? '';
  const signIn = state.length > 0 && state.length < 200 ? await ctx.signIns.take(state) : undefined;
  if (!signIn || signIn.expiresAt <= ctx.clock()) {
    signInEnded(ctx, 'STATE_INVALID', signIn?.boxOfficeId);
    return {
      returnUrl: null,
      connectionId: null,
      error: new AppError(
        'STATE_INVALID',
        'This sign-in did not start here, was already used, or took too long. Please start again.',
      ),
    };
  }
  try {
    const tokens = await ctx.oauth.exchange({
      callbackUrl,
      state,
      verifier: await ctx.secrets.open(signIn.sealedVerifier),
    });
    const connection = await attach(ctx, signIn, tokens);
    signInEnded(ctx, 'CONNECTED', signIn.boxOfficeId);
    return { returnUrl: signIn.returnUrl, connectionId: connection.id, error: null };
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === 'defect') throw error;
    signInEnded(ctx, error.code, signIn.boxOfficeId);
    return { returnUrl: signIn.returnUrl, connectionId: null, error };
  }
};

const attach = async (ctx: Context, signIn: SignIn, tokens: Tokens): Promise<Connection> => {
  await ctx.takePermit(signIn.boxOfficeId);
  const privileges = (await ctx.constantContact.privileges(tokens.accessToken)).map(
    ({ privilege_name }) => privilege_name,
  );
  if (!privileges.includes('contacts:write') || !privileges.includes('contacts:read')) {
    throw new AppError(
      'MISSING_PRIVILEGES',
      'This Constant Contact user is not allowed to read and write contacts. Sign in as a user with these rights.',
    );
  }
  await ctx.takePermit(signIn.boxOfficeId);
  const account = await ctx.constantContact.accountSummary(tokens.accessToken);
  if (tokens.refreshToken === undefined)
    throw new AppError('REJECTED_BY_CONSTANT_CONTACT', 'Constant Contact did not issue a refresh token');
  const fields = {
    accountName: account.organization_name ?? null,
    countryCode: countryCodeFrom(account.country_code),
    connectedAt: ctx.clock(),
    tokens: await sealTokens(ctx, tokens),
  };
  const accountId = account.encoded_account_id;
  if (signIn.connectionId) {
    const renewed = await ctx.connections.byId(signIn.connectionId);
    if (renewed && renewed.accountId !== accountId) {
      throw new AppError(
        'DIFFERENT_ACCOUNT',
        'You signed in to a different Constant Contact account. Sign in to the account of this connection.',
      );
    }
  }
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const known = await ctx.connections.ofAccount(signIn.boxOfficeId, accountId);
    const saved = known
      ? await ctx.connections.renew(known, fields)
      : await insert(ctx, { ...fields, boxOfficeId: signIn.boxOfficeId, accountId });
    if (!saved) continue;
    await ctx.outbox.notify();
    return saved;
  }
  throw new AppError('SERVICE_UNAVAILABLE', 'Someone else is changing this connection. Please try again.');
};

const insert = async (
  ctx: Context,
  fields: Parameters<Context['connections']['insert']>[0],
): Promise<Connection | undefined> => {
  try {
    return await ctx.connections.insert(fields);
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
};

export const sealTokens = async (ctx: Context, tokens: Tokens): Promise<SealedTokens> => ({
  access: await ctx.secrets.seal(tokens.accessToken),
  refresh: tokens.refreshToken === undefined ? null : await ctx.secrets.seal(tokens.refreshToken),
  expiresAt: new Date(ctx.clock().getTime() + tokens.expiresInSeconds * 1000),
});

/**
 * Ends a connection and erases its tokens. Has no effect on a connection that has ended. Throws FORBIDDEN,
 * CONNECTION_NOT_FOUND.
 */
export const disconnect = async (ctx: Context, identity: Identity, connectionId: string): Promise<Connection> => {
  requireRole(identity, 'manager');
  for (;;) {
    const connection = await ownConnection(ctx, identity, connectionId, ['input', 'connectionId']);
    if (connection.status === 'DISCONNECTED') return connection;
    const ended = await ctx.connections.disconnect(connection);
    if (!ended) continue;
    await ctx.resources.forget(connection.id);
    await ctx.outbox.notify();
    disconnected(ctx, connection.id);
    return ended;
  }
};
