import { AppError } from '@boxlist/contracts';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { notUnderstood, type AskAuthConnection } from './auth-connection';
import type { TokenSource } from './context';

const given = z.object({ accessToken: z.string(), expiresAt: z.coerce.date() });

/**
 * Gets access tokens from auth-connection. A token is cached for one minute at most, and not in the last minute before
 * it expires. auth-connection gives a token only to the box office that the connection belongs to. Throws
 * CONNECTION_NEEDS_RECONNECT, CONNECTION_NOT_FOUND and SERVICE_UNAVAILABLE.
 */
export const createTokenSource = (ask: AskAuthConnection): TokenSource => {
  const known = new Map<string, { accessToken: string; until: number }>();
  return async ({ connectionId, boxOfficeId }, rejected) => {
    const key = `${boxOfficeId}:${connectionId}`;
    const kept = known.get(key);
    if (kept && kept.until > Date.now() && kept.accessToken !== rejected) return kept.accessToken;
    const answer = await ask('access-token', {
      connectionId,
      boxOfficeId,
      ...(rejected ? { rejectedTokenHash: createHash('sha256').update(rejected).digest('hex') } : {}),
    });
    const token = given.safeParse(answer.body);
    if (answer.ok && token.success) {
      // The short time makes a disconnect take effect soon.
      known.set(key, {
        accessToken: token.data.accessToken,
        until: Math.min(Date.now() + 60_000, token.data.expiresAt.getTime() - 60_000),
      });
      return token.data.accessToken;
    }
    known.delete(key);
    const { status, code } = answer;
    if (status === 409 && code === 'CONNECTION_NEEDS_RECONNECT')
      throw new AppError(code, 'The connection needs a new sign-in to Constant Contact');
    if (status === 404 && code === 'CONNECTION_NOT_FOUND') throw new AppError(code, 'There is no such connection');
    throw notUnderstood(answer);
  };
};
