import { AppError } from '@boxlist/contracts';
import { keysetPage, ownBoxOffice, withUserErrors, type Identity, type PageArgs } from '@boxlist/service-kit';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { CatalogueEntry, Context } from './context';
import type { InvoiceLine } from './domain/invoice';
import { isEntitled, nextMonth, statusAt, type Subscription } from './domain/subscription';
import type { Invoice } from './store/invoices';
import { upcomingInvoice } from './use-cases/run-billing';
import { activateApp, deactivateApp, previewActivation } from './use-cases/subscribe';

export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Identity;
}
const mine = ({ identity }: GraphContext) => ({ __typename: 'BoxOffice', id: identity.boxOfficeId });
const money = (amountMinor: number, currency: string) => ({ amountMinor, currency });
const currencyOf = (ctx: Context): string => ctx.catalogue[0]?.currency ?? 'GBP';
const total = (lines: readonly InvoiceLine[]): number => lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
const showLines = (lines: readonly InvoiceLine[], currency: string) =>
  lines.map(({ amountMinor, ...line }) => ({ ...line, amount: money(amountMinor, currency) }));

type Shown = Pick<Invoice, 'periodStart' | 'periodEnd' | 'lines' | 'currency'> & {
  readonly id: string;
  readonly status: 'UPCOMING' | 'ISSUED';
  readonly issuedAt: Date | null;
};

/** The upcoming one first, then the issued ones, newest first. Billing is the owner's and managers' to read as well as viewers'. */
const invoicePage = async ({ ctx, identity }: GraphContext, args: PageArgs) => {
  const upcoming: Shown = {
    ...(await upcomingInvoice(ctx, identity.boxOfficeId)),
    id: `inv_upcoming`,
    status: 'UPCOMING',
    issuedAt: null,
    currency: currencyOf(ctx),
  };
  return keysetPage<Shown, number>({
    args: { first: args.first, after: args.after },
    positionOf: ({ status, periodStart }) => (status === 'UPCOMING' ? Number.MAX_SAFE_INTEGER : periodStart.getTime()),
    fetch: async ({ after, limit }) => {
      if (after !== undefined && typeof after !== 'number')
        throw new AppError('BAD_INPUT', 'after is not a cursor of this list', { field: ['after'] });
      const before = after === undefined || after > 8.64e15 ? undefined : new Date(after);
      const issued = (await ctx.invoices.page(identity.boxOfficeId, before, limit)).map((invoice): Shown => ({
        ...invoice,
        status: 'ISSUED',
      }));
      return (after === undefined ? [upcoming, ...issued] : issued).slice(0, limit);
    },
  });
};

export const resolvers = {
  DateTime: GraphQLDateTimeISO,
  Node: { __resolveType: () => 'Subscription' },
  Query: { boxOffice: (_: unknown, __: unknown, graph: GraphContext) => mine(graph) },
  BoxOffice: {
    __resolveReference: ({ id }: { id: string }, graph: GraphContext) => (
      ownBoxOffice(graph.identity, id),
      mine(graph)
    ),
    apps: (_: unknown, __: unknown, { ctx }: GraphContext) => ctx.catalogue,
    invoices: (_: unknown, args: PageArgs, graph: GraphContext) => invoicePage(graph, args),
  },
  ConnectableApp: {
    monthlyPrice: ({ monthlyMinor, currency }: CatalogueEntry) => money(monthlyMinor, currency),
    subscription: ({ id }: CatalogueEntry, _: unknown, { ctx, identity }: GraphContext) =>
      ctx.subscriptions.of(identity.boxOfficeId, id),
    activationPreview: async (app: CatalogueEntry, _: unknown, { ctx, identity }: GraphContext) => {
      const { firstPeriodEnd, lines } = await previewActivation(ctx, identity, app);
      return {
        firstPeriodEnd,
        dueForFirstPeriod: money(total(lines), app.currency),
        monthlyAfter: money(app.monthlyMinor, app.currency),
        lines: showLines(lines, app.currency),
      };
    },
  },
  Subscription: {
    __resolveReference: async ({ id }: { id: string }, { ctx, identity }: GraphContext) => {
      const subscription = await ctx.subscriptions.byId(id);
      return subscription?.boxOfficeId === identity.boxOfficeId ? subscription : null;
    },
    app: ({ appId }: Subscription, _: unknown, { ctx }: GraphContext) => ctx.catalogue.find(({ id }) => id === appId),
    status: (subscription: Subscription, _: unknown, { ctx }: GraphContext) => statusAt(subscription, ctx.clock()),
    entitled: (subscription: Subscription, _: unknown, { ctx }: GraphContext) =>
      isEntitled(statusAt(subscription, ctx.clock())),
    currentPeriodEnd: (_: Subscription, __: unknown, { ctx }: GraphContext) => nextMonth(ctx.clock()),
  },
  Invoice: {
    total: ({ lines, currency }: Shown) => money(total(lines), currency),
    lines: ({ lines, currency }: Shown) => showLines(lines, currency),
  },
  Mutation: {
    activateApp: (_: unknown, { input }: { input: { appId: string } }, { ctx, identity }: GraphContext) =>
      withUserErrors({ subscription: null }, async () => ({
        subscription: await activateApp(ctx, identity, input.appId),
      })),
    deactivateApp: (_: unknown, { input }: { input: { appId: string } }, { ctx, identity }: GraphContext) =>
      withUserErrors({ subscription: null }, async () => ({
        subscription: await deactivateApp(ctx, identity, input.appId),
      })),
  },
};
