import { AppError, isId, roles, type BoxOfficeId, type Role } from '@boxlist/contracts';
import { importJWK, jwtVerify, SignJWT, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';

export { roles, type Role };

/** The caller, and the box office they act for. */
export interface Identity {
  readonly subject: string;
  readonly boxOfficeId: BoxOfficeId;
  readonly role: Role;
}

const claims = z.object({
  sub: z.string().min(1).max(200),
  box_office_id: z.string().refine((value): value is BoxOfficeId => isId('boxOffice', value)),
  role: z.enum(roles),
});

/**
 * Reads an identity from the claims of a verified token. Throws UNAUTHENTICATED if a claim is missing or malformed.
 */
export const identityFromClaims = (payload: unknown): Identity => {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) throw new AppError('UNAUTHENTICATED', 'The token lacks sub, box_office_id or role');
  return { subject: parsed.data.sub, boxOfficeId: parsed.data.box_office_id, role: parsed.data.role };
};

/** The header in which the gateway passes the signed identity of the caller to a subgraph. */
export const identityHeader = 'x-boxlist-identity';
const audience = 'subgraphs';
const issuer = 'boxlist-gateway';

export type IdentitySigner = (identity: Identity) => Promise<string>;
export type IdentityVerifier = (token: string | undefined) => Promise<Identity>;

/**
 * Signs identities with the gateway's Ed25519 key, valid for 60 seconds. It reuses a token of the same identity for
 * 30 seconds.
 */
export const createIdentitySigner = async (privateJwk: JWK): Promise<IdentitySigner> => {
  const key = (await importJWK(privateJwk, 'EdDSA')) as CryptoKey;
  const recent = new Map<string, { token: string; until: number }>();
  return async (identity) => {
    const name = JSON.stringify([identity.subject, identity.boxOfficeId, identity.role]);
    const known = recent.get(name);
    if (known && known.until > Date.now()) return known.token;
    const token = await new SignJWT({ box_office_id: identity.boxOfficeId, role: identity.role })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setSubject(identity.subject)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(key);
    if (recent.size > 10_000) recent.clear();
    recent.set(name, { token, until: Date.now() + 30_000 });
    return token;
  };
};

/** Verifies tokens of `createIdentitySigner`. Throws UNAUTHENTICATED for anything else, even a missing token. */
export const createIdentityVerifier = async (publicJwk: JWK): Promise<IdentityVerifier> => {
  const key = (await importJWK(publicJwk, 'EdDSA')) as CryptoKey;
  return async (token) => {
    if (!token) throw new AppError('UNAUTHENTICATED', 'This service answers only the gateway');
    try {
      const { payload } = await jwtVerify(token, key, { algorithms: ['EdDSA'], issuer, audience, clockTolerance: 5 });
      return identityFromClaims(payload);
    } catch (error) {
      throw new AppError('UNAUTHENTICATED', 'The gateway did not sign the identity of this call', {}, { cause: error });
    }
  };
};

/** Throws FORBIDDEN unless the caller has this role or a stronger one. */
export const requireRole = (identity: Identity, role: Role): void => {
  if (roles.indexOf(identity.role) < roles.indexOf(role)) {
    throw new AppError('FORBIDDEN', `This needs the role ${role}, but the caller has the role ${identity.role}`);
  }
};

/**
 * Throws NOT_FOUND unless the id is the caller's own box office. So a foreign tenant does not even learn whether it
 * exists.
 */
export const ownBoxOffice = (identity: Identity, id: string): BoxOfficeId => {
  if (identity.boxOfficeId !== id) throw new AppError('NOT_FOUND', 'There is no such box office');
  return identity.boxOfficeId;
};
