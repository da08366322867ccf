import { createServiceTokens } from '@boxlist/service-kit';
import { createHash } from 'node:crypto';

/** The answer of auth-connection's door for access tokens. `accessToken` is set for status 200, `code` otherwise. */
export interface TokenAnswer {
  readonly status: number;
  readonly accessToken?: string;
  readonly code?: string;
}

/** A client of auth-connection's door for access tokens, with sync's right. */
export const accessTokenClient = (serviceTokenSecret: string) => {
  const tokens = createServiceTokens(serviceTokenSecret);
  return {
    /** Asks a process of auth-connection at `url`, and may name a token that Constant Contact has rejected. */
    ask: async (url: string, connectionId: string, rejected?: string): Promise<TokenAnswer> => {
      const response = await fetch(`${url}/internal/access-token`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await tokens.sign('auth-connection')}`,
        },
        body: JSON.stringify({
          connectionId,
          ...(rejected ? { rejectedTokenHash: createHash('sha256').update(rejected).digest('hex') } : {}),
        }),
      });
      return { status: response.status, ...((await response.json()) as object) };
    },
  };
};
