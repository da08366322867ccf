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
  WORKFLOW_PORT: port(4103).describe('Port of the internal listener, the only one; 0 picks a free port.'),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
