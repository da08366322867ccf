import { inputScalars, ownBoxOffice, withUserErrors, type CompleteResolvers } from '@boxlist/service-kit';
import type { GraphContext } from './context';
import { addOnOf } from './domain/catalogue';
import { monthlyPriceOf, trialDaysOf } from './domain/connectable-app';
import { activationPreview } from './domain/preview';
import { isEntitled, settled, type Subscription } from './domain/subscription';
import type { Resolvers, ResolversParentTypes } from './generated/resolver-types';
import { activateApp, deactivateApp } from './use-cases/change-subscription';
import { listInvoices } from './use-cases/list-invoices';

/** The subscription as of now, even if billing has not run yet. */
const present = (subscription: Subscription, { ctx }: GraphContext): Subscription => settled(subscription, ctx.clock());

const changed = (run: () => Promise<Subscription>) =>
  withUserErrors({ subscription: null }, async () => ({ subscription: await run() }));

export const resolvers: CompleteResolvers<Resolvers, ResolversParentTypes> = {
  DateTime: inputScalars.DateTime,
  Node: { __resolveType: () => 'AppSubscription' },
  Query: { boxOffice: (_, __, { identity }) => ({ id: identity.boxOfficeId }) },
  BoxOffice: {
    __resolveReference: ({ id }, { identity }) => ({ id: ownBoxOffice(identity, id) }),
    apps: (_, __, { ctx, identity }) =>
      Promise.all(
        ctx.catalogue.map(async (addOn) => ({
          addOn,
          subscription: await ctx.subscriptions.ofApp(identity.boxOfficeId, addOn.id),
        })),
      ),
    invoices: (_, { first, after }, { ctx, identity }) => listInvoices(ctx, identity, { first, after }),
  },
  ConnectableApp: {
    id: ({ addOn }) => addOn.id,
    name: ({ addOn }) => addOn.name,
    description: ({ addOn }) => addOn.description,
    monthlyPrice: (app, _, { ctx }) => monthlyPriceOf(app, ctx.clock()),
    trialDays: trialDaysOf,
    activationPreview: ({ addOn, subscription }, _, { ctx }) => activationPreview(subscription, addOn, ctx.clock()),
  },
  AppSubscription: {
    __resolveReference: async ({ id }, { ctx, identity }) => {
      const subscription = await ctx.subscriptions.byId(id);
      return subscription?.boxOfficeId === identity.boxOfficeId ? subscription : null;
    },
    status: (subscription, _, graph) => present(subscription, graph).status,
    app: (subscription, _, { ctx }) => ({ addOn: addOnOf(ctx.catalogue, subscription.appId), subscription }),
    currentPeriodEnd: (subscription, _, graph) => {
      const { status, periodEnd } = present(subscription, graph);
      return isEntitled(status) ? periodEnd : null;
    },
    entitled: (subscription, _, graph) => isEntitled(present(subscription, graph).status),
  },
  Mutation: {
    activateApp: (_, { input }, { ctx, identity }) => changed(() => activateApp(ctx, identity, input)),
    deactivateApp: (_, { input }, { ctx, identity }) => changed(() => deactivateApp(ctx, identity, input)),
  },
};
