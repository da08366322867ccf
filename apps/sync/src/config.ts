import {
  commonSettings,
  consumerSettings,
  durationMs,
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

const days = (fallback: number, min = 1) => z.coerce.number().int().min(min).max(36_500).default(fallback);

export const configSchema = z.object({
  ...commonSettings,
  ...mongoSettings,
  ...kafkaSettings,
  ...consumerSettings,
  ...subgraphSettings,
  ...optOutSettings,
  SYNC_PORT: port(4104).describe('Port of the service; 0 takes a free one.'),
  SYNC_WORK: z
    .enum(['all', 'intake', 'dispatch'])
    .default('all')
    .describe('What this process does besides answering the graph: take orders in, dispatch deliveries, or both.'),
  CONSTANT_CONTACT_API_URL: httpUrl().describe('Base of the Constant Contact V3 API.'),
  AUTH_CONNECTION_URL: httpUrl().describe(
    'Base of auth-connection: gives access tokens, and API keys of Ticket Tailor.',
  ),
  TICKET_TAILOR_API_URL: httpUrl()
    .prefault('https://api.tickettailor.com')
    .describe('Base of the Ticket Tailor API: orders of before Boxlist are read there.'),
  SERVICE_TOKEN_SECRET: secret(32).describe('Secret that sync and auth-connection share for their internal doors.'),
  EMAIL_HASH_KEY: secret(32).describe('Key of the hash under which an e-mail address is looked up.'),
  CONSTANT_CONTACT_CALLS_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(4)
    .describe('Calls a second for the whole application.'),
  CONSTANT_CONTACT_CALLS_PER_DAY: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe(
      "Calls a UTC day for the whole application. Once it is raised, what waits for the next day's calls goes on within a minute.",
    ),
  DISPATCH_LEASE_MS: durationMs(30_000, 1_000).describe(
    'How long a process that died keeps a connection from the others.',
  ),
  GATHER_MIN_MS: durationMs(10_000, 0).describe(
    'For how long at least orders gather to share calls when the calls of the day run short.',
  ),
  GATHER_MAX_MS: durationMs(1_800_000, 0).describe('For how long at most they gather.'),
  RETRY_BASE_MS: durationMs(1_000, 1).describe('First delay before a retry; doubles with each.'),
  RETRY_MAX_DELAY_MS: durationMs(3_600_000, 1).describe('Longest delay before a retry.'),
  RETRY_FOR_MS: durationMs(259_200_000, 1).describe('For how long it is retried before a delivery fails (72 hours).'),
  HISTORY_RETENTION_DAYS: days(1_095, 15).describe(
    'For how many days an order is kept with its deliveries, from its last change, the last outcome, or the day of its event (3 years). What is open stays. At least 15: longer than the orders topic keeps events.',
  ),
  DEAD_LETTER_RETENTION_DAYS: days(14).describe(
    'For how many days an order event is kept that could not be understood; for those that come from now on.',
  ),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
