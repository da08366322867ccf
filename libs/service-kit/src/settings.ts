import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
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
  const wrong = (result.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0] ?? 'settings');
    return name in given ? `${name}: ${issue.message}` : `${name} is missing`;
  });
  const problems = [...wrong, ...exposed(schema, given)];
  if (result.success && problems.length === 0) return result.data;
  throw new ConfigError(problems);
};

/** Where an address leads, also if it is optional or has a default. */
const reachOf = (field: z.ZodType): unknown =>
  z.globalRegistry.get(field)?.reach ??
  (field instanceof z.ZodOptional || field instanceof z.ZodDefault ? reachOf(field.unwrap() as z.ZodType) : undefined);

/** Addresses that would send secrets over a network in clear, and certificates that lack a part. */
const exposed = (schema: z.ZodObject, given: Readonly<Record<string, string | undefined>>): string[] => {
  const missing = tlsFiles.filter((name) => name in schema.shape && !given[name]);
  const tls = missing.length < tlsFiles.length && tlsFiles[0] in schema.shape;
  const clear = Object.entries(schema.shape).flatMap(([name, field]) => {
    if (!/(^|,)\s*http:/i.test(given[name] ?? '')) return [];
    const reach = reachOf(field as z.ZodType);
    if (reach === 'outside' && given.NODE_ENV === 'production')
      return [`${name}: must be https, because NODE_ENV is production`];
    return reach === 'inside' && tls ? [`${name}: must be https, because INTERNAL_TLS_… are set`] : [];
  });
  return [...clear, ...(tls ? missing.map((name) => `${name} is missing: INTERNAL_TLS_… belong together`) : [])];
};

/** A TCP port. With 0 the system chooses a free one. */
export const port = (fallback: number) => z.coerce.number().int().min(0).max(65535).default(fallback);

/** An http(s) address without a trailing slash. */
export const httpUrl = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .transform((value) => value.replace(/\/+$/, ''));

/**
 * The address of a system outside of Boxlist: the issuer of tokens, a partner, a page. In production it must be https.
 */
export const outsideUrl = () => httpUrl().meta({ reach: 'outside' });

/** The address of another service of Boxlist. It must be https where the services show each other certificates. */
export const internalUrl = () => httpUrl().meta({ reach: 'inside' });

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

/** The content of a file that a setting names. */
const fileContent = () =>
  z.string().transform((path, ctx) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      ctx.addIssue({ code: 'custom', message: 'must be the path of a file that the service can read' });
      return z.NEVER;
    }
  });

const tlsFiles = ['INTERNAL_TLS_CERT_FILE', 'INTERNAL_TLS_KEY_FILE', 'INTERNAL_TLS_CA_FILE'] as const;

const tlsSettings = {
  INTERNAL_TLS_CERT_FILE: fileContent()
    .optional()
    .describe(
      'File with the certificate of this service (PEM), for mutual TLS between the services: see docs/listeners.md. ' +
        'Set all three INTERNAL_TLS_… or none.',
    ),
  INTERNAL_TLS_KEY_FILE: fileContent().optional().describe('File with the private key of that certificate (PEM).'),
  INTERNAL_TLS_CA_FILE: fileContent()
    .optional()
    .describe('File with the certificate of the authority that signs the certificates of all services (PEM).'),
};

export type TlsSettings = z.output<z.ZodObject<typeof tlsSettings>>;

const count = (fallback: number) => z.coerce.number().int().min(1).max(100_000).default(fallback);

export const nodeEnv = z
  .string()
  .default('development')
  .describe(
    'With `production`, addresses of issuer, partners and return pages must be https, Kafka must not be plaintext, ' +
      'browsers are told to come back over https only, and the explorer is off.',
  );

const httpSettings = {
  NODE_ENV: nodeEnv,
  HTTP_HEADERS_TIMEOUT_MS: durationMs(10_000, 50).describe('How long a caller may take to send the headers.'),
  HTTP_REQUEST_TIMEOUT_MS: durationMs(30_000, 50).describe('How long a caller may take to send headers and body.'),
  HTTP_ANSWER_TIMEOUT_MS: durationMs(60_000, 50).describe(
    'How long the service may take for an answer, and then how long the caller may take to read it.',
  ),
  HTTP_KEEP_ALIVE_TIMEOUT_MS: durationMs(65_000, 50).describe(
    'How long an idle connection stays open. Keep it longer than the idle time of a load balancer in front.',
  ),
  HTTP_CLOSE_TIMEOUT_MS: durationMs(15_000, 50).describe(
    'How long requests under way may go on after a stop. Then their connections are closed.',
  ),
  HTTP_MAX_CONNECTIONS: count(1_000).describe('Connections that a listener accepts. It closes any other at once.'),
  HTTP_MAX_REQUESTS: count(500).describe(
    'Requests that a listener works on at the same time. It answers any other with 503 and `Retry-After`.',
  ),
};

export type HttpSettings = z.output<z.ZodObject<typeof httpSettings>>;
export const defaultHttpSettings: HttpSettings = z.object(httpSettings).parse({});

const isProxy = (text: string): boolean => {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
};

/** Settings of a service that people or partners outside of Boxlist call. */
export const publicSettings = {
  HOST: z.string().default('127.0.0.1').describe('Address of the public listener.'),
  TRUSTED_PROXIES: commaList()
    .default([])
    .refine((list) => list.every(isProxy), 'must be IP addresses or CIDR ranges separated by commas')
    .describe(
      'Addresses or CIDR ranges of the proxies in front of the service, separated by commas. Only their ' +
        '`X-Forwarded-For` is believed. Empty believes none: the address of a client is that of its connection.',
    ),
};

/** Settings of every service. Spread them into the service's own schema. */
export const commonSettings = {
  INTERNAL_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address of the internal listener, which only the other services and operators may reach.'),
  ...httpSettings,
  ...tlsSettings,
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

/** Settings of a service that checks the tokens of callers. */
export const callerSettings = {
  JWT_JWKS_URL: outsideUrl().describe("URL of the token issuer's public keys (JWKS)."),
  JWT_ISSUER: z.string().min(1).meta({ reach: 'outside' }).describe('Required `iss` of a token.'),
  JWT_AUDIENCE: z.string().min(1).describe('Required `aud` of a token.'),
  JWT_MAX_LIFETIME_MS: durationMs(86_400_000, 1_000).describe(
    'Longest time from `iat` to `exp` of a token. A token that is valid for longer is refused.',
  ),
  JWT_KEYS_USABLE_MS: durationMs(3_600_000, 1_000).describe(
    "How long the issuer's keys stay usable after they were read, while the issuer does not answer. A withdrawn key " +
      'is accepted for at most as long, and for 10 minutes while the issuer answers.',
  ),
};

/** A number of requests in a minute. 0 means no limit. */
export const perMinute = (fallback: number) => z.coerce.number().int().min(0).max(10_000_000).default(fallback);

/** Settings of a service that answers the graph: what one operation may cost, and how long it may take. */
export const operationSettings = {
  OPERATION_COST_BUDGET: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe('Largest cost of one GraphQL operation (docs/decisions/0031). A more costly one is refused unread.'),
  OPERATION_DEADLINE_MS: durationMs(10_000, 100).describe(
    'How long one GraphQL operation may take. Then it is answered with what is there, and its work stops.',
  ),
};

/** Settings of a subgraph: the limits of an operation, and the key of the gateway that it trusts. */
export const subgraphSettings = {
  ...operationSettings,
  IDENTITY_PUBLIC_JWK: jwk().describe(
    "The gateway's public key (Ed25519, JWK). A subgraph answers only calls that are signed with its private key.",
  ),
};
