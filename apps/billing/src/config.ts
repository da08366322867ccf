import {
  commonSettings,
  durationMs,
  kafkaSettings,
  mongoSettings,
  port,
  settings,
  subgraphSettings,
} from '@boxlist/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...commonSettings,
  ...mongoSettings,
  ...kafkaSettings,
  ...subgraphSettings,
  BILLING_PORT: port(4101).describe('Port of the service; 0 takes a free one.'),
  CONSTANT_CONTACT_MONTHLY_PRICE_MINOR: z.coerce
    .number()
    .int()
    .min(0)
    .default(1500)
    .describe('Monthly price of the add-on in minor units.'),
  BILLING_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
    .default('GBP')
    .describe('Currency of prices and invoices, ISO 4217.'),
  TRIAL_DAYS: z.coerce.number().int().min(0).max(365).default(0).describe('Days of trial at the first activation.'),
  BILLING_RUN_INTERVAL_MS: durationMs(60_000, 100).describe(
    'How often ended months are invoiced and ended trials are announced.',
  ),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
