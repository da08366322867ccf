import { commaList, commonSettings, flag, httpUrl, jwk, port, settings } from '@boxlist/service-kit';
import { z } from 'zod';

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

export const configSchema = z.object({
  ...commonSettings,
  GATEWAY_PORT: port(4000).describe('Port of the graph; 0 takes a free one.'),
  JWT_JWKS_URL: httpUrl().describe("Where the token issuer's public keys are."),
  JWT_ISSUER: z.string().min(1).describe('`iss` that a token must have.'),
  JWT_AUDIENCE: z.string().min(1).describe('`aud` that a token must have.'),
  IDENTITY_PRIVATE_JWK: jwk().describe('Ed25519 key (JWK) with which the gateway tells subgraphs who is calling.'),
  BILLING_URL: httpUrl().describe('Base of billing.'),
  AUTH_CONNECTION_URL: httpUrl().describe('Base of auth-connection.'),
  WORKFLOW_URL: httpUrl().describe('Base of workflow.'),
  SYNC_URL: httpUrl().describe('Base of sync.'),
  BROWSER_ORIGINS: commaList()
    .default([])
    .refine((list) => list.every(isOrigin), 'must be origins like https://app.example.com, separated by commas')
    .describe('Origins of the web pages that may query the graph from a browser, separated by commas; empty for none.'),
  EXPLORER_ENABLED: flag(true).describe(
    'Shows an explorer page at /graphql and lets clients read the schema; off in production.',
  ),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
