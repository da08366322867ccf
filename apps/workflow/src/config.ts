import {
  ceiling,
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
  MAX_WORKFLOWS: ceiling(100).describe(
    'How many workflows a box office may have. Deleted ones do not count. Each order is matched with all.',
  ),
  MAX_FILTER_IDS: ceiling(200).describe("How many ids each list of a workflow's filter may hold."),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
