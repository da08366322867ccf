import { deadLetterTopicSpecOf, topics } from '@boxlist/contracts';
import { createRest } from '@boxlist/event-bus';
import { auditRelay, createPlatform, type ListeningService } from '@boxlist/service-kit';
import typeDefs from '../schema.graphql';
import type { Config } from './config';
import type { Context } from './context';
import { followFacts } from './events';
import { resolvers } from './resolvers';
import { createFactStore } from './store/facts';
import { createVersionStore } from './store/versions';
import { createWorkflowStore } from './store/workflows';

const followed = [topics.entitlements, topics.connections];
const deadLetters = followed.map(({ name }) => deadLetterTopicSpecOf(name));

/** Starts the workflow service with its internal listener. Tests override the clock. */
export const createWorkflowService = async (
  config: Config,
  overrides: Partial<Pick<Context, 'clock'>> = {},
): Promise<ListeningService> => {
  const platform = await createPlatform('workflow', config, {
    topics: [topics.workflows, topics.audit, ...followed, ...deadLetters],
  });
  const { log, mongo, bus } = platform;
  const workflows = createWorkflowStore(mongo);
  const versions = createVersionStore(mongo);
  const facts = createFactStore(mongo);
  await Promise.all([workflows.init(), versions.init(), facts.entitlements.init(), facts.connections.init()]);
  const rest = createRest();
  const { collection } = workflows;
  const outbox = await platform.relayOutbox({ collection, topic: topics.workflows, rest });
  await platform.relayOutbox({ collection, ...auditRelay, rest });
  const followers = await followFacts(bus, facts, log);
  const limits = { workflows: config.MAX_WORKFLOWS, filterIds: config.MAX_FILTER_IDS };
  const clock = () => new Date();
  const ctx: Context = { workflows, versions, facts, followers, outbox, limits, clock, log, ...overrides };
  return platform.serve({
    internalPort: config.WORKFLOW_PORT,
    reported: { kafka: () => bus.check(), events: () => bus.checkProgress() },
    subgraph: {
      typeDefs,
      resolvers,
      identityKey: config.IDENTITY_PUBLIC_JWK,
      context: ({ identity }) => ({ ctx, identity }),
    },
  });
};
