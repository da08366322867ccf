import { port, settings } from '@boxlist/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  DEV_ISSUER_HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  DEV_ISSUER_PORT: port(4111).describe('Port; 0 picks a free port.'),
  DEV_ISSUER_KEY_FILE: z.string().optional().describe('File that keeps the signing key across restarts.'),
  JWT_ISSUER: z.string().default('boxlist-dev').describe('`iss` of its tokens.'),
  JWT_AUDIENCE: z.string().default('boxlist').describe('`aud` of its tokens.'),
});

export type Config = z.infer<typeof configSchema>;
export const loadConfig = (): Config => settings(configSchema, process.env);
