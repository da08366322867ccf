import { AppError } from '@boxlist/contracts';
import type { FastifyRequest } from 'fastify';
import { jwtVerify, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { bearerTokenIn } from './bearer';
import { rawBodyOf } from './http';
import { bodyHash, isSameHash } from './identity';
import type { UsedTokens } from './used-tokens';

/** A call of another service's internal endpoint. */
export interface ServiceCall {
  /** The name of the called service. */
  readonly audience: string;
  /** The path of the endpoint. */
  readonly path: string;
  /** The exact body. */
  readonly body: string;
}

export interface ServiceTokens {
  /** A bearer token for one call, valid for 15 seconds. */
  sign(call: ServiceCall): Promise<string>;
  /**
   * Throws UNAUTHENTICATED unless the request has a token that `from` signed for this service, this path and this
   * body, and that was not used before, in any process. Throws DATABASE_UNAVAILABLE if that cannot be found out.
   */
  verify(request: FastifyRequest, from: string): Promise<void>;
}

interface ServiceTokenOptions {
  /** The name of the service that signs and verifies. */
  readonly service: string;
  readonly usedTokens: Pick<UsedTokens, 'spend'>;
}

const lifeSeconds = 15;
const leewaySeconds = 5;
const typ = 'boxlist-service+jwt';
const claims = z.object({
  iat: z.number(),
  exp: z.number(),
  jti: z.uuid(),
  path: z.string(),
  body: z.string().length(43),
});

/** Tokens for calls between services, signed with a secret that only these services share (HS256). */
export const createServiceTokens = (secret: string, { service, usedTokens }: ServiceTokenOptions): ServiceTokens => {
  const key = new TextEncoder().encode(secret);
  const refused = (cause?: unknown): AppError =>
    new AppError('UNAUTHENTICATED', 'The service token is not valid here', {}, { cause });
  const read = async (token: string, issuer: string): Promise<z.infer<typeof claims>> => {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        typ,
        issuer,
        audience: service,
        clockTolerance: leewaySeconds,
        maxTokenAge: lifeSeconds,
        requiredClaims: ['exp'],
      });
      return claims.parse(payload);
    } catch (error) {
      throw refused(error);
    }
  };
  return {
    sign: ({ audience, path, body }) =>
      new SignJWT({ path, body: bodyHash(body) })
        .setProtectedHeader({ alg: 'HS256', typ })
        .setIssuer(service)
        .setAudience(audience)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${lifeSeconds}s`)
        .sign(key),
    verify: async (request, from) => {
      const token = bearerTokenIn(request.headers.authorization);
      if (!token) throw new AppError('UNAUTHENTICATED', 'This address needs a service token');
      const { path, body, jti, iat, exp } = await read(token, from);
      const raw = rawBodyOf(request);
      if (path !== request.url || !raw || !isSameHash(bodyHash(raw), body) || exp - iat > lifeSeconds) throw refused();
      if (!(await usedTokens.spend(jti, new Date((exp + leewaySeconds) * 1_000)))) throw refused();
    },
  };
};
