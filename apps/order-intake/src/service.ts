import { deadLetterTopicSpecOf, topics } from '@boxlist/contracts';
import {
  auditRelay,
  createAuthenticate,
  createPlatform,
  createRateLimits,
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
  const { limit } = createRateLimits({
    shared: platform.sharedCounter(),
    secret: Buffer.concat(config.SECRET_ENCRYPTION_KEYS.map(({ key }) => key)),
  });
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
          authenticate: createAuthenticate(config),
          limits: {
            address: limit('webhooks.address', config.LIMIT_WEBHOOKS_BY_ADDRESS_PER_MINUTE, 'address'),
            boxOffice: limit('webhooks.box-office', config.LIMIT_WEBHOOKS_BY_BOX_OFFICE_PER_MINUTE, 'box office'),
            subject: limit('webhook-secret.subject', config.LIMIT_WEBHOOK_SECRET_BY_SUBJECT_PER_MINUTE, 'person'),
          },
          secretOverlapMs: config.WEBHOOK_SECRET_OVERLAP_HOURS * 3_600_000,
          clock: () => new Date(),
          log,
          ...overrides,
        }),
    },
  });
};
