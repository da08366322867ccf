import { AppError } from '@boxlist/contracts';
import * as oauth from 'oauth4webapi';

export interface OAuthSettings {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUrl: string;
  readonly usePkce: boolean;
}

/**
 * The answer of the token endpoint. `refreshToken` changes with every refresh if the application uses rotating
 * tokens.
 */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresInSeconds: number;
}

const scopes = 'contact_data offline_access account_read';

/**
 * Constant Contact's OAuth 2: authorization code with client secret and, if the setting is on, PKCE (S256). Failures:
 *
 * - CONNECTION_NEEDS_RECONNECT: only for `invalid_grant`.
 * - SIGN_IN_DENIED and STATE_INVALID: at the callback.
 * - REJECTED_BY_CONSTANT_CONTACT: for other OAuth errors.
 * - CONSTANT_CONTACT_UNAVAILABLE: if there was no proper answer.
 */
export const createConstantContactOAuth = (settings: OAuthSettings) => {
  const server: oauth.AuthorizationServer = {
    // The issuer is the token address without `/v1/token`, for example `…/oauth2/default` for
    // `…/oauth2/default/v1/token`.
    issuer: settings.tokenUrl.replace(/\/v1\/token\/?$/, ''),
    authorization_endpoint: settings.authorizeUrl,
    token_endpoint: settings.tokenUrl,
  };
  const client: oauth.Client = { client_id: settings.clientId };
  const authentication = oauth.ClientSecretBasic(settings.clientSecret);
  const options = () => ({
    [oauth.allowInsecureRequests]: new URL(settings.tokenUrl).protocol === 'http:',
    signal: AbortSignal.timeout(15_000),
  });

  return {
    /** A new PKCE verifier. Keep it secret until the code is exchanged. */
    newVerifier: (): string => oauth.generateRandomCodeVerifier(),
    newState: (): string => oauth.generateRandomState(),

    /** The address to which to send the person's browser. */
    authorizationUrl: async ({ state, verifier }: { state: string; verifier: string }): Promise<string> => {
      const url = new URL(settings.authorizeUrl);
      url.searchParams.set('client_id', settings.clientId);
      url.searchParams.set('redirect_uri', settings.redirectUrl);
      url.searchParams.set('response_type', 'code');
      url.searchParams.set('scope', scopes);
      url.searchParams.set('state', state);
      if (settings.usePkce) {
        url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(verifier));
        url.searchParams.set('code_challenge_method', 'S256');
      }
      return url.href;
    },

    /**
     * Exchanges the code of the callback for tokens. The caller must first have checked that the state is its own,
     * and used it up.
     */
    exchange: async ({
      callbackUrl,
      state,
      verifier,
    }: {
      callbackUrl: URL;
      state: string;
      verifier: string;
    }): Promise<Tokens> => {
      const parameters = (() => {
        try {
          const valid = oauth.validateAuthResponse(server, client, callbackUrl, state);
          if (valid.getAll('code').length === 1) return valid;
        } catch (error) {
          if (error instanceof oauth.AuthorizationResponseError)
            throw new AppError('SIGN_IN_DENIED', 'The sign-in was declined at Constant Contact', {
              oauth: error.error,
            });
        }
        throw new AppError('STATE_INVALID', 'The answer from Constant Contact is incomplete');
      })();
      return answered(async () => {
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          parameters,
          settings.redirectUrl,
          settings.usePkce ? verifier : oauth.nopkce,
          options(),
        );
        return oauth.processAuthorizationCodeResponse(server, client, await withoutIdToken(response));
      });
    },

    /**
     * Uses a refresh token once. With rotating tokens this invalidates the old one, so save the new tokens before you
     * use them.
     */
    refresh: (refreshToken: string): Promise<Tokens> =>
      answered(async () => {
        const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, options());
        return oauth.processRefreshTokenResponse(server, client, await withoutIdToken(response));
      }),
  };
};

export type ConstantContactOAuth = ReturnType<typeof createConstantContactOAuth>;

/**
 * Removes the id_token from an answer, so that its claims cannot fail the sign-in. Boxlist identifies the account
 * through the API and does not need it.
 */
const withoutIdToken = async (response: Response): Promise<Response> => {
  if (!response.ok) return response;
  const { id_token: _, ...rest } = (await response.json()) as Record<string, unknown>;
  return new Response(JSON.stringify(rest), {
    status: response.status,
    headers: { 'content-type': 'application/json' },
  });
};

const noLongerAccepted = (): AppError =>
  new AppError('CONNECTION_NEEDS_RECONNECT', 'Constant Contact no longer accepts this sign-in');

/** The OAuth error of a 401 with a challenge, if the body names one. */
const challengeError = async ({ response }: oauth.WWWAuthenticateChallengeError): Promise<string | undefined> => {
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
    ? body.error
    : undefined;
};

const answered = async (ask: () => Promise<oauth.TokenEndpointResponse>): Promise<Tokens> => {
  try {
    const { access_token, refresh_token, expires_in } = await ask();
    return { accessToken: access_token, refreshToken: refresh_token, expiresInSeconds: expires_in ?? 86_400 };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) {
      if (error.error === 'invalid_grant') throw noLongerAccepted();
      if (error.status < 500)
        throw new AppError('REJECTED_BY_CONSTANT_CONTACT', 'Constant Contact refused the token request', {
          oauth: error.error,
        });
    }
    if (error instanceof oauth.WWWAuthenticateChallengeError) {
      if ((await challengeError(error)) === 'invalid_grant') throw noLongerAccepted();
      throw new AppError(
        'REJECTED_BY_CONSTANT_CONTACT',
        "Constant Contact does not accept the application's id and secret",
        { oauth: 'invalid_client' },
      );
    }
    throw new AppError(
      'CONSTANT_CONTACT_UNAVAILABLE',
      'The Constant Contact sign-in service did not answer as expected',
      {},
      { cause: error instanceof Error ? new Error(error.name) : undefined },
    );
  }
};
