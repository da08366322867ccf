import { deadLetterTopicSpecOf, topics } from '@boxlist/contracts';
import { createEventBus } from '@boxlist/event-bus';
import {
  checkMongo,
  connectMongo,
  createAuthenticate,
  createHttp,
  createLog,
  createSecretBox,
  listen,
  type Service,
} from '@boxlist/service-kit';
import type { Config } from './config';
import { openDoors } from './doors';
import { createWebhookSecretStore } from './store/webhook-secrets';

/** Builds order-intake and opens its doors. */
export const createOrderIntake = async (config: Config): Promise<Service> => {
  const log = createLog('order-intake', config.LOG_LEVEL);
  const mongo = await connectMongo({
    uri: config.MONGODB_URI,
    database: `${config.MONGODB_DATABASE_PREFIX}_order_intake`,
    log,
  });
  const bus = createEventBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'order-intake',
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    log,
  });
  await bus.ensureTopics([topics.orders, deadLetterTopicSpecOf(topics.orders.name)]);
  const app = createHttp({ log, health: { mongodb: () => checkMongo(mongo), kafka: () => bus.check() } });
  openDoors(app, {
    secrets: createWebhookSecretStore(mongo, createSecretBox(config.SECRET_ENCRYPTION_KEYS)),
    bus,
    authenticate: createAuthenticate({
      jwksUrl: config.JWT_JWKS_URL,
      issuer: config.JWT_ISSUER,
      audience: config.JWT_AUDIENCE,
    }),
    clock: () => new Date(),
    log,
  });
  const url = await listen(app, config.HOST, config.ORDER_INTAKE_PORT);
  return {
    url,
    close: async () => {
      await app.close();
      await bus.close();
      await mongo.close();
    },
  };
};
