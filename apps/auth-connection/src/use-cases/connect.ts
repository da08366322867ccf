import { AppError } from '@boxlist/contracts';
import { requireRole, type Actor, type Identity } from '@boxlist/service-kit';
import type { Context } from '../context';
import { connectionAudit } from '../domain/audit';
import { isAllowedReturnUrl, type Connection } from '../domain/connection';
import { disconnected } from '../report';
import { revokeInBackground } from './sealed-tokens';

/** The connection with this id in the caller's box office. Throws CONNECTION_NOT_FOUND. */
export const ownConnection = async (
  ctx: Context,
  identity: Pick<Identity, 'boxOfficeId'>,
  id: string,
  field: readonly string[],
): Promise<Connection> => {
  const connection = await ctx.connections.byId(id);
  if (connection?.boxOfficeId !== identity.boxOfficeId)
    throw new AppError('CONNECTION_NOT_FOUND', 'There is no such connection', { field });
  return connection;
};

/**
 * Starts a sign-in, which only the same person can complete for the same box office. Returns the address for the
 * browser. Throws FORBIDDEN, RETURN_URL_NOT_ALLOWED, CONNECTION_NOT_FOUND.
 */
export const beginConnection = async (
  ctx: Context,
  identity: Identity,
  input: { connectionId?: string | null; returnUrl?: string | null },
): Promise<{ authorizationUrl: string; connection: Connection | null }> => {
  requireRole(identity, 'manager');
  await ctx.demandEntitlement(identity.boxOfficeId);
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
  const { subject, boxOfficeId, role } = identity;
  await ctx.signIns.begin(
    state,
    {
      subject,
      boxOfficeId,
      role,
      connectionId: connection?.id ?? null,
      returnUrl: input.returnUrl ?? null,
      issuer: ctx.oauth.issuer,
      sealedVerifier: await ctx.secrets.seal(verifier),
    },
    ctx.clock(),
  );
  return { authorizationUrl: await ctx.oauth.authorizationUrl({ state, verifier }), connection };
};

/**
 * Ends a connection, erases its tokens and revokes them where possible. Has no effect on a connection that has ended.
 * Throws FORBIDDEN, CONNECTION_NOT_FOUND.
 */
export const disconnect = async (ctx: Context, actor: Actor, connectionId: string): Promise<Connection> => {
  requireRole(actor, 'manager');
  for (;;) {
    const connection = await ownConnection(ctx, actor, connectionId, ['input', 'connectionId']);
    if (connection.status === 'DISCONNECTED') return connection;
    const now = ctx.clock();
    const audit = connectionAudit(actor, 'CONNECTION_DISCONNECTED', connection, {}, now);
    const ended = await ctx.connections.disconnect(connection, now, audit);
    if (!ended) continue;
    await ctx.resources.forget(connection.id);
    revokeInBackground(ctx, ended.tokensBefore);
    await ctx.outbox.notify();
    disconnected(ctx, connection.id);
    return ended.connection;
  }
};
