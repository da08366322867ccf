import { z } from 'zod';

/** Thrown by `settings` with every problem at once. Its message is for the person who starts the service. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`${problems.length} setting(s) are wrong or missing:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads settings from the environment by a zod schema. An empty string counts as absent. Throws one ConfigError that
 * lists all problems, without any value, because any value may be a secret.
 */
export const settings = <S extends z.ZodObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<S> => {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]] as const] : [])),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? 'settings');
      return name in given ? `${name}: ${issue.message}` : `${name} is missing`;
    }),
  );
};

/** A TCP port. With 0 the system chooses a free one. */
export const port = (fallback: number) => z.coerce.number().int().min(0).max(65535).default(fallback);

/** An http(s) address without a trailing slash. */
export const httpUrl = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .transform((value) => value.replace(/\/+$/, ''));

/** A list separated by commas, without blanks around the parts and without empty parts. */
export const commaList = () =>
  z.string().transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

/** The text `true` or `false`. */
export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true');

/** The most of something that a box office may have. */
export const ceiling = (fallback: number) => z.coerce.number().int().min(1).max(10_000).default(fallback);

/** A duration in milliseconds. */
export const durationMs = (fallback: number, min = 0) => z.coerce.number().int().min(min).default(fallback);

/** A secret of at least `min` characters. */
export const secret = (min = 1) => z.string().min(min, `must have at least ${min} characters`).meta({ secret: true });

/** A JSON Web Key in JSON format. */
export const jwk = () =>
  z
    .string()
    .meta({ secret: true })
    .transform((value, ctx): JsonWebKeySetting => {
      try {
        const parsed: unknown = JSON.parse(value);
        if (typeof parsed === 'object' && parsed !== null && 'kty' in parsed) return parsed as JsonWebKeySetting;
      } catch {
        // Invalid JSON gets the same message as any other invalid key, below.
      }
      ctx.addIssue({ code: 'custom', message: 'must be a JSON Web Key in JSON format' });
      return z.NEVER;
    });

export interface JsonWebKeySetting {
  kty: string;
  [member: string]: unknown;
}

/** Settings of every service. Spread them into the service's own schema. */
export const commonSettings = {
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Lowest level that the service logs.'),
};

/** Settings of a service that stores documents. */
export const mongoSettings = {
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://')
    .meta({ secret: true })
    .describe('MongoDB connection string.'),
  MONGODB_DATABASE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, 'must be 1 to 40 letters, digits, _ or -')
    .default('boxlist')
    .describe('Prefix of the database name. The service uses the database `<prefix>_<service>`.'),
};

/** Settings of a service that uses Kafka. */
export const kafkaSettings = {
  KAFKA_BROKERS: commaList()
    .refine(
      (list) => list.length > 0 && list.every((broker) => /^[^\s:]+:\d+$/.test(broker)),
      'must be host:port entries separated by commas',
    )
    .describe('Kafka brokers as host:port, separated by commas.'),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,60}$/, 'must be at most 60 letters, digits, ., _ or -')
    .default('')
    .describe('Prefix of every topic and consumer group name. Leave empty in production.'),
};

/** Settings of a service that consumes events. */
export const consumerSettings = {
  EVENTS_STAND_STILL_AFTER_MS: durationMs(60_000, 1_000).describe(
    'How long a partition may make no progress before the service reports it as standing still, in the log, in a ' +
      'metric and in its health.',
  ),
};

/** Settings of a service that offers or makes calls whose effect on an opt-out Constant Contact does not document. */
export const optOutSettings = {
  CONSTANT_CONTACT_SIGN_UP_KEEPS_OPT_OUTS: flag(false).describe(
    'Whether the sign-up form keeps an unsubscribed contact unsubscribed. Constant Contact does not document this. ' +
      'Set it to true only after testing it in your own account (docs/decisions/0015). Only then can Boxlist later ' +
      'give explicit permission to contacts that it imported because calls ran short.',
  ),
};

/** Settings of a subgraph: the key of the gateway that it trusts. */
export const subgraphSettings = {
  IDENTITY_PUBLIC_JWK: jwk().describe(
    "The gateway's public key (Ed25519, JWK). A subgraph answers only calls that are signed with its private key.",
  ),
};
