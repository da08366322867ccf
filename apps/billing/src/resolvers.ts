import { ownBoxOffice, withUserErrors, type Identity } from '@boxlist/service-kit';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { Context } from './context';
import { addOnOf, type AddOn } from './domain/catalogue';
import { activationPreview, trialDaysFor } from './domain/preview';
import { isEntitled, settled, type Subscription } from './domain/subscription';
import { activateApp, deactivateApp } from './use-cases/change-subscription';
import { listInvoices } from './use-cases/list-invoices';

interface GraphContext {
  readonly ctx: Context;
  readonly identity: Identity;
}
interface Input {
  readonly input: { readonly appId: string };
}
interface PageInput {
  readonly first?: number | null;
  readonly after?: string | null;
}
/** An add-on as one box office sees it. */
interface ConnectableApp {
  readonly addOn: AddOn;
  readonly subscription: Subscription | undefined;
}

const mine = ({ identity }: GraphContext) => ({ __typename: 'BoxOffice', id: identity.boxOfficeId });

/** As it stands now, even when the run has not come by yet. */
const present = (subscription: Subscription, { ctx }: GraphContext): Subscription => settled(subscription, ctx.clock());

const changed = (run: () => Promise<Subscription>) =>
  withUserErrors({ subscription: null }, async () => ({ subscription: await run() }));

export const resolvers = {
  DateTime: GraphQLDateTimeISO,
  Node: { __resolveType: () => 'AppSubscription' },
  Query: { boxOffice: (_: unknown, __: unknown, graph: GraphContext) => mine(graph) },
  BoxOffice: {
    __resolveReference: ({ id }: { id: string }, graph: GraphContext) => (
      ownBoxOffice(graph.identity, id),
      mine(graph)
    ),
    apps: (_: unknown, __: unknown, { ctx, identity }: GraphContext): Promise<ConnectableApp[]> =>
      Promise.all(
        ctx.catalogue.map(async (addOn) => ({
          addOn,
          subscription: await ctx.subscriptions.ofApp(identity.boxOfficeId, addOn.id),
        })),
      ),
    invoices: (_: unknown, args: PageInput, { ctx, identity }: GraphContext) => listInvoices(ctx, identity, args),
  },
  ConnectableApp: {
    id: ({ addOn }: ConnectableApp) => addOn.id,
    name: ({ addOn }: ConnectableApp) => addOn.name,
    description: ({ addOn }: ConnectableApp) => addOn.description,
    monthlyPrice: ({ addOn, subscription }: ConnectableApp, _: unknown, graph: GraphContext) =>
      subscription && isEntitled(present(subscription, graph).status) ? subscription.price : addOn.monthlyPrice,
    trialDays: ({ addOn, subscription }: ConnectableApp) => trialDaysFor(subscription, addOn),
    activationPreview: ({ addOn, subscription }: ConnectableApp, _: unknown, { ctx }: GraphContext) =>
      activationPreview(subscription, addOn, ctx.clock()),
  },
  AppSubscription: {
    __resolveReference: async ({ id }: { id: string }, { ctx, identity }: GraphContext) => {
      const subscription = await ctx.subscriptions.byId(id);
      return subscription?.boxOfficeId === identity.boxOfficeId ? subscription : null;
    },
    status: (subscription: Subscription, _: unknown, graph: GraphContext) => present(subscription, graph).status,
    app: (subscription: Subscription, _: unknown, { ctx }: GraphContext): ConnectableApp => ({
      addOn: addOnOf(ctx.catalogue, subscription.appId),
      subscription,
    }),
    currentPeriodEnd: (subscription: Subscription, _: unknown, graph: GraphContext) => {
      const { status, periodEnd } = present(subscription, graph);
      return isEntitled(status) ? periodEnd : null;
    },
    entitled: (subscription: Subscription, _: unknown, graph: GraphContext) =>
      isEntitled(present(subscription, graph).status),
  },
  Mutation: {
    activateApp: (_: unknown, { input }: Input, { ctx, identity }: GraphContext) =>
      changed(() => activateApp(ctx, identity, input)),
    deactivateApp: (_: unknown, { input }: Input, { ctx, identity }: GraphContext) =>
      changed(() => deactivateApp(ctx, identity, input)),
  },
};
