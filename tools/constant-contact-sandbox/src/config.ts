import { commaList, port, settings } from '@boxlist/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  SANDBOX_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on. Any address other than loopback needs SANDBOX_ALLOW_REMOTE.'),
  SANDBOX_PORT: port(4110).describe('Port; 0 picks a free port.'),
  SANDBOX_ALLOW_REMOTE: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Whether the sandbox may listen on other addresses than loopback (for containers).'),
  SANDBOX_CLIENT_ID: z.string().default('boxlist-dev').describe("The application's client id."),
  SANDBOX_CLIENT_SECRET: z.string().default('boxlist-dev-secret').describe("The application's client secret."),
  SANDBOX_REDIRECT_URIS: commaList()
    .default(['http://127.0.0.1:4102/oauth/constant-contact/callback'])
    .describe('Registered redirect URLs.'),
  SANDBOX_DATA_FILE: z.string().optional().describe('File that keeps accounts and tokens across restarts.'),
  SANDBOX_CALLS_PER_SECOND: z.coerce.number().int().min(1).default(4).describe('Calls per second for the application.'),
  SANDBOX_CALLS_PER_DAY: z.coerce
    .number()
    .int()
    .min(0)
    .default(10_000)
    .describe('Calls per UTC day for the application.'),
  SANDBOX_JOURNAL_ENTRIES: z.coerce
    .number()
    .int()
    .min(1)
    .default(50_000)
    .describe('Number of calls that the journal remembers. Its counts cover all calls.'),
});

export type SandboxConfig = z.infer<typeof configSchema>;

export const loadConfig = (): SandboxConfig => {
  const config = settings(configSchema, process.env);
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(config.SANDBOX_HOST);
  if (!loopback && config.SANDBOX_ALLOW_REMOTE !== 'true')
    throw new Error('The sandbox listens on loopback only. Set SANDBOX_ALLOW_REMOTE=true to change that.');
  return config;
};
