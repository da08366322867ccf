import {
  commaList,
  commonSettings,
  encryptionKeys,
  flag,
  httpUrl,
  kafkaSettings,
  mongoSettings,
  optOutSettings,
  port,
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
  AUTH_CONNECTION_PORT: port(4102).describe('Port of the service; 0 takes a free one.'),
  CONSTANT_CONTACT_API_URL: httpUrl().describe('Base of the Constant Contact V3 API.'),
  CONSTANT_CONTACT_AUTHORIZE_URL: httpUrl().describe('Where the person signs in.'),
  CONSTANT_CONTACT_TOKEN_URL: httpUrl().describe('Where codes and refresh tokens are exchanged.'),
  CONSTANT_CONTACT_CLIENT_ID: z.string().min(1).describe("The application's id (API key)."),
  CONSTANT_CONTACT_CLIENT_SECRET: secret().describe("The application's secret."),
  CONSTANT_CONTACT_REDIRECT_URL: httpUrl().describe(
    "This service's `/oauth/constant-contact/callback` as the browser reaches it; registered with the application.",
  ),
  CONSTANT_CONTACT_USE_PKCE: flag(true).describe('Sends PKCE (S256) besides the client secret.'),
  TOKEN_ENCRYPTION_KEYS: encryptionKeys().describe(
    'Keys for tokens and API keys at rest, `kid:base64url` of 32 bytes, separated by commas; the first encrypts.',
  ),
  SERVICE_TOKEN_SECRET: secret(32).describe('Secret that sync and auth-connection share for their internal doors.'),
  SYNC_URL: httpUrl().describe('Base of sync: gives permits for calls to Constant Contact.'),
  ALLOWED_RETURN_URLS: commaList()
    .default([])
    .describe('Where a browser may be sent after sign-in: allowed beginnings of addresses, separated by commas.'),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
