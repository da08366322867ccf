import type { BoxOfficeId } from '@boxlist/contracts';
import { identityFromClaims, type Identity } from '@boxlist/service-kit';
import { importJWK, jwtVerify, SignJWT, type CryptoKey, type JWK } from 'jose';

/** The tokens that the gateway signed before: for any subgraph and any body, checked through WebCrypto. */
export const createJoseIdentity = async (privateJwk: JWK, publicJwk: JWK) => {
  const privateKey = (await importJWK(privateJwk, 'EdDSA')) as CryptoKey;
  const publicKey = (await importJWK(publicJwk, 'EdDSA')) as CryptoKey;
  return {
    sign: (boxOfficeId: BoxOfficeId): Promise<string> =>
      new SignJWT({ box_office_id: boxOfficeId, role: 'owner' })
        .setProtectedHeader({ alg: 'EdDSA' })
        .setSubject('bench')
        .setIssuer('boxlist-gateway')
        .setAudience('subgraphs')
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey),
    verify: async (token: string): Promise<Identity> => {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: ['EdDSA'],
        issuer: 'boxlist-gateway',
        audience: 'subgraphs',
        clockTolerance: 5,
      });
      return identityFromClaims(payload);
    },
  };
};
