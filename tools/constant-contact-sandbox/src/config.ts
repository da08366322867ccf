import { commaList, port, settings } from '@boxlist/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  SANDBOX_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on; anything but loopback needs SANDBOX_ALLOW_REMOTE.'),
  SANDBOX_PORT: port(4110).describe('Port; 0 takes a free one.'),
  SANDBOX_ALLOW_REMOTE: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Lets it listen beyond loopback (containers).'),
  SANDBOX_CLIENT_ID: z.string().default('boxlist-dev').describe("The application's id."),
  SANDBOX_CLIENT_SECRET: z.string().default('boxlist-dev-secret').describe("The application's secret."),
  SANDBOX_REDIRECT_URIS: commaList()
    .default(['http://127.0.0.1:4102/oauth/constant-contact/callback'])
    .describe('Registered redirect addresses.'),
  SANDBOX_DATA_FILE: z.string().optional().describe('Keeps accounts and tokens over a restart.'),
  SANDBOX_CALLS_PER_SECOND: z.coerce.number().int().min(1).default(4).describe('Calls a second for the application.'),
  SANDBOX_CALLS_PER_DAY: z.coerce
    .number()
    .int()
    .min(0)
    .default(10_000)
    .describe('Calls a UTC day for the application.'),
  SANDBOX_JOURNAL_ENTRIES: z.coerce
    .number()
    .int()
    .min(1)
    .default(50_000)
    .describe('Calls that the journal remembers; counts are of all.'),
});

export type SandboxConfig = z.infer<typeof configSchema>;

export const loadConfig = (): SandboxConfig => {
  const config = settings(configSchema, process.env);
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(config.SANDBOX_HOST);
  if (!loopback && config.SANDBOX_ALLOW_REMOTE !== 'true') throw new Error('The sandbox listens on loopback only');
  return config;
};
