import { deadLetterTopicSpecOf, topics } from '@boxlist/contracts';
import {
  auditRelay,
  createAuthenticate,
  createPlatform,
  createSecretBox,
  type ListeningService,
} from '@boxlist/service-kit';
import type { Config } from './config';
import { openDoors } from './doors';
import { createWebhookSecretStore } from './store/webhook-secrets';

/**
 * Starts order-intake with its listeners. It needs Kafka for its work, so it is not ready without Kafka. Tests override
 * the clock.
 */
export const createOrderIntake = async (
  config: Config,
  overrides: { readonly clock?: () => Date } = {},
): Promise<ListeningService> => {
  const platform = await createPlatform('order-intake', config, {
    topics: [topics.orders, topics.audit, deadLetterTopicSpecOf(topics.orders.name)],
  });
  const { log, mongo, bus } = platform;
  const secrets = createWebhookSecretStore(mongo, createSecretBox(config.SECRET_ENCRYPTION_KEYS));
  const audit = await platform.relayOutbox({ collection: secrets.collection, ...auditRelay });
  return platform.serve({
    health: { kafka: () => bus.check() },
    reported: {},
    internalPort: config.ORDER_INTAKE_INTERNAL_PORT,
    public: {
      host: config.HOST,
      port: config.ORDER_INTAKE_PORT,
      routes: (app) =>
        openDoors(app, {
          secrets,
          bus,
          audit,
          authenticate: createAuthenticate({
            jwksUrl: config.JWT_JWKS_URL,
            issuer: config.JWT_ISSUER,
            audience: config.JWT_AUDIENCE,
          }),
          secretOverlapMs: config.WEBHOOK_SECRET_OVERLAP_HOURS * 3_600_000,
          clock: () => new Date(),
          log,
          ...overrides,
        }),
    },
  });
};
