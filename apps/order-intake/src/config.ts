import {
  commonSettings,
  encryptionKeys,
  httpUrl,
  kafkaSettings,
  mongoSettings,
  port,
  settings,
} from '@boxlist/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...commonSettings,
  ...mongoSettings,
  ...kafkaSettings,
  ORDER_INTAKE_PORT: port(4105).describe('Port of the webhook door; 0 takes a free one.'),
  SECRET_ENCRYPTION_KEYS: encryptionKeys().describe(
    'Keys for webhook secrets at rest, `kid:base64url` of 32 bytes, separated by commas; the first encrypts.',
  ),
  JWT_JWKS_URL: httpUrl().describe("Where the token issuer's public keys are."),
  JWT_ISSUER: z.string().min(1).describe('`iss` that a token must have.'),
  JWT_AUDIENCE: z.string().min(1).describe('`aud` that a token must have.'),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
