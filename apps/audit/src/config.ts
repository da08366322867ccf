import {
  commonSettings,
  consumerSettings,
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
  ...consumerSettings,
  ...subgraphSettings,
  AUDIT_PORT: port(4108).describe('Port of the internal listener, the only one; 0 picks a free port.'),
  AUDIT_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(400)
    .describe(
      'How many days an entry of the audit log is kept, from the day of the action. A change applies to entries that ' +
        'are stored from then on.',
    ),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
