import { ownBoxOffice, withUserErrors, type PageArgs } from '@boxlist/service-kit';
import { AppError } from '@boxlist/contracts';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { GraphContext } from './context';
import type { Connection } from './domain/connection';
import { contactLists, createContactList, createTag, customFields, tags } from './use-cases/account-resources';
import { updateConnectionSettings } from './use-cases/choose-settings';
import { beginConnection, disconnect } from './use-cases/connect';
import { removeTicketTailorApiKey, setTicketTailorApiKey } from './use-cases/ticket-tailor-key';

type Args = PageArgs & { search?: string | null };
interface Input<T> {
  readonly input: T;
}
const mine = ({ identity }: GraphContext) => ({ __typename: 'BoxOffice', id: identity.boxOfficeId });
const connected = (connection: Connection): Connection => {
  if (connection.status !== 'CONNECTED')
    throw new AppError('CONNECTION_NEEDS_RECONNECT', 'The connection must be renewed by signing in again');
  return connection;
};

export const resolvers = {
  DateTime: GraphQLDateTimeISO,
  Node: { __resolveType: () => 'Connection' },
  Query: { boxOffice: (_: unknown, __: unknown, graph: GraphContext) => mine(graph) },
  BoxOffice: {
    __resolveReference: ({ id }: { id: string }, graph: GraphContext) => (
      ownBoxOffice(graph.identity, id),
      mine(graph)
    ),
    connections: (_: unknown, __: unknown, { ctx, identity }: GraphContext) =>
      ctx.connections.ofBoxOffice(identity.boxOfficeId),
    ticketTailorApiKey: (_: unknown, __: unknown, { ctx, identity }: GraphContext) =>
      ctx.ticketTailorKeys.mark(identity.boxOfficeId),
  },
  Connection: {
    __resolveReference: async ({ id }: { id: string }, { ctx, identity }: GraphContext) => {
      const connection = await ctx.connections.byId(id);
      return connection?.boxOfficeId === identity.boxOfficeId ? connection : null;
    },
    contactLists: (connection: Connection, args: Args, { ctx }: GraphContext) =>
      contactLists(ctx, connected(connection), args),
    tags: (connection: Connection, args: Args, { ctx }: GraphContext) => tags(ctx, connected(connection), args),
    customFields: (connection: Connection, args: Args, { ctx }: GraphContext) =>
      customFields(ctx, connected(connection), args),
  },
  Mutation: {
    beginConnection: (
      _: unknown,
      { input }: Input<Parameters<typeof beginConnection>[2]>,
      { ctx, identity }: GraphContext,
    ) => withUserErrors({ authorizationUrl: null, connection: null }, () => beginConnection(ctx, identity, input)),
    disconnect: (_: unknown, { input }: Input<{ connectionId: string }>, { ctx, identity }: GraphContext) =>
      withUserErrors({ connection: null }, async () => ({
        connection: await disconnect(ctx, identity, input.connectionId),
      })),
    updateConnectionSettings: (
      _: unknown,
      { input }: Input<Parameters<typeof updateConnectionSettings>[2]>,
      { ctx, identity }: GraphContext,
    ) =>
      withUserErrors({ connection: null }, async () => ({
        connection: await updateConnectionSettings(ctx, identity, input),
      })),
    setTicketTailorApiKey: (_: unknown, { input }: Input<{ apiKey: string }>, graph: GraphContext) =>
      withUserErrors({ boxOffice: null }, async () => {
        await setTicketTailorApiKey(graph.ctx, graph.identity, input.apiKey);
        return { boxOffice: mine(graph) };
      }),
    removeTicketTailorApiKey: (_: unknown, __: unknown, graph: GraphContext) =>
      withUserErrors({ boxOffice: null }, async () => {
        await removeTicketTailorApiKey(graph.ctx, graph.identity);
        return { boxOffice: mine(graph) };
      }),
    createContactList: (
      _: unknown,
      { input }: Input<Parameters<typeof createContactList>[2]>,
      { ctx, identity }: GraphContext,
    ) =>
      withUserErrors({ contactList: null }, async () => ({
        contactList: await createContactList(ctx, identity, input),
      })),
    createTag: (_: unknown, { input }: Input<Parameters<typeof createTag>[2]>, { ctx, identity }: GraphContext) =>
      withUserErrors({ tag: null }, async () => ({ tag: await createTag(ctx, identity, input) })),
  },
};
