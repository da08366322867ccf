import { AppError, kindOf } from '@boxlist/contracts';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context';
import { isFresh, refreshMarginMs, type SealedTokens } from '../domain/connection';
import { tokenRefreshed } from '../report';
import type { RefreshClaim } from '../store/connections';
import { sealTokens } from './connect';

const leaseMs = 45_000;

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * A usable access token of a connection. Refreshes when the stored one is about to expire, or when it is the very one that was
 * rejected (by its SHA-256 hash). Over all processes exactly one refreshes; the others wait for what it saves. Throws
 * CONNECTION_NOT_FOUND, CONNECTION_NEEDS_RECONNECT, or CONSTANT_CONTACT_UNAVAILABLE.
 */
export const accessToken = async (
  ctx: Context,
  connectionId: string,
  rejectedTokenHash?: string,
): Promise<{ accessToken: string; expiresAt: Date }> => {
  const until = ctx.clock().getTime() + 30_000;
  for (;;) {
    const { connection, tokens } = (await ctx.connections.withTokens(connectionId)) ?? {};
    if (!connection) throw new AppError('CONNECTION_NOT_FOUND', 'There is no such connection');
    if (connection.status !== 'CONNECTED' || !tokens)
      throw new AppError('CONNECTION_NEEDS_RECONNECT', 'The connection must be renewed by signing in again');
    const access = await ctx.secrets.open(tokens.access);
    const rejected = rejectedTokenHash !== undefined && hashOfToken(access) === rejectedTokenHash;
    if (!rejected && isFresh(tokens.expiresAt, ctx.clock()))
      return { accessToken: access, expiresAt: tokens.expiresAt };
    const claim = await ctx.connections.claimRefresh(connectionId, tokens.access, ctx.clock(), leaseMs);
    if (claim) {
      // Handed out even when the vendor gives it a shorter life than the margin: else it would be renewed without end.
      const fresh = await refresh(ctx, connectionId, tokens, claim);
      if (fresh) return fresh;
    } else if (ctx.clock().getTime() > until)
      throw new AppError('SERVICE_UNAVAILABLE', 'The access token is being renewed; try again');
    else await delay(50);
  }
};

/** Uses the refresh token once and saves what comes back before anyone uses it. */
const refresh = async (
  ctx: Context,
  connectionId: string,
  tokens: SealedTokens,
  claim: RefreshClaim,
): Promise<{ accessToken: string; expiresAt: Date } | undefined> => {
  const needsReconnect = async (reason: string): Promise<undefined> => {
    const now = await ctx.connections.byId(connectionId);
    if (now) await ctx.connections.markNeedsReconnect(now, reason, claim);
    await ctx.outbox.nudge();
    tokenRefreshed(ctx, connectionId, 'needs-reconnect');
  };
  if (tokens.refresh === null) return needsReconnect('Constant Contact gave no refresh token');
  try {
    const fresh = await ctx.oauth.refresh(await ctx.secrets.open(tokens.refresh));
    const sealed = await sealTokens(ctx, fresh);
    const saved = await ctx.connections.saveTokens(
      connectionId,
      { ...sealed, refresh: sealed.refresh ?? tokens.refresh },
      claim,
    );
    if (!saved) throw new AppError('LEASE_LOST', 'Another process took over the refresh');
    tokenRefreshed(ctx, connectionId, 'refreshed');
    return { accessToken: fresh.accessToken, expiresAt: sealed.expiresAt };
  } catch (error) {
    // Only invalid_grant means that the person must sign in again; a network failure or a server error never does.
    if (error instanceof AppError && error.code === 'CONNECTION_NEEDS_RECONNECT')
      return needsReconnect('Constant Contact no longer accepts the sign-in');
    if (kindOf(error) !== 'defect') await ctx.connections.releaseRefresh(connectionId, claim);
    tokenRefreshed(ctx, connectionId, 'unavailable');
    throw error;
  }
};

/** Renews what is about to expire, so that no order waits for it. */
export const refreshExpiring = async (ctx: Context): Promise<void> => {
  for (const id of await ctx.connections.expiringBefore(new Date(ctx.clock().getTime() + refreshMarginMs))) {
    await accessToken(ctx, id).catch((error: unknown) =>
      ctx.log.warn({ err: error, connectionId: id }, 'token.not-refreshed'),
    );
  }
};
