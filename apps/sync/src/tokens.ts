import { AppError } from '@boxlist/contracts';
import type { ServiceTokens } from '@boxlist/service-kit';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TokenSource } from './context';

const given = z.object({ accessToken: z.string(), expiresAt: z.coerce.date() });
const refused = z.object({ code: z.string() });

/** Access tokens from auth-connection, kept in memory until shortly before their end. */
export const createTokenSource = (authConnectionUrl: string, tokens: ServiceTokens): TokenSource => {
  const known = new Map<string, { accessToken: string; until: number }>();
  return async (connectionId, rejected) => {
    const kept = known.get(connectionId);
    if (kept && kept.until > Date.now() && kept.accessToken !== rejected) return kept.accessToken;
    let response: Response;
    try {
      response = await fetch(`${authConnectionUrl}/internal/access-token`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await tokens.sign('auth-connection')}`,
        },
        body: JSON.stringify({
          connectionId,
          ...(rejected ? { rejectedTokenHash: createHash('sha256').update(rejected).digest('hex') } : {}),
        }),
        signal: AbortSignal.timeout(20_000),
      });
    } catch (error) {
      throw new AppError('SERVICE_UNAVAILABLE', 'auth-connection does not answer', {}, { cause: error });
    }
    const body: unknown = await response.json().catch(() => undefined);
    const token = given.safeParse(body);
    if (response.ok && token.success) {
      // Kept briefly, so that a disconnect is noticed soon.
      known.set(connectionId, {
        accessToken: token.data.accessToken,
        until: Math.min(Date.now() + 60_000, token.data.expiresAt.getTime() - 60_000),
      });
      return token.data.accessToken;
    }
    known.delete(connectionId);
    const code = refused.safeParse(body).data?.code;
    if (response.status === 409 && code === 'CONNECTION_NEEDS_RECONNECT')
      throw new AppError(code, 'The connection must be renewed by signing in again');
    if (response.status === 404 && code === 'CONNECTION_NOT_FOUND')
      throw new AppError(code, 'There is no such connection');
    throw new AppError('SERVICE_UNAVAILABLE', `auth-connection answered ${response.status}`);
  };
};
