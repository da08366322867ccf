import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Signing {
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: CryptoKey | Uint8Array;
  /** More of the header. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** What the issuer answers to a request for its keys. */
export type IssuerAnswer = 'keys' | 'error' | 'html' | 'empty' | 'redirect' | 'silence';

/**
 * An issuer of bearer tokens with one key, in this process. Tests can make its tokens invalid in every way, and its
 * keys unavailable.
 */
export const startTokenIssuer = async () => {
  const newKey = async (kid: string) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
  };
  let current = await newKey('key-1');
  let answer: IssuerAnswer = 'keys';
  let reads = 0;
  const server = createServer((_request, response) => {
    reads += 1;
    response.setHeader('content-type', 'application/json');
    if (answer === 'keys') response.end(JSON.stringify({ keys: [current.publicJwk] }));
    if (answer === 'error') response.writeHead(500).end('{}');
    if (answer === 'html') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    if (answer === 'empty') response.end('{"keys":[]}');
    if (answer === 'redirect') response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
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
    publicJwk: current.publicJwk,
    /** Sets what it answers to a request for its keys. */
    answers: (given: IssuerAnswer): void => {
      answer = given;
    },
    /** How often its keys were requested. */
    reads: (): number => reads,
    /** Replaces its key by a new one. */
    rotate: async (kid: string): Promise<void> => {
      current = await newKey(kid);
    },
    /** A valid token of an owner. `claims` replaces claims; undefined removes one. */
    token: (
      claims: Readonly<Record<string, unknown>> = {},
      { alg = 'ES256', kid = current.kid, key = current.privateKey, header = {} }: Signing = {},
    ): Promise<string> =>
      new SignJWT({
        iss: settings.JWT_ISSUER,
        aud: settings.JWT_AUDIENCE,
        sub: 'user-1',
        box_office_id: 'bo_own',
        role: 'owner',
        iat: Math.floor(Date.now() / 1000),
        exp: Math.floor(Date.now() / 1000) + 600,
        ...claims,
      })
        .setProtectedHeader({ alg, kid, ...header })
        .sign(key),
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
