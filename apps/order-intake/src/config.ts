import {
  callerSettings,
  commonSettings,
  encryptionKeys,
  kafkaSettings,
  mongoSettings,
  perMinute,
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
  ...callerSettings,
  ORDER_INTAKE_PORT: port(4105).describe('Port of the webhooks and of the webhook secrets; 0 picks a free port.'),
  ORDER_INTAKE_INTERNAL_PORT: port(4107).describe('Port of the internal listener: readiness and metrics.'),
  LIMIT_WEBHOOKS_BY_ADDRESS_PER_MINUTE: perMinute(30_000).describe(
    'Requests a minute from one address (IPv6: one /64). Ticket Tailor sends the webhooks of all box offices from a ' +
      'few addresses. 0 means no limit.',
  ),
  LIMIT_WEBHOOKS_BY_BOX_OFFICE_PER_MINUTE: perMinute(3_000).describe(
    'Authentic webhooks a minute of one box office. Ticket Tailor sends a refused one again. 0 means no limit.',
  ),
  LIMIT_WEBHOOK_SECRET_BY_SUBJECT_PER_MINUTE: perMinute(60).describe(
    'Calls a minute with which one person sets or removes the webhook secret. 0 means no limit.',
  ),
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
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
