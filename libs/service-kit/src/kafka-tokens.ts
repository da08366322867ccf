import { AppError } from '@boxlist/contracts';
import * as oauth from 'oauth4webapi';

interface TokenOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
}

/**
 * A token is renewed this long before it expires, or after half of its lifetime if that is later. So a sign-in with it
 * lasts for some time: Kafka ends a sign-in when its token expires.
 */
const marginMs = 60_000;
/** The lifetime of a token whose answer names none. */
const assumedSeconds = 60;

/**
 * Gets tokens for Kafka by client credentials, and keeps one until shortly before it expires. Callers at the same time
 * share one request. Throws KAFKA_SIGN_IN_REFUSED if the token endpoint refuses the client, and KAFKA_UNAVAILABLE if
 * it does not answer.
 */
export const createKafkaTokens = ({ tokenUrl, clientId, clientSecret, scope }: TokenOptions) => {
  const server: oauth.AuthorizationServer = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
  const client: oauth.Client = { client_id: clientId };
  let kept: { readonly value: string; readonly renewAt: number } | undefined;
  let asking: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    try {
      const response = await oauth.clientCredentialsGrantRequest(
        server,
        client,
        oauth.ClientSecretBasic(clientSecret),
        scope === undefined ? {} : { scope },
        {
          [oauth.allowInsecureRequests]: new URL(tokenUrl).protocol === 'http:',
          signal: AbortSignal.timeout(10_000),
        },
      );
      const answer = await oauth.processClientCredentialsResponse(server, client, response);
      const lifeMs = (answer.expires_in ?? assumedSeconds) * 1000;
      kept = { value: answer.access_token, renewAt: performance.now() + Math.max(lifeMs - marginMs, lifeMs / 2) };
      return answer.access_token;
    } catch (error) {
      const isRefused =
        error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError;
      throw isRefused
        ? new AppError('KAFKA_SIGN_IN_REFUSED', "The token endpoint of Kafka's sign-in refused this client")
        : new AppError('KAFKA_UNAVAILABLE', "The token endpoint of Kafka's sign-in did not answer");
    }
  };

  return async (): Promise<string> => {
    if (kept && performance.now() < kept.renewAt) return kept.value;
    asking ??= ask().finally(() => (asking = undefined));
    return asking;
  };
};
