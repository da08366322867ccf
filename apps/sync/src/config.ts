import {
  ceiling,
  commonSettings,
  consumerSettings,
  durationMs,
  internalUrl,
  kafkaSettings,
  mongoSettings,
  optOutSettings,
  outsideUrl,
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
  SYNC_PORT: port(4104).describe('Port of the internal listener, the only one; 0 picks a free port.'),
  SYNC_WORK: z
    .enum(['all', 'intake', 'dispatch'])
    .default('all')
    .describe(
      'What this process does besides answering the graph: take in orders (`intake`), dispatch deliveries ' +
        '(`dispatch`) or both (`all`).',
    ),
  CONSTANT_CONTACT_API_URL: outsideUrl().describe('Base URL of the Constant Contact V3 API.'),
  AUTH_CONNECTION_URL: internalUrl().describe(
    'Base URL of auth-connection, which provides access tokens and Ticket Tailor API keys.',
  ),
  TICKET_TAILOR_API_URL: outsideUrl()
    .prefault('https://api.tickettailor.com')
    .meta({ reach: 'outside' })
    .describe('Base URL of the Ticket Tailor API. Backfills read orders from before Boxlist there.'),
  SERVICE_TOKEN_SECRET: secret(32).describe(
    'Secret that sync and auth-connection share. It signs their calls to each other.',
  ),
  EMAIL_HASH_KEY: secret(32).describe('Key of the keyed hashes of e-mail addresses and contact details.'),
  CONSTANT_CONTACT_CALLS_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(4)
    .describe('Calls per second to Constant Contact, for the whole application.'),
  CONSTANT_CONTACT_CALLS_PER_DAY: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe(
      'Calls per UTC day to Constant Contact, for the whole application. After you raise it, deliveries that wait ' +
        "for the next day's calls continue within a minute.",
    ),
  INTERACTIVE_CALLS_PER_DAY: z.coerce
    .number()
    .int()
    .min(1)
    .default(2_000)
    .describe(
      'Calls per UTC day to Constant Contact that pages may cause, for all box offices together: reading and ' +
        'creating lists and tags, and sign-ins. They are a part of `CONSTANT_CONTACT_CALLS_PER_DAY`; the rest is ' +
        'for orders.',
    ),
  INTERACTIVE_CALLS_PER_DAY_OF_BOX_OFFICE: z.coerce
    .number()
    .int()
    .min(1)
    .default(300)
    .describe('The same for each box office. A page that is open all day takes about 6 calls an hour for its lists.'),
  DISPATCH_LEASE_MS: durationMs(30_000, 1_000).describe(
    'Duration of a connection lease. After a process dies, other processes take over its connections when the ' +
      'leases expire.',
  ),
  GATHER_MIN_MS: durationMs(10_000, 0).describe(
    'Shortest batching window. When the calls of the day run short, orders wait for this window so that they share ' +
      'calls.',
  ),
  GATHER_MAX_MS: durationMs(1_800_000, 0).describe('Longest batching window.'),
  RETRY_BASE_MS: durationMs(1_000, 1).describe(
    'Longest delay before the first retry. It doubles with each retry; the actual delay is random up to it.',
  ),
  RETRY_MAX_DELAY_MS: durationMs(3_600_000, 1).describe('Upper limit of the delay before any retry.'),
  RETRY_FOR_MS: durationMs(259_200_000, 1).describe(
    'How long a delivery is retried before it fails (default: 72 hours).',
  ),
  MAX_BACKFILLS: ceiling(10).describe(
    'How many backfills a box office may have under way, paused ones included. A workflow has at most one.',
  ),
  MAX_RETRIES: ceiling(20).describe('How many retries of deliveries a box office may have under way.'),
  HISTORY_RETENTION_DAYS: days(1_095, 15).describe(
    'Days for which an order and its deliveries are kept, counted from the last of: its last change, its last ' +
      'outcome, the day of its event (default: 3 years). Orders with open deliveries stay. At least 15, which is ' +
      'longer than the orders topic keeps events.',
  ),
  DEAD_LETTER_RETENTION_DAYS: days(14).describe(
    'Days for which an order event that sync could not use is kept. A change applies to events that arrive after it.',
  ),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
