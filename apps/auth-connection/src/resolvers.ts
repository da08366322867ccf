import { inputScalars, ownBoxOffice, withUserErrors, type CompleteResolvers } from '@boxlist/service-kit';
import type { Resolvers, ResolversParentTypes } from './generated/resolver-types';
import { contactLists, createContactList, createTag, customFields, tags } from './use-cases/account-resources';
import { updateConnectionSettings } from './use-cases/choose-settings';
import { completeConnection } from './use-cases/complete-connection';
import { beginConnection, disconnect } from './use-cases/connect';
import { removeTicketTailorApiKey, setTicketTailorApiKey } from './use-cases/ticket-tailor-key';

export const resolvers: CompleteResolvers<Resolvers, ResolversParentTypes> = {
  DateTime: inputScalars.DateTime,
  Node: { __resolveType: () => 'Connection' },
  Query: { boxOffice: (_, __, { identity }) => ({ id: identity.boxOfficeId }) },
  BoxOffice: {
    __resolveReference: ({ id }, { identity }) => ({ id: ownBoxOffice(identity, id) }),
    connections: (_, __, { ctx, identity }) => ctx.connections.ofBoxOffice(identity.boxOfficeId),
    ticketTailorApiKey: (_, __, { ctx, identity }) => ctx.ticketTailorKeys.summary(identity.boxOfficeId),
  },
  Connection: {
    __resolveReference: async ({ id }, { ctx, identity }) => {
      const connection = await ctx.connections.byId(id);
      return connection?.boxOfficeId === identity.boxOfficeId ? connection : null;
    },
    contactLists: (connection, { first, after, search, refresh }, { ctx, identity }) =>
      contactLists(ctx, identity, connection, { first, after, search, refresh }),
    tags: (connection, { first, after, search, refresh }, { ctx, identity }) =>
      tags(ctx, identity, connection, { first, after, search, refresh }),
    customFields: (connection, { first, after, search, refresh }, { ctx, identity }) =>
      customFields(ctx, identity, connection, { first, after, search, refresh }),
  },
  ConnectionSettings: { canUpgradeImported: (_, __, { ctx }) => ctx.offersUpgrades },
  Mutation: {
    beginConnection: (_, { input: { connectionId, returnUrl } }, { ctx, identity }) =>
      withUserErrors({ authorizationUrl: null, connection: null }, () =>
        beginConnection(ctx, identity, { connectionId, returnUrl }),
      ),
    completeConnection: (_, { input: { ticket, confirm } }, { ctx, identity }) =>
      withUserErrors({ connection: null, account: null, needsConfirmation: false }, () =>
        completeConnection(ctx, identity, { ticket, confirm: confirm ?? false }),
      ),
    disconnect: (_, { input }, { ctx, identity }) =>
      withUserErrors({ connection: null }, async () => ({
        connection: await disconnect(ctx, identity, input.connectionId),
      })),
    updateConnectionSettings: (_, { input }, { ctx, identity }) =>
      withUserErrors({ connection: null }, async () => {
        const { connectionId, version, optInRoute, whenQuotaIsScarce, upgradesImported } = input;
        const chosen = { connectionId, version, optInRoute, whenQuotaIsScarce, upgradesImported };
        return { connection: await updateConnectionSettings(ctx, identity, chosen) };
      }),
    setTicketTailorApiKey: (_, { input }, { ctx, identity }) =>
      withUserErrors({ boxOffice: null }, async () => {
        await setTicketTailorApiKey(ctx, identity, input.apiKey);
        return { boxOffice: { id: identity.boxOfficeId } };
      }),
    removeTicketTailorApiKey: (_, __, { ctx, identity }) =>
      withUserErrors({ boxOffice: null }, async () => {
        await removeTicketTailorApiKey(ctx, identity);
        return { boxOffice: { id: identity.boxOfficeId } };
      }),
    createContactList: (_, { input: { connectionId, name, description } }, { ctx, identity }) =>
      withUserErrors({ contactList: null }, async () => ({
        contactList: await createContactList(ctx, identity, { connectionId, name, description }),
      })),
    createTag: (_, { input }, { ctx, identity }) =>
      withUserErrors({ tag: null }, async () => ({ tag: await createTag(ctx, identity, input) })),
  },
};
