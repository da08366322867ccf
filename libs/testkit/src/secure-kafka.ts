import { kafkaRules, kafkaUses, type KafkaUser } from '@boxlist/contracts';
import { grantAccess, tryBroker, type KafkaSecurity } from '@boxlist/event-bus';
import { createAuthority, secureListener } from '@boxlist/local-servers';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const users = Object.keys(kafkaUses) as KafkaUser[];
const admin = 'boxlist-admin';
const isUser = (name: string): name is KafkaUser => users.some((user) => user === name);

/**
 * Prepares a broker with TLS, client certificates and an access control list, where every service is a user of its own
 * and may do what `kafkaUses` says.
 */
export const prepareSecureKafka = async (dataDir: string) => {
  const authority = await createAuthority(join(dataDir, 'authority'));
  const certificate = await authority.issue('client');
  const passwords = Object.fromEntries(
    [admin, ...users.map((user) => `boxlist-${user}`)].map((name) => [name, randomBytes(16).toString('hex')]),
  );
  const securityOf = (username: string): KafkaSecurity => ({
    ca: authority.ca,
    cert: certificate.cert,
    key: certificate.key,
    signIn: { mechanism: 'scram-sha-512', username, password: passwords[username] ?? '' },
  });
  return {
    listener: await secureListener({ authority, users: passwords, superUsers: [admin], clientCertificates: true }),
    tryBroker: (brokers: string): Promise<void> => tryBroker(brokers, securityOf(admin)),
    /** Allows every service what it does under this prefix. */
    grant: (brokers: string, topicPrefix: string): Promise<void> =>
      grantAccess(
        { brokers: brokers.split(','), clientId: 'admin', security: securityOf(admin), log: quiet },
        kafkaRules({ topicPrefix }),
      ),
    /** How a producer of orders signs in. */
    producer: securityOf('boxlist-order-producer'),
    /** The settings of one service: its own user and password. Empty for a part that does not use Kafka. */
    settingsFor: (name: string): Record<string, string> =>
      isUser(name)
        ? {
            KAFKA_SECURITY: 'sasl_ssl',
            KAFKA_SSL_CA_FILE: authority.caFile,
            KAFKA_SSL_CERT_FILE: certificate.certFile,
            KAFKA_SSL_KEY_FILE: certificate.keyFile,
            KAFKA_SASL_MECHANISM: 'scram-sha-512',
            KAFKA_SASL_USERNAME: `boxlist-${name}`,
            KAFKA_SASL_PASSWORD: passwords[`boxlist-${name}`] ?? '',
          }
        : {},
  };
};
