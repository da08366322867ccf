import type { KafkaSecurity } from '@boxlist/event-bus';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { createKafkaTokens } from './kafka-tokens';
import { commaList, ConfigError, flag, httpUrl, nodeEnv, secret, settings } from './settings';

const filePath = (what: string) => z.string().optional().describe(what);

/** How a service reaches Kafka, signs in there and recognises it. Every service that uses Kafka has these settings. */
const kafkaSecuritySettings = {
  NODE_ENV: nodeEnv,
  KAFKA_SECURITY: z
    .enum(['plaintext', 'ssl', 'sasl_ssl'])
    .default('plaintext')
    .describe(
      '`plaintext`: no encryption and no sign-in. `ssl`: TLS, with a client certificate if one is given. `sasl_ssl`: ' +
        'TLS and a sign-in by `KAFKA_SASL_MECHANISM`. Passwords and tokens never travel without TLS.',
    ),
  KAFKA_PLAINTEXT_IN_PRODUCTION: flag(false).describe(
    'Allows `plaintext` although `NODE_ENV` is `production`, for a network that nobody else can reach.',
  ),
  KAFKA_SSL_CA_FILE: filePath(
    "PEM file with the certificates of the authorities that sign the brokers' certificates. Default: those that " +
      'Node.js trusts.',
  ),
  KAFKA_SSL_CERT_FILE: filePath('PEM file with the client certificate of this service.'),
  KAFKA_SSL_KEY_FILE: filePath('PEM file with the private key of the client certificate.'),
  KAFKA_SASL_MECHANISM: z
    .enum(['scram-sha-256', 'scram-sha-512', 'oauthbearer'])
    .optional()
    .describe('How the service signs in. Required with `sasl_ssl`.'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('User name for SCRAM.'),
  KAFKA_SASL_PASSWORD: secret().optional().describe('Password for SCRAM.'),
  KAFKA_SASL_PASSWORD_FILE: filePath('File with the password, instead of `KAFKA_SASL_PASSWORD`.'),
  KAFKA_OAUTH_TOKEN_URL: httpUrl()
    .optional()
    .describe('Token endpoint for `oauthbearer` (client credentials). Must be https in production.'),
  KAFKA_OAUTH_CLIENT_ID: z.string().optional().describe('Client id at the token endpoint.'),
  KAFKA_OAUTH_CLIENT_SECRET: secret().optional().describe('Client secret at the token endpoint.'),
  KAFKA_OAUTH_CLIENT_SECRET_FILE: filePath('File with the secret, instead of `KAFKA_OAUTH_CLIENT_SECRET`.'),
  KAFKA_OAUTH_SCOPE: z.string().optional().describe('Scope to ask for. Default: none.'),
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
  ...kafkaSecuritySettings,
};

const kafkaSchema = z.object(kafkaSettings);
/** The values of `kafkaSettings`. */
export type KafkaConfig = z.infer<typeof kafkaSchema>;

/** Each rule that a combination of settings breaks, as a sentence for the person who starts the service. */
const problemsOf = (config: KafkaConfig, isProduction: boolean): string[] => {
  const problems: string[] = [];
  const refuse = (isWrong: boolean, problem: string): void => void (isWrong && problems.push(problem));
  const isGiven = (prefix: string): string | undefined =>
    Object.entries(config).find(([name, value]) => name.startsWith(prefix) && value !== undefined)?.[0];
  const { KAFKA_SECURITY: security, KAFKA_SASL_MECHANISM: mechanism } = config;
  const [anySsl, anySasl, anyOauth] = [isGiven('KAFKA_SSL_'), isGiven('KAFKA_SASL_'), isGiven('KAFKA_OAUTH_')];

  refuse(
    security === 'plaintext' && isProduction && !config.KAFKA_PLAINTEXT_IN_PRODUCTION,
    'KAFKA_SECURITY: plaintext is refused in production. Choose ssl or sasl_ssl, or set ' +
      'KAFKA_PLAINTEXT_IN_PRODUCTION=true if nobody else can reach the network of the brokers',
  );
  refuse(
    security === 'plaintext' && anySsl !== undefined,
    `${anySsl}: has no effect while KAFKA_SECURITY is plaintext`,
  );
  refuse(
    security !== 'sasl_ssl' && (anySasl ?? anyOauth) !== undefined,
    `${anySasl ?? anyOauth}: needs KAFKA_SECURITY=sasl_ssl`,
  );
  refuse(
    (config.KAFKA_SSL_CERT_FILE === undefined) !== (config.KAFKA_SSL_KEY_FILE === undefined),
    'KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE: give both or neither',
  );
  if (security !== 'sasl_ssl') return problems;

  refuse(mechanism === undefined, 'KAFKA_SASL_MECHANISM is missing: KAFKA_SECURITY is sasl_ssl');
  const isOauth = mechanism === 'oauthbearer';
  const needed = isOauth
    ? (['KAFKA_OAUTH_TOKEN_URL', 'KAFKA_OAUTH_CLIENT_ID'] as const)
    : (['KAFKA_SASL_USERNAME'] as const);
  for (const name of mechanism ? needed : [])
    refuse(config[name] === undefined, `${name} is missing: KAFKA_SASL_MECHANISM is ${mechanism}`);
  const own = isOauth ? 'KAFKA_OAUTH_CLIENT_SECRET' : 'KAFKA_SASL_PASSWORD';
  const hasText = config[own] !== undefined;
  const hasFile = config[`${own}_FILE`] !== undefined;
  refuse(mechanism !== undefined && hasText === hasFile, `${own} and ${own}_FILE: give exactly one`);
  refuse(
    mechanism !== undefined && !isOauth && anyOauth !== undefined,
    `${anyOauth}: needs KAFKA_SASL_MECHANISM=oauthbearer`,
  );
  refuse(
    isOauth && isProduction && config.KAFKA_OAUTH_TOKEN_URL?.startsWith('http:') === true,
    'KAFKA_OAUTH_TOKEN_URL: must be https in production',
  );
  for (const name of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', 'KAFKA_SASL_PASSWORD_FILE'] as const)
    refuse(isOauth && config[name] !== undefined, `${name}: is for SCRAM, but KAFKA_SASL_MECHANISM is oauthbearer`);
  return problems;
};

/** The text of a file that a setting names; undefined without one. Throws ConfigError if it cannot be read. */
const textOf = (config: KafkaConfig, name: keyof KafkaConfig & `${string}_FILE`): string | undefined => {
  const file = config[name];
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw new ConfigError([`${name}: the file cannot be read (${code})`]);
  }
};

const signInOf = (config: KafkaConfig): KafkaSecurity['signIn'] => {
  const { KAFKA_SASL_MECHANISM: mechanism } = config;
  if (mechanism === undefined) return undefined;
  if (mechanism !== 'oauthbearer')
    return {
      mechanism,
      username: config.KAFKA_SASL_USERNAME ?? '',
      password: config.KAFKA_SASL_PASSWORD ?? textOf(config, 'KAFKA_SASL_PASSWORD_FILE') ?? '',
    };
  const tokens = createKafkaTokens({
    tokenUrl: config.KAFKA_OAUTH_TOKEN_URL ?? '',
    clientId: config.KAFKA_OAUTH_CLIENT_ID ?? '',
    clientSecret: config.KAFKA_OAUTH_CLIENT_SECRET ?? textOf(config, 'KAFKA_OAUTH_CLIENT_SECRET_FILE') ?? '',
    scope: config.KAFKA_OAUTH_SCOPE,
  });
  return { mechanism, token: tokens };
};

/**
 * The options of `createEventBus` for these settings. Throws one ConfigError with every wrong combination, and for a
 * file that cannot be read.
 */
export const busOptionsOf = (
  config: KafkaConfig,
): { readonly brokers: readonly string[]; readonly topicPrefix: string; readonly security?: KafkaSecurity } => {
  const problems = problemsOf(config, config.NODE_ENV === 'production');
  if (problems.length > 0) throw new ConfigError(problems);
  const options = { brokers: config.KAFKA_BROKERS, topicPrefix: config.KAFKA_TOPIC_PREFIX };
  if (config.KAFKA_SECURITY === 'plaintext') return options;
  return {
    ...options,
    security: {
      ca: textOf(config, 'KAFKA_SSL_CA_FILE'),
      cert: textOf(config, 'KAFKA_SSL_CERT_FILE'),
      key: textOf(config, 'KAFKA_SSL_KEY_FILE'),
      signIn: signInOf(config),
    },
  };
};

/** The options of `createEventBus` for the settings in an environment. For tools; a service has a schema of its own. */
export const busOptionsFrom = (env: Readonly<Record<string, string | undefined>>): ReturnType<typeof busOptionsOf> =>
  busOptionsOf(settings(kafkaSchema, env));
