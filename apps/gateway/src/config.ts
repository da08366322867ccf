import {
  commaList,
  commonSettings,
  internalUrl,
  jwk,
  operationSettings,
  outsideUrl,
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
  GATEWAY_PORT: port(4000).describe('Port of the graph; 0 picks a free port.'),
  GATEWAY_INTERNAL_PORT: port(4100).describe('Port of the internal listener: readiness and metrics.'),
  JWT_JWKS_URL: outsideUrl().describe("URL of the token issuer's public keys (JWKS)."),
  JWT_ISSUER: z.string().min(1).meta({ reach: 'outside' }).describe('Required `iss` of a token.'),
  JWT_AUDIENCE: z.string().min(1).describe('Required `aud` of a token.'),
  IDENTITY_PRIVATE_JWK: jwk().describe(
    'Private Ed25519 key (JWK). The gateway signs the identity of the caller with it for the subgraphs.',
  ),
  BILLING_URL: internalUrl().describe('Base URL of billing.'),
  AUTH_CONNECTION_URL: internalUrl().describe('Base URL of auth-connection.'),
  WORKFLOW_URL: internalUrl().describe('Base URL of workflow.'),
  SYNC_URL: internalUrl().describe('Base URL of sync.'),
  AUDIT_URL: internalUrl().describe('Base URL of audit.'),
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
