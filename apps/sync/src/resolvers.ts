import { ownBoxOffice, withUserErrors, type PageArgs } from '@boxlist/service-kit';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { GraphContext } from './context';
import { reasons } from './domain/reasons';
import type { Backfill } from './store/backfills';
import type { Delivery } from './store/deliveries';
import {
  backfillProgress,
  changeBackfill,
  planBackfill,
  startBackfill,
  type BackfillInput,
} from './use-cases/backfill';
import { previewWorkflow, type Previewed } from './use-cases/preview-workflow';
import { deliveryPage, syncHealth, workflowStats, type DeliveryFilter } from './use-cases/read-deliveries';
import { retryDeliveries } from './use-cases/retry-deliveries';

type PageOf = PageArgs & { filter?: DeliveryFilter | null };
const mine = ({ identity }: GraphContext) => ({ __typename: 'BoxOffice', id: identity.boxOfficeId });

const changing =
  (change: Parameters<typeof changeBackfill>[3]) =>
  (_: unknown, { input }: { input: { backfillId: string } }, { ctx, identity }: GraphContext) =>
    withUserErrors({ backfill: null }, async () => ({
      backfill: await changeBackfill(ctx, identity, input.backfillId, change),
    }));

export const resolvers = {
  DateTime: GraphQLDateTimeISO,
  Node: { __resolveType: (node: object) => ('mode' in node ? 'Backfill' : 'Delivery') },
  Query: { boxOffice: (_: unknown, __: unknown, graph: GraphContext) => mine(graph) },
  BoxOffice: {
    __resolveReference: ({ id }: { id: string }, graph: GraphContext) => (
      ownBoxOffice(graph.identity, id),
      mine(graph)
    ),
    deliveries: (_: unknown, { filter, ...args }: PageOf, { ctx, identity }: GraphContext) =>
      deliveryPage(ctx, identity, filter ?? {}, args),
    syncHealth: (_: unknown, __: unknown, { ctx, identity }: GraphContext) => syncHealth(ctx, identity),
  },
  Workflow: {
    __resolveReference: async ({ id }: { id: string }, { ctx, identity }: GraphContext) => {
      const fact = await ctx.workflows.byId(id);
      return fact && fact.boxOfficeId !== identity.boxOfficeId ? null : { __typename: 'Workflow', id };
    },
    stats: ({ id }: { id: string }, _: unknown, { ctx, identity }: GraphContext) => workflowStats(ctx, identity, id),
    deliveries: ({ id }: { id: string }, { filter, ...args }: PageOf, { ctx, identity }: GraphContext) =>
      deliveryPage(ctx, identity, { ...filter, workflowId: id }, args),
    backfills: ({ id }: { id: string }, _: unknown, { ctx, identity }: GraphContext) =>
      ctx.backfills.ofWorkflow(identity.boxOfficeId, id),
  },
  Backfill: {
    __resolveReference: async ({ id }: { id: string }, { ctx, identity }: GraphContext) => {
      const backfill = await ctx.backfills.byId(id);
      return backfill?.boxOfficeId === identity.boxOfficeId ? backfill : null;
    },
    id: ({ _id }: Backfill) => _id,
    workflow: ({ workflowId }: Backfill) => ({ __typename: 'Workflow', id: workflowId }),
    progress: (backfill: Backfill, _: unknown, { ctx }: GraphContext) => backfillProgress(ctx, backfill),
  },
  Delivery: {
    __resolveReference: async ({ id }: { id: string }, { ctx, identity }: GraphContext) => {
      const [delivery] = await ctx.deliveries.byIds([id]);
      return delivery?.boxOfficeId === identity.boxOfficeId ? delivery : null;
    },
    id: ({ _id }: Delivery) => _id,
    order: ({ orderId, eventId, eventName, orderTime }: Delivery) => ({
      id: orderId,
      eventId,
      eventName,
      occurredAt: new Date(orderTime),
    }),
    workflow: ({ workflowId }: Delivery) => ({ __typename: 'Workflow', id: workflowId }),
    reason: ({ reason }: Delivery) => reason && { code: reason, message: reasons[reason] },
    nextAttemptAt: ({ status, readyAt }: Delivery) => (status === 'WAITING' ? readyAt : null),
  },
  PreviewedOrder: {
    order: ({ order }: Previewed) => ({
      id: order.orderId,
      eventId: order.event?.id ?? null,
      eventName: order.event?.name ?? null,
      occurredAt: new Date(order.eventTime),
    }),
    reason: ({ reason }: Previewed) => reason && { code: reason, message: reasons[reason] },
  },
  QuotaUse: { class: ({ class: kind }: { class: string }) => kind.toUpperCase() },
  Mutation: {
    retryDeliveries: (
      _: unknown,
      { input }: { input: { filter?: DeliveryFilter | null } },
      { ctx, identity }: GraphContext,
    ) => withUserErrors({ accepted: null }, () => retryDeliveries(ctx, identity, input.filter ?? {})),
    previewWorkflow: (
      _: unknown,
      { input }: { input: Parameters<typeof previewWorkflow>[2] },
      { ctx, identity }: GraphContext,
    ) => withUserErrors({ preview: null }, async () => ({ preview: await previewWorkflow(ctx, identity, input) })),
    planBackfill: (_: unknown, { input }: { input: BackfillInput }, { ctx, identity }: GraphContext) =>
      withUserErrors({ plan: null }, async () => ({ plan: await planBackfill(ctx, identity, input) })),
    startBackfill: (_: unknown, { input }: { input: BackfillInput }, { ctx, identity }: GraphContext) =>
      withUserErrors({ backfill: null }, async () => ({ backfill: await startBackfill(ctx, identity, input) })),
    pauseBackfill: changing('pause'),
    resumeBackfill: changing('resume'),
    cancelBackfill: changing('cancel'),
  },
};
