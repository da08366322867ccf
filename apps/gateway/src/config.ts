import {
  callerSettings,
  commaList,
  commonSettings,
  internalUrl,
  jwk,
  mongoSettings,
  operationSettings,
  perMinute,
  port,
  publicSettings,
  settings,
} from '@boxlist/service-kit';
import { z } from 'zod';

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

export const configSchema = z.object({
  ...commonSettings,
  ...publicSettings,
  ...operationSettings,
  ...callerSettings,
  GATEWAY_PORT: port(4000).describe('Port of the graph; 0 picks a free port.'),
  GATEWAY_INTERNAL_PORT: port(4100).describe('Port of the internal listener: readiness and metrics.'),
  IDENTITY_PRIVATE_JWK: jwk().describe(
    'Private Ed25519 key (JWK). The gateway signs the identity of the caller with it for the subgraphs.',
  ),
  BILLING_URL: internalUrl().describe('Base URL of billing.'),
  AUTH_CONNECTION_URL: internalUrl().describe('Base URL of auth-connection.'),
  WORKFLOW_URL: internalUrl().describe('Base URL of workflow.'),
  SYNC_URL: internalUrl().describe('Base URL of sync.'),
  AUDIT_URL: internalUrl().describe('Base URL of audit.'),
  MONGODB_URI: mongoSettings.MONGODB_URI.optional().describe(
    'MongoDB connection string. The gateways share their rate limits in it. Without it, or while it is down, each ' +
      'gateway has limits of its own.',
  ),
  MONGODB_DATABASE_PREFIX: mongoSettings.MONGODB_DATABASE_PREFIX,
  LIMIT_GRAPH_BY_ADDRESS_PER_MINUTE: perMinute(6_000).describe(
    'Requests a minute from one address (IPv6: one /64), with a token or without. A server that asks for many people ' +
      'counts as one address. 0 means no limit.',
  ),
  LIMIT_GRAPH_BY_SUBJECT_PER_MINUTE: perMinute(1_200).describe('Requests a minute of one person. 0 means no limit.'),
  LIMIT_GRAPH_BY_BOX_OFFICE_PER_MINUTE: perMinute(3_000).describe(
    'Requests a minute of all people of one box office. 0 means no limit.',
  ),
  LIMIT_MUTATIONS_BY_BOX_OFFICE_PER_MINUTE: perMinute(300).describe(
    'Mutations a minute of one box office. Each field of a mutation counts. 0 means no limit.',
  ),
  BROWSER_ORIGINS: commaList()
    .default([])
    .refine((list) => list.every(isOrigin), 'must be origins like https://app.example.com, separated by commas')
    .describe('Origins of web pages that may query the graph from a browser, separated by commas. Empty allows none.'),
  EXPLORER_ENABLED: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .describe(
      'Whether to show an explorer page at /graphql and to let clients read the schema. Default: only where NODE_ENV ' +
        'is not production.',
    ),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
