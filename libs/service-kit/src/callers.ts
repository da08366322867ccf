import { AppError } from '@boxlist/contracts';
import { createLocalJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { bearerTokenIn } from './bearer';
import { identityFromClaims, type Identity } from './identity';
import { createIssuerKeys, type IssuerKeys } from './issuer-keys';

interface CallerOptions {
  readonly JWT_JWKS_URL: string;
  readonly JWT_ISSUER: string;
  readonly JWT_AUDIENCE: string;
  readonly JWT_MAX_LIFETIME_MS: number;
  readonly JWT_KEYS_USABLE_MS: number;
}

export type Authenticate = (authorization: string | undefined) => Promise<Identity>;

/** Only asymmetric signatures, so that nobody can use a public key as a shared secret. */
const algorithms = ['EdDSA', 'ES256', 'RS256', 'PS256'];
/** The types of an access token: RFC 9068, the general one, and none. */
const accessTokenTypes = new Set(['at+jwt', 'application/at+jwt', 'jwt', 'application/jwt']);
/** Claims that only ID tokens have. An ID token says who signed in. It allows nothing. */
const idTokenClaims = ['nonce', 'at_hash', 'c_hash', 's_hash'];
const leewaySeconds = 5;

const notValid = (cause?: unknown): AppError =>
  new AppError('UNAUTHENTICATED', 'The token is not valid', {}, { cause });

/** Refuses tokens that are correctly signed but are no short-lived access tokens. */
const checkToken = (payload: JWTPayload, typ: string | undefined, maxLifetimeMs: number): void => {
  if (typ !== undefined && !accessTokenTypes.has(typ.toLowerCase()))
    throw new AppError('UNAUTHENTICATED', 'The token is not an access token');
  if (idTokenClaims.some((name) => name in payload) || payload.token_use === 'id')
    throw new AppError('UNAUTHENTICATED', 'The token is not an access token');
  const { iat, exp } = payload;
  if (typeof iat !== 'number' || typeof exp !== 'number' || iat > Date.now() / 1_000 + leewaySeconds) throw notValid();
  if (!(exp - iat <= maxLifetimeMs / 1_000))
    throw new AppError('UNAUTHENTICATED', 'The token is valid for longer than Boxlist accepts');
};

/** The time of issue that an unverified token claims, in ms. A token that claims none is not valid anyway. */
const claimedIssueMs = (token: string): number => {
  try {
    const { iat } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { iat?: unknown };
    return typeof iat === 'number' ? iat * 1_000 : 0;
  } catch {
    return 0;
  }
};

/** Gets the issuer's keys for one token. Reads them anew if the token names an unknown key. */
const keysFor =
  (issuer: IssuerKeys, token: string, arrivedMs: number): JWTVerifyGetKey =>
  async (header, input) => {
    const first = await issuer.current();
    try {
      return await createLocalJWKSet(first.set)(header, input);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const issuedMs = claimedIssueMs(token) + leewaySeconds * 1_000;
      return createLocalJWKSet((await issuer.readAfter({ issuedMs, arrivedMs }, first)).set)(header, input);
    }
  };

/**
 * Identifies callers by their bearer token. Throws UNAUTHENTICATED for a missing token or a fault of the token, and
 * ISSUER_UNAVAILABLE if the issuer's keys are needed and cannot be read. A token is verified once for as long as
 * the keys are the same.
 */
export const createAuthenticate = (
  options: CallerOptions,
  { clock = Date.now, ...overrides }: { readonly keys?: IssuerKeys; readonly clock?: () => number } = {},
): Authenticate => {
  const keys = overrides.keys ?? createIssuerKeys({ url: options.JWT_JWKS_URL, usableMs: options.JWT_KEYS_USABLE_MS });
  let knownBy: object | undefined;
  const known = new LRUCache<string, { readonly identity: Identity; readonly untilMs: number }>({ max: 10_000 });
  const identify = async (token: string, arrivedMs: number): Promise<Identity> => {
    const { payload, protectedHeader } = await jwtVerify(token, keysFor(keys, token, arrivedMs), {
      issuer: options.JWT_ISSUER,
      audience: options.JWT_AUDIENCE,
      algorithms,
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: leewaySeconds,
    });
    if ('crit' in protectedHeader) throw notValid();
    checkToken(payload, protectedHeader.typ, options.JWT_MAX_LIFETIME_MS);
    const identity = identityFromClaims(payload);
    known.set(token, { identity, untilMs: (payload.exp ?? 0) * 1_000 });
    return identity;
  };
  return async (authorization) => {
    const token = bearerTokenIn(authorization);
    if (!token) throw new AppError('UNAUTHENTICATED', 'Send a bearer token');
    const arrivedMs = clock();
    try {
      const { set } = await keys.current();
      if (knownBy !== set) known.clear();
      knownBy = set;
      const before = known.get(token);
      return before && before.untilMs > Date.now() ? before.identity : await identify(token, arrivedMs);
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof errors.JWTExpired) throw new AppError('UNAUTHENTICATED', 'The token has expired');
      if (error instanceof errors.JOSEError) throw notValid(error);
      throw new AppError('DEFECT', 'The token could not be checked', {}, { cause: error });
    }
  };
};
