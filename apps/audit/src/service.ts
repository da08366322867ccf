import { createPlatform, type ListeningService } from '@boxlist/service-kit';
import typeDefs from '../schema.graphql';
import type { Config } from './config';
import type { Context } from './context';
import { auditTopics, followAudit } from './events';
import { resolvers } from './resolvers';
import { createEntryStore } from './store/entries';

/** Starts the audit service with its internal listener. Tests override the clock. */
export const createAudit = async (
  config: Config,
  overrides: Partial<Pick<Context, 'clock'>> = {},
): Promise<ListeningService> => {
  const platform = await createPlatform('audit', config, { topics: auditTopics });
  const { log, mongo, bus } = platform;
  const entries = createEntryStore(mongo);
  await entries.init();
  const ctx: Context = {
    entries,
    retentionDays: config.AUDIT_RETENTION_DAYS,
    clock: () => new Date(),
    log,
    ...overrides,
  };
  await followAudit(bus, ctx);
  return platform.serve({
    internalPort: config.AUDIT_PORT,
    reported: { kafka: () => bus.check(), events: () => bus.checkProgress() },
    subgraph: {
      typeDefs,
      resolvers,
      identityKey: config.IDENTITY_PUBLIC_JWK,
      context: ({ identity }) => ({ ctx, identity }),
    },
  });
};
