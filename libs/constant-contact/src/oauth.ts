import { AppError } from '@boxlist/contracts';
import * as oauth from 'oauth4webapi';

export interface OAuthSettings {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  /** Where a token is revoked (RFC 7009). Absent if the server does not offer it. */
  readonly revokeUrl?: string;
  /** The issuer that the server may name in its answers. Default: the token address without `/v1/token`. */
  readonly issuer?: string;
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

/** What the browser brings back from the sign-in: a code to exchange, or the reason why there is none. */
export type SignInAnswer =
  | { readonly state: string; readonly code: string; readonly error?: undefined }
  | { readonly state: string; readonly code?: undefined; readonly error: AppError };

const scopes = 'contact_data offline_access account_read';

/**
 * Constant Contact's OAuth 2: authorization code with client secret and, if the setting is on, PKCE (S256). Failures:
 *
 * - STATE_INVALID: for an answer that is incomplete, ambiguous, or from another server (RFC 9207).
 * - SIGN_IN_REFUSED: for a code that is not accepted.
 * - CONNECTION_NEEDS_RECONNECT: for a refresh token that is not accepted (`invalid_grant`).
 * - REJECTED_BY_CONSTANT_CONTACT: for other OAuth errors.
 * - CONSTANT_CONTACT_UNAVAILABLE: if there was no proper answer.
 *
 * No error holds text of an answer.
 */
export const createConstantContactOAuth = (settings: OAuthSettings) => {
  const server: oauth.AuthorizationServer = {
    // For example `…/oauth2/default` for `…/oauth2/default/v1/token`.
    issuer: settings.issuer ?? settings.tokenUrl.replace(/\/v1\/token\/?$/, ''),
    authorization_endpoint: settings.authorizeUrl,
    token_endpoint: settings.tokenUrl,
    revocation_endpoint: settings.revokeUrl,
  };
  const client: oauth.Client = { client_id: settings.clientId };
  const authentication = oauth.ClientSecretBasic(settings.clientSecret);
  const options = (url: string, timeoutMs = 15_000) => ({
    [oauth.allowInsecureRequests]: new URL(url).protocol === 'http:',
    signal: AbortSignal.timeout(timeoutMs),
  });

  return {
    /** The server that codes and tokens come from. A sign-in that began at another one must not end here. */
    issuer: server.issuer,
    /** A new PKCE verifier. Keep it secret until the code is exchanged. */
    newVerifier: (): string => oauth.generateRandomCodeVerifier(),
    newState: (): string => oauth.generateRandomState(),

    ...browserSteps(settings, server, client),

    /** Exchanges the code of a callback for tokens. */
    exchange: ({ code, verifier }: { code: string; verifier: string }): Promise<Tokens> =>
      answered(codeRefused, async () => {
        const parameters = oauth.validateAuthResponse(
          server,
          client,
          new URLSearchParams({ code }),
          oauth.expectNoState,
        );
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          parameters,
          settings.redirectUrl,
          settings.usePkce ? verifier : oauth.nopkce,
          options(settings.tokenUrl),
        );
        return oauth.processAuthorizationCodeResponse(server, client, await withoutIdToken(response));
      }),

    /**
     * Uses a refresh token once. With rotating tokens this invalidates the old one, so save the new tokens before you
     * use them.
     */
    refresh: (refreshToken: string): Promise<Tokens> =>
      answered(noLongerAccepted, async () => {
        const response = await oauth.refreshTokenGrantRequest(
          server,
          client,
          authentication,
          refreshToken,
          options(settings.tokenUrl),
        );
        return oauth.processRefreshTokenResponse(server, client, await withoutIdToken(response));
      }),

    /**
     * Revokes a refresh token (RFC 7009). False if no address for it is set. A token that the server does not know
     * counts as revoked. Throws CONSTANT_CONTACT_UNAVAILABLE after five seconds at the latest.
     */
    revoke: async (refreshToken: string): Promise<boolean> => {
      const { revokeUrl } = settings;
      if (revokeUrl === undefined) return false;
      try {
        const response = await oauth.revocationRequest(server, client, authentication, refreshToken, {
          ...options(revokeUrl, 5_000),
          additionalParameters: { token_type_hint: 'refresh_token' },
        });
        await oauth.processRevocationResponse(response);
        return true;
      } catch (error) {
        throw unexpected(error);
      }
    },
  };
};

/** The steps that the person's browser takes part in. */
const browserSteps = (settings: OAuthSettings, server: oauth.AuthorizationServer, client: oauth.Client) => ({
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

  /** Reads the parameters of the callback. The caller must check that the state is its own, and use it up. */
  readCallback: (parameters: URLSearchParams): SignInAnswer => {
    const state = parameters.get('state') ?? '';
    try {
      const valid = oauth.validateAuthResponse(server, client, parameters, state);
      const [code, ...more] = valid.getAll('code');
      if (state && code && more.length === 0) return { state, code };
    } catch (error) {
      if (state && error instanceof oauth.AuthorizationResponseError) return { state, error: refusalOf(error.error) };
    }
    throw new AppError('STATE_INVALID', 'The answer from Constant Contact is incomplete');
  },
});

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

const codeRefused = (): AppError =>
  new AppError('SIGN_IN_REFUSED', 'Constant Contact no longer accepts this sign-in. Start it again.');

/** The error codes of OAuth 2 and OpenID Connect. Any other text of an answer is not repeated. */
const knownErrors = new Set([
  ...['access_denied', 'server_error', 'temporarily_unavailable', 'unauthorized_client', 'unsupported_response_type'],
  ...['invalid_request', 'invalid_scope', 'invalid_client', 'invalid_grant', 'unsupported_grant_type'],
  ...['interaction_required', 'login_required', 'consent_required', 'account_selection_required'],
]);
const known = (error: string | undefined): string => (error !== undefined && knownErrors.has(error) ? error : 'other');

/** The reason why the server sent the browser back without a code. */
const refusalOf = (error: string): AppError => {
  switch (error) {
    case 'access_denied':
      return new AppError('SIGN_IN_DENIED', 'The sign-in was declined at Constant Contact.');
    case 'server_error':
    case 'temporarily_unavailable':
      return new AppError('CONSTANT_CONTACT_UNAVAILABLE', 'Constant Contact had a problem. Try again in a moment.');
    default:
      return new AppError('SIGN_IN_REFUSED', 'Constant Contact refused the sign-in.', { oauth: known(error) });
  }
};

/** The OAuth error of a 401 with a challenge, if the body names one. */
const challengeError = async ({ response }: oauth.WWWAuthenticateChallengeError): Promise<string | undefined> => {
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
    ? body.error
    : undefined;
};

const unexpected = (error: unknown): AppError =>
  new AppError(
    'CONSTANT_CONTACT_UNAVAILABLE',
    'The Constant Contact sign-in service did not answer as expected',
    {},
    { cause: error instanceof Error ? new Error(error.name) : undefined },
  );

const answered = async (
  grantRefused: () => AppError,
  ask: () => Promise<oauth.TokenEndpointResponse>,
): Promise<Tokens> => {
  try {
    const { access_token, refresh_token, expires_in } = await ask();
    return { accessToken: access_token, refreshToken: refresh_token, expiresInSeconds: expires_in ?? 86_400 };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) {
      if (error.error === 'invalid_grant') throw grantRefused();
      if (error.status < 500)
        throw new AppError('REJECTED_BY_CONSTANT_CONTACT', 'Constant Contact refused the token request', {
          oauth: known(error.error),
        });
    }
    if (error instanceof oauth.WWWAuthenticateChallengeError) {
      if ((await challengeError(error)) === 'invalid_grant') throw grantRefused();
      throw new AppError(
        'REJECTED_BY_CONSTANT_CONTACT',
        "Constant Contact does not accept the application's id and secret",
        { oauth: 'invalid_client' },
      );
    }
    throw unexpected(error);
  }
};
