import { commonSettings, kafkaSettings, mongoSettings, port, settings, subgraphSettings } from '@boxlist/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...commonSettings,
  ...mongoSettings,
  ...kafkaSettings,
  ...subgraphSettings,
  BILLING_PORT: port(4101).describe('Port of the internal listener, the only one; 0 picks a free port.'),
  TRIAL_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(365)
    .default(0)
    .describe('Free days of a first activation. The day on which they run out is free until its end (UTC).'),
  CONSTANT_CONTACT_MONTHLY_PRICE_MINOR: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000_000)
    .default(1500)
    .describe("Monthly price of the Constant Contact add-on for new activations, in the currency's smallest unit."),
  BILLING_CURRENCY: z
    .string()
    .refine((code) => Intl.supportedValuesOf('currency').includes(code), 'must be an ISO 4217 code such as GBP')
    .default('GBP')
    .describe('Currency for new activations, ISO 4217.'),
  BILLING_RUN_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(86_400_000)
    .default(60_000)
    .describe('How often billing looks for trials, cancellations and months that have ended.'),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
