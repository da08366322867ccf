import { AppError } from '@boxlist/contracts';
import { base64url, CompactEncrypt, compactDecrypt, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { bearerTokenIn } from './callers';

export interface EncryptionKey {
  readonly kid: string;
  readonly key: Uint8Array;
}

/** A setting of the form `kid:base64url,kid2:base64url` with 32-byte keys; the first encrypts, all decrypt. */
export const encryptionKeys = () =>
  z
    .string()
    .meta({ secret: true })
    .transform((value, ctx): EncryptionKey[] => {
      const keys = value.split(',').map((part) => {
        const [kid = '', encoded = ''] = part.trim().split(':');
        return { kid, key: safeDecode(encoded) };
      });
      if (keys.length > 0 && keys.every(({ kid, key }) => /^[A-Za-z0-9._-]+$/.test(kid) && key.length === 32))
        return keys;
      ctx.addIssue({
        code: 'custom',
        message: 'must be kid:key pairs separated by commas, each key 32 bytes in base64url',
      });
      return z.NEVER;
    });

const safeDecode = (text: string): Uint8Array => {
  try {
    return base64url.decode(text);
  } catch {
    return new Uint8Array();
  }
};

export interface SecretBox {
  seal(plain: string): Promise<string>;
  open(sealed: string): Promise<string>;
}

/**
 * Encrypts small secrets at rest as compact JWE (`dir`, A256GCM) that names its key. Old keys stay listed until
 * everything they sealed is sealed anew. `open` throws DEFECT for a text it cannot read: never the text itself.
 */
export const createSecretBox = (keys: readonly EncryptionKey[]): SecretBox => {
  const [first] = keys;
  if (!first) throw new AppError('DEFECT', 'A secret box needs a key');
  return {
    seal: (plain) =>
      new CompactEncrypt(new TextEncoder().encode(plain))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: first.kid })
        .encrypt(first.key),
    open: async (sealed) => {
      try {
        const { plaintext } = await compactDecrypt(sealed, ({ kid }) => {
          const found = keys.find((each) => each.kid === kid);
          if (!found) throw new Error(`no key ${String(kid)}`);
          return found.key;
        });
        return new TextDecoder().decode(plaintext);
      } catch (error) {
        throw new AppError('DEFECT', 'None of the configured keys decrypts the stored secret', {}, { cause: error });
      }
    },
  };
};

export interface ServiceTokens {
  /** A bearer token for 60 seconds with which one service calls another's internal door. */
  sign(audience: string): Promise<string>;
  /** Throws UNAUTHENTICATED unless the Authorization header carries such a token for that audience. */
  verify(authorization: string | undefined, audience: string): Promise<void>;
}

/**
 * A secret or key as somebody pasted it, without what nobody sees: white space around it, and invisible and control
 * characters anywhere, which come along from web pages and documents. No secret is made of them.
 */
export const pastedSecret = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]+/gu, '').trim();

/** Tokens between services, signed with a secret (HS256, ≥ 32 characters) that only they share. */
export const createServiceTokens = (secret: string): ServiceTokens => {
  const key = new TextEncoder().encode(secret);
  const issuer = 'boxlist-service';
  return {
    sign: (audience) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(key),
    verify: async (authorization, audience) => {
      const token = bearerTokenIn(authorization);
      if (!token) throw new AppError('UNAUTHENTICATED', 'This address needs a service token');
      try {
        await jwtVerify(token, key, { algorithms: ['HS256'], issuer, audience, clockTolerance: 5 });
      } catch (error) {
        throw new AppError('UNAUTHENTICATED', 'The service token is not valid here', {}, { cause: error });
      }
    },
  };
};
