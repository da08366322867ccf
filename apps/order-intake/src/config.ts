import {
  commonSettings,
  encryptionKeys,
  kafkaSettings,
  mongoSettings,
  outsideUrl,
  port,
  publicSettings,
  settings,
} from '@boxlist/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...commonSettings,
  ...publicSettings,
  ...mongoSettings,
  ...kafkaSettings,
  ORDER_INTAKE_PORT: port(4105).describe('Port of the webhooks and of the webhook secrets; 0 picks a free port.'),
  ORDER_INTAKE_INTERNAL_PORT: port(4107).describe('Port of the internal listener: readiness and metrics.'),
  SECRET_ENCRYPTION_KEYS: encryptionKeys().describe(
    'Keys that encrypt stored webhook secrets: `kid:key` pairs separated by commas, each key 32 bytes in ' +
      'base64url. The first key encrypts, all keys decrypt.',
  ),
  WEBHOOK_SECRET_OVERLAP_HOURS: z.coerce
    .number()
    .min(0)
    .max(720)
    .default(24)
    .describe('Hours for which a webhook secret is still accepted after its box office has set another.'),
  JWT_JWKS_URL: outsideUrl().describe("URL of the token issuer's public keys (JWKS)."),
  JWT_ISSUER: z.string().min(1).meta({ reach: 'outside' }).describe('Required `iss` of a token.'),
  JWT_AUDIENCE: z.string().min(1).describe('Required `aud` of a token.'),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
