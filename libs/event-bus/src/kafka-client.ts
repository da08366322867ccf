import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import type { EventBusOptions, KafkaSecurity } from './event-bus';

/** kafkajs' settings for a secure connection. */
const secured = (security: KafkaSecurity | undefined): Pick<KafkaConfig, 'ssl' | 'sasl'> => {
  if (!security) return {};
  const { ca, cert, key, signIn } = security;
  const ssl = { ...(ca === undefined ? {} : { ca: [ca] }), cert, key, minVersion: 'TLSv1.2' as const };
  return signIn ? { ssl, sasl: saslOf(signIn) } : { ssl };
};

const saslOf = (signIn: NonNullable<KafkaSecurity['signIn']>): SASLOptions => {
  if (signIn.mechanism === 'oauthbearer')
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await signIn.token() }) };
  const { username, password } = signIn;
  return signIn.mechanism === 'scram-sha-256'
    ? { mechanism: 'scram-sha-256', username, password }
    : { mechanism: 'scram-sha-512', username, password };
};

/**
 * A client signs in again this long before the broker would end its sign-in. A sign-in must last longer than that and a
 * second, because a broker refuses to repeat one within a second.
 */
const signInAgainMs = 5_000;

/** The client of kafkajs for these options. */
export const kafkaOf = ({
  clientId,
  brokers,
  security,
  log,
}: Pick<EventBusOptions, 'clientId' | 'brokers' | 'security' | 'log'>): Kafka =>
  new Kafka({
    clientId,
    brokers: [...brokers],
    ...secured(security),
    logLevel: logLevel.ERROR,
    connectionTimeout: 5_000,
    requestTimeout: 20_000,
    reauthenticationThreshold: signInAgainMs,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logCreator:
      () =>
      ({ log: entry, namespace }) =>
        log.info({ namespace, reason: entry.message }, 'kafka.client'),
  });
