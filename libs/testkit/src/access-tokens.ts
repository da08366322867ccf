import { SignJWT } from 'jose';
import { createHash, randomUUID } from 'node:crypto';

/** The answer of auth-connection's door for access tokens. `accessToken` is set for status 200, `code` otherwise. */
export interface TokenAnswer {
  readonly status: number;
  readonly accessToken?: string;
  readonly code?: string;
}

const path = '/internal/access-token';

/**
 * A token for one call, as sync signs it (`createServiceTokens` of service-kit, which this library cannot import: the
 * tests of service-kit use it).
 */
const signedAsSync = (secret: string, body: string): Promise<string> =>
  new SignJWT({ path, body: createHash('sha256').update(body).digest('base64url') })
    .setProtectedHeader({ alg: 'HS256', typ: 'boxlist-service+jwt' })
    .setIssuer('sync')
    .setAudience('auth-connection')
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('15s')
    .sign(new TextEncoder().encode(secret));

/** A client of auth-connection's door for access tokens of one box office, with sync's right. */
export const accessTokenClient = (serviceTokenSecret: string, boxOfficeId: string) => ({
  /** Asks a process of auth-connection at `url`, and may name a token that Constant Contact has rejected. */
  ask: async (url: string, connectionId: string, rejected?: string): Promise<TokenAnswer> => {
    const rejectedTokenHash = rejected && createHash('sha256').update(rejected).digest('hex');
    const body = JSON.stringify({ boxOfficeId, connectionId, rejectedTokenHash });
    const authorization = `Bearer ${await signedAsSync(serviceTokenSecret, body)}`;
    const headers = { 'content-type': 'application/json', authorization };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
    return { status: response.status, ...((await response.json()) as object) };
  },
});
