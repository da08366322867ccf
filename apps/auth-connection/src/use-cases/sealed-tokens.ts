import type { Tokens } from '@boxlist/constant-contact';
import type { Context } from '../context';
import type { SealedTokens } from '../domain/connection';
import { tokenRevoked } from '../report';

export const sealTokens = async (ctx: Context, tokens: Tokens): Promise<SealedTokens> => ({
  access: await ctx.secrets.seal(tokens.accessToken),
  refresh: tokens.refreshToken === undefined ? null : await ctx.secrets.seal(tokens.refreshToken),
  expiresAt: new Date(ctx.clock().getTime() + tokens.expiresInSeconds * 1000),
});

/**
 * Revokes a refresh token at Constant Contact in the background, if it offers that. Nothing waits for it and nothing
 * fails with it, except that a stopping process waits for at most five seconds.
 */
export const revokeInBackground = (ctx: Context, tokens: SealedTokens | null | undefined): void => {
  if (tokens?.refresh) void ctx.inFlight.track(revoke(ctx, tokens.refresh));
};

const revoke = async (ctx: Context, sealedRefresh: string): Promise<void> => {
  try {
    if (await ctx.oauth.revoke(await ctx.secrets.open(sealedRefresh))) tokenRevoked(ctx, 'revoked');
  } catch (error) {
    ctx.log.warn({ err: error }, 'token.not-revoked');
    tokenRevoked(ctx, 'failed');
  }
};
