import { createHttp, createLog, listen, type Service } from '@boxlist/service-kit';
import { AppError } from '@boxlist/contracts';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Config } from './config';

const request = z.object({
  subject: z.string().min(1).default('user_dev'),
  boxOfficeId: z.string().startsWith('bo_'),
  role: z.enum(['owner', 'manager', 'viewer']).default('owner'),
  expiresInSeconds: z.number().int().min(1).max(86_400).default(86_400),
});

const keyPair = async (file: string | undefined): Promise<JWK> => {
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(privateKey);
  if (file) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(jwk), { mode: 0o600 });
  }
  return jwk;
};

/** A token issuer for development: issues tokens for any box office to anyone on this machine. Never for production. */
export const createDevIssuer = async (config: Config): Promise<Service> => {
  const jwk = await keyPair(config.DEV_ISSUER_KEY_FILE);
  const key = (await importJWK(jwk, 'EdDSA')) as CryptoKey;
  const { d: _private, ...publicJwk } = jwk;
  const app = createHttp({ log: createLog('dev-issuer', 'warn'), health: {} });
  app.get('/.well-known/jwks.json', () => ({ keys: [{ ...publicJwk, kid: 'dev', alg: 'EdDSA', use: 'sig' }] }));
  app.post('/token', async (call) => {
    const input = request.safeParse(call.body ?? {});
    if (!input.success)
      throw new AppError(
        'BAD_INPUT',
        'The body needs boxOfficeId (bo_…); subject, role and expiresInSeconds are optional',
      );
    const { subject, boxOfficeId, role, expiresInSeconds } = input.data;
    const token = await new SignJWT({ box_office_id: boxOfficeId, role })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'dev', typ: 'at+jwt' })
      .setSubject(subject)
      .setIssuer(config.JWT_ISSUER)
      .setAudience(config.JWT_AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${expiresInSeconds}s`)
      .sign(key);
    return { access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds };
  });
  const url = await listen(app, config.DEV_ISSUER_HOST, config.DEV_ISSUER_PORT);
  return { url, close: async () => void (await app.close()) };
};
