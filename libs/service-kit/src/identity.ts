import { AppError, isId, roles, type BoxOfficeId, type Role } from '@boxlist/contracts';
import { LRUCache } from 'lru-cache';
import {
  createPrivateKey,
  createPublicKey,
  hash,
  randomUUID,
  sign,
  timingSafeEqual,
  verify,
  type JsonWebKey,
} from 'node:crypto';
import { z } from 'zod';
import type { UsedTokens } from './used-tokens';

export type { Role };

/** The caller, and the box office they act for. */
export interface Identity {
  readonly subject: string;
  readonly boxOfficeId: BoxOfficeId;
  readonly role: Role;
}

const claims = z.object({
  sub: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]+$/u),
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
const issuer = 'boxlist-gateway';
/** How long the gateway's word is valid, how long the gateway repeats it for the same query, and the clocks' leeway. */
const lifeSeconds = 15;
const repeatedForMs = 5_000;
const leewaySeconds = 5;
/** The only header of the gateway's word: a verifier that accepts no other cannot be given another algorithm. */
const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'boxlist-identity+jwt' })).toString('base64url');

/** The SHA-256 of a body, which ties a token to that body. */
export const bodyHash = (body: string | Buffer): string => hash('sha256', body, 'base64url');

/** Whether two hashes are the same text, in constant time. */
export const isSameHash = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** Whether a query of one operation, as the gateway sends it to a subgraph, is a mutation. */
export const isMutation = (query: string | undefined): boolean => /^\s*mutation\b/.test(query ?? '');

/** The call that the gateway vouches for. */
export interface SignedCall {
  /** The name of the only subgraph that accepts the token. */
  readonly subgraph: string;
  /** The exact body of the only request that the token is valid for. */
  readonly body: string | Buffer;
  /** Makes the token valid for one request. Mutations need it. */
  readonly once?: boolean;
}

export type IdentitySigner = (identity: Identity, call: SignedCall) => string;

/**
 * Signs the identity of a caller for one request to one subgraph, with the gateway's Ed25519 key. Valid for 15 seconds.
 * The same query of the same caller gets the same token for 5 seconds, so that the subgraph verifies it once.
 */
export const createIdentitySigner = async (privateJwk: JsonWebKey): Promise<IdentitySigner> => {
  const key = createPrivateKey({ key: privateJwk, format: 'jwk' });
  const recent = new LRUCache<string, string>({ max: 5_000, ttl: repeatedForMs });
  const signed = (identity: Identity, { subgraph, once }: SignedCall, hashed: string): string => {
    const now = Math.floor(Date.now() / 1_000);
    const payload = {
      iss: issuer,
      aud: subgraph,
      sub: identity.subject,
      box_office_id: identity.boxOfficeId,
      role: identity.role,
      iat: now,
      exp: now + lifeSeconds,
      body: hashed,
      ...(once ? { jti: randomUUID() } : {}),
    };
    const content = `${header}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
    return `${content}.${sign(null, Buffer.from(content), key).toString('base64url')}`;
  };
  return (identity, call) => {
    const hashed = bodyHash(call.body);
    if (call.once) return signed(identity, call, hashed);
    const name = JSON.stringify([call.subgraph, hashed, identity.subject, identity.boxOfficeId, identity.role]);
    const known = recent.get(name);
    if (known !== undefined) return known;
    const token = signed(identity, call, hashed);
    recent.set(name, token);
    return token;
  };
};

/** What the gateway's token says. */
export interface GatewayWord {
  readonly identity: Identity;
  readonly body: string;
  readonly exp: number;
  /** Present if the token is valid for one request. */
  readonly jti?: string;
}

export interface IdentityVerifier {
  /**
   * Verifies a token of `createIdentitySigner` before its request is read. Throws UNAUTHENTICATED for anything else:
   * a missing token, one for another subgraph, an expired one.
   */
  read(token: string | undefined): GatewayWord;
  /**
   * Throws UNAUTHENTICATED unless this is the body that the gateway signed, and if a token for one request was used
   * before, in any process. Throws DATABASE_UNAVAILABLE if that cannot be found out.
   */
  confirm(word: GatewayWord, body: Buffer | undefined): Promise<void>;
}

const wordClaims = claims.extend({
  iss: z.literal(issuer),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  body: z.string().length(43),
  jti: z.uuid().optional(),
});

const refusal = (cause?: unknown): AppError =>
  new AppError('UNAUTHENTICATED', 'The gateway did not sign this call', {}, { cause });

/** Throws for a token that is not in its time: it must end, and end soon. */
const checkTime = ({ iat, exp }: { iat: number; exp: number }): void => {
  const now = Date.now() / 1_000;
  if (exp <= now - leewaySeconds || iat > now + leewaySeconds || exp - iat > lifeSeconds) throw refusal();
};

/** Verifies tokens for the subgraph `audience`. It verifies the signature of a repeated token once. */
export const createIdentityVerifier = async (
  publicJwk: JsonWebKey,
  { audience, usedTokens }: { readonly audience: string; readonly usedTokens: Pick<UsedTokens, 'spend'> },
): Promise<IdentityVerifier> => {
  const key = createPublicKey({ key: publicJwk, format: 'jwk' });
  const known = new LRUCache<string, GatewayWord & { readonly iat: number }>({ max: 5_000 });
  const verified = (token: string): GatewayWord & { readonly iat: number } => {
    const [head, payload, signature, ...more] = token.split('.');
    if (head !== header || !payload || !signature || more.length > 0) throw refusal();
    if (!verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))) throw refusal();
    const parsed = wordClaims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    if (!parsed.success) throw refusal(parsed.error);
    if (parsed.data.aud !== audience) throw refusal();
    const { iat, exp, body, jti } = parsed.data;
    return { identity: identityFromClaims(parsed.data), iat, exp, body, ...(jti === undefined ? {} : { jti }) };
  };
  return {
    read: (token) => {
      if (!token) throw new AppError('UNAUTHENTICATED', 'This service answers only the gateway');
      const word = known.get(token) ?? verified(token);
      checkTime(word);
      if (word.jti === undefined) known.set(token, word);
      return word;
    },
    confirm: async (word, body) => {
      if (!body || !isSameHash(bodyHash(body), word.body)) throw refusal();
      if (word.jti === undefined) return;
      if (!(await usedTokens.spend(word.jti, new Date((word.exp + leewaySeconds) * 1_000)))) throw refusal();
    },
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
