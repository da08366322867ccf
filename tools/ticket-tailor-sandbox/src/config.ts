import { port, settings } from '@boxlist/service-kit';
import { z } from 'zod';

const configSchema = z.object({
  TICKET_TAILOR_SANDBOX_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on. Any address other than loopback needs TICKET_TAILOR_SANDBOX_ALLOW_REMOTE.'),
  TICKET_TAILOR_SANDBOX_PORT: port(4112).describe('Port; 0 picks a free port.'),
  TICKET_TAILOR_SANDBOX_ALLOW_REMOTE: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Whether the sandbox may listen on other addresses than loopback (for containers).'),
});

export type SandboxConfig = z.infer<typeof configSchema>;

export const loadConfig = (): SandboxConfig => {
  const config = settings(configSchema, process.env);
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(config.TICKET_TAILOR_SANDBOX_HOST);
  if (!loopback && config.TICKET_TAILOR_SANDBOX_ALLOW_REMOTE !== 'true')
    throw new Error(
      'The sandbox listens on loopback only. Set TICKET_TAILOR_SANDBOX_ALLOW_REMOTE=true to change that.',
    );
  return config;
};
