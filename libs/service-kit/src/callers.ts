import { AppError } from '@boxlist/contracts';
import { identityFromClaims, type Identity } from './identity';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

interface CallerOptions {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
}

export type Authenticate = (authorization: string | undefined) => Promise<Identity>;

/** Only asymmetric signatures, so that nobody can use a public key as a shared secret. */
const algorithms = ['EdDSA', 'ES256', 'RS256', 'PS256'];

/** The token of an `Authorization` header: the scheme in any case, one or more blanks, then the token. */
export const bearerTokenIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S{1,8192})$/i.exec(authorization ?? '')?.[1];

/**
 * Identifies callers by their bearer token. Throws UNAUTHENTICATED for a missing or invalid token, and
 * SERVICE_UNAVAILABLE if the issuer's keys cannot be read.
 */
export const createAuthenticate = ({ jwksUrl, issuer, audience }: CallerOptions): Authenticate => {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 5_000, cooldownDuration: 5_000 });
  return async (authorization) => {
    const token = bearerTokenIn(authorization);
    if (!token) throw new AppError('UNAUTHENTICATED', 'Send a bearer token');
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
      });
      return identityFromClaims(payload);
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) {
        throw new AppError(
          'UNAUTHENTICATED',
          error instanceof errors.JWTExpired ? 'The token has expired' : 'The token is not valid',
        );
      }
      throw new AppError('SERVICE_UNAVAILABLE', 'Boxlist cannot check tokens at the moment', {}, { cause: error });
    }
  };
};
