import { AppError, appErrorOf, kindOf, type BoxOfficeId } from '@boxlist/contracts';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context';
import { isFresh, isUsable, refreshMarginMs, type SealedTokens } from '../domain/connection';
import { tokenRefreshed } from '../report';
import type { RefreshClaim } from '../store/connections';
import { revokeInBackground, sealTokens } from './sealed-tokens';
import { untilSaved } from './until-saved';

const leaseMs = 45_000;

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * A usable access token of a connection. It refreshes the stored token if that expires soon, or if it is the token
 * that was rejected (compared by SHA-256 hash). Only one process refreshes at a time. The others use the current
 * token while it is usable, or else wait for the new one. A failed refresh is no error while the current token is
 * usable. Throws CONNECTION_NOT_FOUND, CONNECTION_NEEDS_RECONNECT, CONSTANT_CONTACT_UNAVAILABLE,
 * REJECTED_BY_CONSTANT_CONTACT (for the application's own credentials), or SERVICE_UNAVAILABLE.
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
      throw new AppError('CONNECTION_NEEDS_RECONNECT', 'The connection needs a new sign-in to Constant Contact');
    const access = await ctx.secrets.open(tokens.access);
    const rejected = rejectedTokenHash !== undefined && hashOfToken(access) === rejectedTokenHash;
    if (!rejected && isFresh(tokens.expiresAt, ctx.clock()))
      return { accessToken: access, expiresAt: tokens.expiresAt };
    const present =
      !rejected && isUsable(tokens.expiresAt, ctx.clock())
        ? { accessToken: access, expiresAt: tokens.expiresAt }
        : undefined;
    const claim = await ctx.connections.claimRefresh(connectionId, tokens.access, ctx.clock(), leaseMs);
    if (claim) {
      // Returned even if its lifetime is shorter than the margin. Otherwise it would be refreshed for ever.
      const fresh = await ctx.inFlight.track(refresh(ctx, connectionId, tokens, claim)).catch((error: unknown) => {
        if (present && kindOf(error) !== 'defect') return present;
        throw error;
      });
      if (fresh) return fresh;
    } else if (present) return present;
    else if (ctx.clock().getTime() > until)
      throw new AppError('SERVICE_UNAVAILABLE', 'Another process is renewing the access token. Try again.');
    else await delay(50);
  }
};

/** `accessToken` for a caller that names the box office. A connection of another box office counts as missing. */
export const accessTokenOf = async (
  ctx: Context,
  of: { readonly boxOfficeId: BoxOfficeId; readonly connectionId: string },
  rejectedTokenHash?: string,
): ReturnType<typeof accessToken> => {
  const connection = await ctx.connections.byId(of.connectionId);
  if (connection?.boxOfficeId !== of.boxOfficeId)
    throw new AppError('CONNECTION_NOT_FOUND', 'There is no such connection');
  return accessToken(ctx, of.connectionId, rejectedTokenHash);
};

/** Shown to the organiser. */
const lostTokens =
  'Boxlist was interrupted while it renewed the access to Constant Contact, and lost the new access. Nothing is ' +
  'wrong with your account: sign in again.';

/**
 * Uses the refresh token once and saves the new tokens before anyone uses them. Undefined if the connection needs a
 * new sign-in.
 */
const refresh = async (
  ctx: Context,
  connectionId: string,
  tokens: SealedTokens,
  claim: RefreshClaim,
): Promise<{ accessToken: string; expiresAt: Date } | undefined> => {
  const needsReconnect = async (reason: string): Promise<undefined> => {
    // Somebody may change the connection's settings at the same time.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const now = await ctx.connections.byId(connectionId);
      if (!now || (await ctx.connections.markNeedsReconnect(now, reason, claim))) break;
    }
    await ctx.outbox.notify();
    tokenRefreshed(ctx, connectionId, 'needs-reconnect');
  };
  if (tokens.refresh === null) return needsReconnect('Constant Contact did not issue a refresh token');
  try {
    const fresh = await ctx.oauth.refresh(await ctx.secrets.open(tokens.refresh));
    const sealed = await sealTokens(ctx, fresh);
    const kept = { ...sealed, refresh: sealed.refresh ?? tokens.refresh };
    if (!(await untilSaved(ctx, { connectionId }, () => ctx.connections.saveTokens(connectionId, kept, claim)))) {
      // A disconnect revoked the old token, which does not reach the new one.
      const now = await ctx.connections.byId(connectionId);
      if (now?.status === 'DISCONNECTED') revokeInBackground(ctx, sealed);
      throw new AppError('LEASE_LOST', 'Another process took over the token refresh');
    }
    tokenRefreshed(ctx, connectionId, 'refreshed');
    return { accessToken: fresh.accessToken, expiresAt: sealed.expiresAt };
  } catch (error) {
    // Only invalid_grant means that the person must sign in again. A network failure or a server error never does.
    const { code } = appErrorOf(error);
    if (code === 'CONNECTION_NEEDS_RECONNECT')
      return needsReconnect(claim.wasInterrupted ? lostTokens : 'Constant Contact no longer accepts the sign-in');
    // If the save failed, the claim is kept until it expires, so that no process refreshes at once.
    if (code !== 'DEFECT' && code !== 'DATABASE_UNAVAILABLE') await ctx.connections.releaseRefresh(connectionId, claim);
    tokenRefreshed(ctx, connectionId, 'unavailable');
    throw error;
  }
};

/** Refreshes tokens that expire soon, so that no order waits for a refresh. */
export const refreshExpiring = async (ctx: Context, goesOn: () => boolean): Promise<void> => {
  for (const id of await ctx.connections.expiringBefore(new Date(ctx.clock().getTime() + refreshMarginMs))) {
    if (!goesOn()) return;
    await accessToken(ctx, id).catch((error: unknown) =>
      ctx.log.warn({ err: error, connectionId: id }, 'token.not-refreshed'),
    );
  }
};
