import {
  commaList,
  commonSettings,
  consumerSettings,
  encryptionKeys,
  flag,
  internalUrl,
  kafkaSettings,
  mongoSettings,
  optOutSettings,
  outsideUrl,
  perMinute,
  port,
  publicSettings,
  secret,
  settings,
  subgraphSettings,
} from '@boxlist/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...commonSettings,
  ...publicSettings,
  ...mongoSettings,
  ...kafkaSettings,
  ...consumerSettings,
  ...subgraphSettings,
  ...optOutSettings,
  AUTH_CONNECTION_PORT: port(4102).describe('Port of the OAuth callback; 0 picks a free port.'),
  AUTH_CONNECTION_INTERNAL_PORT: port(4106).describe(
    'Port of the internal listener: the graph for the gateway, the doors for sync, readiness and metrics.',
  ),
  CONSTANT_CONTACT_API_URL: outsideUrl().describe('Base URL of the Constant Contact V3 API.'),
  CONSTANT_CONTACT_AUTHORIZE_URL: outsideUrl().describe(
    'URL of the page where the person signs in to Constant Contact.',
  ),
  CONSTANT_CONTACT_TOKEN_URL: outsideUrl().describe('URL of the Constant Contact token endpoint.'),
  CONSTANT_CONTACT_REVOKE_URL: outsideUrl()
    .optional()
    .describe(
      'URL where a refresh token is revoked (RFC 7009), used after a disconnect and for sign-ins that end without a ' +
        'connection. Empty: tokens are only erased here. Set it only where revoking one token leaves other sign-ins ' +
        'to the same account alone.',
    ),
  CONSTANT_CONTACT_ISSUER: outsideUrl()
    .optional()
    .describe(
      'Issuer that Constant Contact may name in the answer to a sign-in (`iss`, RFC 9207); another one is refused. ' +
        'Default: CONSTANT_CONTACT_TOKEN_URL without `/v1/token`.',
    ),
  CONSTANT_CONTACT_CLIENT_ID: z.string().min(1).describe("The application's client id (API key) at Constant Contact."),
  CONSTANT_CONTACT_CLIENT_SECRET: secret().describe("The application's client secret at Constant Contact."),
  CONSTANT_CONTACT_REDIRECT_URL: outsideUrl().describe(
    "URL of this service's `/oauth/constant-contact/callback` as the browser reaches it. Register it with the " +
      'application.',
  ),
  CONSTANT_CONTACT_USE_PKCE: flag(true).describe('Whether to send PKCE (S256) in addition to the client secret.'),
  TOKEN_ENCRYPTION_KEYS: encryptionKeys().describe(
    'Keys that encrypt stored tokens and API keys: `kid:key` pairs separated by commas, each key 32 bytes in ' +
      'base64url. The first key encrypts, all keys decrypt.',
  ),
  SERVICE_TOKEN_SECRET: secret(32).describe(
    'Secret that sync and auth-connection share. It signs their calls to each other.',
  ),
  SYNC_URL: internalUrl().describe('Base URL of sync, which grants permits for calls to Constant Contact.'),
  LIMIT_SIGN_INS_BY_ADDRESS_PER_MINUTE: perMinute(60).describe(
    'Sign-ins a minute that may come back from Constant Contact to one address (IPv6: one /64). 0 means no limit.',
  ),
  ALLOWED_RETURN_URLS: commaList()
    .default([])
    .meta({ reach: 'outside' })
    .describe(
      'URLs that a browser may return to after the sign-in, separated by commas. Each allows its own path and the ' +
        'paths below it.',
    ),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
