import { AppError } from '@boxlist/contracts';
import { base64url, CompactEncrypt, compactDecrypt } from 'jose';
import { z } from 'zod';

export interface EncryptionKey {
  readonly kid: string;
  readonly key: Uint8Array;
}

/**
 * A setting of the form `kid:base64url,kid2:base64url` with 32-byte keys. The first key encrypts, all keys decrypt.
 */
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
 * Encrypts small secrets at rest as compact JWE (`dir`, A256GCM) that names its key. Keep an old key listed until
 * every secret that it sealed has been sealed again. `open` throws DEFECT for a text that it cannot read, without the
 * text.
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

/**
 * A pasted secret or key without characters that nobody sees: white space around it, and invisible and control
 * characters anywhere. They get copied along from web pages and documents, and no real secret contains them.
 */
export const pastedSecret = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]+/gu, '').trim();
