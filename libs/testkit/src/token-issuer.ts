import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Signing {
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: CryptoKey | Uint8Array;
}

/** An issuer of bearer tokens with one key, in this process. Tests can make its tokens invalid in every way. */
export const startTokenIssuer = async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [publicJwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const settings = {
    JWT_JWKS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'boxlist',
  };
  return {
    /** The settings for a service that trusts this issuer. */
    settings,
    publicJwk,
    /** A valid token of an owner. `claims` replaces claims; undefined removes one. */
    token: (
      claims: Readonly<Record<string, unknown>> = {},
      { alg = 'ES256', kid = 'key-1', key = privateKey }: Signing = {},
    ): Promise<string> =>
      new SignJWT({
        iss: settings.JWT_ISSUER,
        aud: settings.JWT_AUDIENCE,
        sub: 'user-1',
        box_office_id: 'bo_own',
        role: 'owner',
        exp: Math.floor(Date.now() / 1000) + 600,
        ...claims,
      })
        .setProtectedHeader({ alg, kid })
        .sign(key),
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
