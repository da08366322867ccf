import {
  commaList,
  commonSettings,
  encryptionKeys,
  flag,
  httpUrl,
  kafkaSettings,
  mongoSettings,
  optOutSettings,
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
  ...mongoSettings,
  ...kafkaSettings,
  ...subgraphSettings,
  ...optOutSettings,
  ...publicSettings,
  AUTH_CONNECTION_PORT: port(4102).describe('Port of the service; 0 picks a free port.'),
  CONSTANT_CONTACT_API_URL: httpUrl().describe('Base URL of the Constant Contact V3 API.'),
  CONSTANT_CONTACT_AUTHORIZE_URL: httpUrl().describe('URL of the page where the person signs in to Constant Contact.'),
  CONSTANT_CONTACT_TOKEN_URL: httpUrl().describe('URL of the Constant Contact token endpoint.'),
  CONSTANT_CONTACT_CLIENT_ID: z.string().min(1).describe("The application's client id (API key) at Constant Contact."),
  CONSTANT_CONTACT_CLIENT_SECRET: secret().describe("The application's client secret at Constant Contact."),
  CONSTANT_CONTACT_REDIRECT_URL: httpUrl().describe(
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
  SYNC_URL: httpUrl().describe('Base URL of sync, which grants permits for calls to Constant Contact.'),
  LIMIT_SIGN_INS_BY_ADDRESS_PER_MINUTE: perMinute(60).describe(
    'Sign-ins a minute that may come back from Constant Contact to one address (IPv6: one /64). 0 means no limit.',
  ),
  ALLOWED_RETURN_URLS: commaList()
    .default([])
    .describe(
      'URLs that a browser may return to after the sign-in, separated by commas. Each allows its own path and the ' +
        'paths below it.',
    ),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
