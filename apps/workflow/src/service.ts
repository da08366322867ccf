import { deadLetterTopicSpecOf, topics } from '@boxlist/contracts';
import { createEventBus, startOutboxRelay } from '@boxlist/event-bus';
import {
  checkMongo,
  connectMongo,
  createHttp,
  createIdentityVerifier,
  createLog,
  listen,
  mountSubgraph,
  type Service,
} from '@boxlist/service-kit';
import typeDefs from '../schema.graphql';
import type { Config } from './config';
import type { Context } from './context';
import { followFacts } from './events';
import { resolvers } from './resolvers';
import { createFactStore } from './store/facts';
import { createVersionStore } from './store/versions';
import { createWorkflowStore } from './store/workflows';

/** Builds the workflow service and opens its doors. Tests override the clock. */
export const createWorkflowService = async (
  config: Config,
  overrides: Partial<Pick<Context, 'clock'>> = {},
): Promise<Service> => {
  const log = createLog('workflow', config.LOG_LEVEL);
  const mongo = await connectMongo({
    uri: config.MONGODB_URI,
    database: `${config.MONGODB_DATABASE_PREFIX}_workflow`,
    log,
  });
  const bus = createEventBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'workflow',
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    standsStillAfterMs: config.EVENTS_STAND_STILL_AFTER_MS,
    log,
  });
  await bus.ensureTopics([topics.workflows, topics.entitlements, topics.connections, ...deadLetters]);
  const workflows = createWorkflowStore(mongo);
  const versions = createVersionStore(mongo);
  const facts = createFactStore(mongo);
  await Promise.all([workflows.init(), versions.init(), facts.entitlements.init(), facts.connections.init()]);
  const outbox = await startOutboxRelay({ bus, collection: workflows.collection, topic: topics.workflows, log });
  const followers = await followFacts(bus, facts);
  const ctx: Context = { workflows, versions, facts, followers, outbox, clock: () => new Date(), log, ...overrides };
  const app = createHttp({
    log,
    health: { mongodb: () => checkMongo(mongo) },
    reported: { kafka: () => bus.check(), events: () => bus.checkProgress() },
  });
  await mountSubgraph(app, {
    typeDefs,
    resolvers,
    identity: await createIdentityVerifier(config.IDENTITY_PUBLIC_JWK),
    context: ({ identity }) => ({ ctx, identity }),
    log,
  });
  const url = await listen(app, config.HOST, config.WORKFLOW_PORT);
  return {
    url,
    close: async () => {
      await app.close();
      await outbox.close();
      await bus.close();
      await mongo.close();
    },
  };
};

const deadLetters = [topics.entitlements, topics.connections].map(({ name }) => deadLetterTopicSpecOf(name));
