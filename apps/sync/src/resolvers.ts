import { inputScalars, ownBoxOffice, withUserErrors, type CompleteResolvers } from '@boxlist/service-kit';
import { GraphQLJSON } from 'graphql-scalars';
import type { GraphContext } from './context';
import type { CallClass } from './domain/ledger-state';
import { reasons, type ReasonCode } from './domain/reasons';
import type {
  BackfillInput,
  ChangeBackfillInput,
  DeliveryFilter,
  Resolvers,
  ResolversParentTypes,
} from './generated/resolver-types';
import { backfillProgress, changeBackfill, planBackfill, startBackfill } from './use-cases/backfill/backfill-commands';
import { deadLetterPage, discardDeadLetters, replayDeadLetters } from './use-cases/dead-letters/dead-letter-commands';
import { eraseBuyer, erasureOf, remainsOf } from './use-cases/privacy/erase-buyer';
import { exportBuyer } from './use-cases/privacy/export-buyer';
import { previewWorkflow } from './use-cases/history/preview-workflow';
import { deliveryPage, syncHealth, workflowStats } from './use-cases/history/list-deliveries';
import { noticePage } from './use-cases/history/list-notices';
import { cancelRetry, retryDeliveries } from './use-cases/history/retry-deliveries';

const toFilter = (filter: DeliveryFilter) => {
  const { ids, statuses, reasons: codes, workflowId, eventId, orderId, email, from, to } = filter;
  return { ids, statuses, reasons: codes, workflowId, eventId, orderId, email, from, to };
};

const toBackfill = ({ workflowId, mode, source, from, to }: BackfillInput) => ({
  workflowId,
  mode,
  source: source ?? 'ORDERS_SEEN',
  from,
  to,
});

const described = (reason: ReasonCode) => ({ code: reason, message: reasons[reason] });
const explained = (reason: ReasonCode | null) => reason && described(reason);

const changing =
  (change: Parameters<typeof changeBackfill>[3]) =>
  (_: unknown, { input }: { input: ChangeBackfillInput }, { ctx, identity }: GraphContext) =>
    withUserErrors({ backfill: null }, async () => ({
      backfill: await changeBackfill(ctx, identity, input.backfillId, change),
    }));

export const resolvers: CompleteResolvers<Resolvers, ResolversParentTypes> = {
  DateTime: inputScalars.DateTime,
  JSON: GraphQLJSON,
  Node: { __resolveType: ({ __typename }) => __typename },
  Query: { boxOffice: (_, __, { identity }) => ({ id: identity.boxOfficeId }) },
  BoxOffice: {
    __resolveReference: ({ id }, { identity }) => ({ id: ownBoxOffice(identity, id) }),
    deliveries: (_, { filter, first, after, last, before }, { ctx, identity, signal }) =>
      deliveryPage(ctx, identity, toFilter(filter ?? {}), { first, after, last, before, signal }),
    syncHealth: (_, __, { ctx, identity }) => syncHealth(ctx, identity),
    deadLetters: (_, { statuses, first, after }, { ctx, identity, signal }) =>
      deadLetterPage(ctx, identity, { statuses, first, after, signal }),
    retries: (_, __, { ctx, identity }) => ctx.retries.ofBoxOffice(identity.boxOfficeId),
    notices: (_, { states, first, after }, { ctx, identity, signal }) =>
      noticePage(ctx, identity, { states, first, after, signal }),
    buyerErasure: (_, { email }, { ctx, identity }) => erasureOf(ctx, identity, email),
    retention: (_, __, { ctx: { retention } }) => ({
      historyDays: Math.floor(retention.historyMs / 86_400_000),
      deadLetterDays: Math.floor(retention.deadLettersMs / 86_400_000),
    }),
  },
  DeadLetter: {
    id: ({ _id }) => _id,
    canReplay: ({ status, original }) => status === 'OPEN' && original !== null,
    replayOfId: ({ replayOf }) => replayOf,
  },
  Notice: {
    __resolveReference: async ({ id }, { ctx, identity }) => {
      const notice = await ctx.notices.byId(id);
      return notice?.boxOfficeId === identity.boxOfficeId ? notice : null;
    },
    id: ({ _id }) => _id,
    connection: ({ connectionId }) => (connectionId ? { id: connectionId } : null),
    workflow: ({ workflowId }) => (workflowId ? { id: workflowId } : null),
  },
  BuyerErasure: { remains: remainsOf },
  ErasedContact: { connection: ({ connectionId }) => ({ id: connectionId }) },
  Workflow: {
    __resolveReference: async ({ id }, { ctx, identity }) => {
      const fact = await ctx.workflows.byId(id);
      return fact && fact.boxOfficeId !== identity.boxOfficeId ? null : { id };
    },
    stats: ({ id }, _, { ctx, identity }) => workflowStats(ctx, identity, id),
    deliveries: ({ id }, { filter, first, after, last, before }, { ctx, identity, signal }) =>
      deliveryPage(
        ctx,
        identity,
        { ...toFilter(filter ?? {}), workflowId: id },
        { first, after, last, before, signal },
      ),
    backfills: ({ id }, _, { ctx, identity }) => ctx.backfills.ofWorkflow(identity.boxOfficeId, id),
  },
  Backfill: {
    __resolveReference: async ({ id }, { ctx, identity }) => {
      const backfill = await ctx.backfills.byId(id);
      return backfill?.boxOfficeId === identity.boxOfficeId ? backfill : null;
    },
    id: ({ _id }) => _id,
    workflow: ({ workflowId }) => ({ id: workflowId }),
    source: ({ source }) => source ?? 'ORDERS_SEEN',
    pausedFor: ({ pausedFor }) => pausedFor ?? null,
    waitsUntil: ({ status, waitsUntil }) => (status === 'RUNNING' ? (waitsUntil ?? null) : null),
    progress: (backfill, _, { ctx }) => backfillProgress(ctx, backfill),
  },
  Retry: {
    __resolveReference: async ({ id }, { ctx, identity }) => {
      const retry = await ctx.retries.byId(id);
      return retry?.boxOfficeId === identity.boxOfficeId ? retry : null;
    },
    id: ({ _id }) => _id,
    progress: ({ matched, requeued }) => ({ matched, requeued }),
  },
  Delivery: {
    __resolveReference: async ({ id }, { ctx, identity }) => {
      const [delivery] = await ctx.deliveries.byIds([id]);
      return delivery?.boxOfficeId === identity.boxOfficeId ? delivery : null;
    },
    id: ({ _id }) => _id,
    order: ({ orderId, eventId, eventName, orderTime }) => ({
      id: orderId,
      eventId,
      eventName,
      occurredAt: new Date(orderTime),
    }),
    workflow: ({ workflowId }) => ({ id: workflowId }),
    reason: ({ reason }) => explained(reason),
    attempts: ({ attempts }, { last }) => attempts.slice(Math.max(0, attempts.length - (last ?? 25))),
    nextAttemptAt: ({ status, readyAt }) => (status === 'WAITING' ? readyAt : null),
  },
  PreviewedOrder: {
    order: ({ order }) => ({
      id: order.orderId,
      eventId: order.event?.id,
      eventName: order.event?.name,
      occurredAt: new Date(order.eventTime),
    }),
    reason: ({ reason }) => explained(reason),
  },
  WaitingFor: { reason: ({ reason }) => described(reason) },
  QuotaUse: { class: ({ class: kind }) => kind.toUpperCase() as Uppercase<CallClass> },
  Mutation: {
    retryDeliveries: (_, { input }, { ctx, identity }) =>
      withUserErrors({ retry: null, accepted: null }, async () => {
        const retry = await retryDeliveries(ctx, identity, toFilter(input.filter));
        return { retry, accepted: retry.matched };
      }),
    cancelRetry: (_, { input: { retryId } }, { ctx, identity }) =>
      withUserErrors({ retry: null }, async () => ({ retry: await cancelRetry(ctx, identity, retryId) })),
    previewWorkflow: (_, { input: { workflowId, last } }, { ctx, identity }) =>
      withUserErrors({ preview: null }, async () => ({
        preview: await previewWorkflow(ctx, identity, { workflowId, last }),
      })),
    planBackfill: (_, { input }, { ctx, identity }) =>
      withUserErrors({ plan: null }, async () => ({ plan: await planBackfill(ctx, identity, toBackfill(input)) })),
    startBackfill: (_, { input }, { ctx, identity }) =>
      withUserErrors({ backfill: null }, async () => ({
        backfill: await startBackfill(ctx, identity, toBackfill(input)),
      })),
    pauseBackfill: changing('pause'),
    resumeBackfill: changing('resume'),
    cancelBackfill: changing('cancel'),
    replayDeadLetters: (_, { input: { ids, all } }, { ctx, identity }) =>
      withUserErrors({ accepted: null }, () => replayDeadLetters(ctx, identity, { ids, all })),
    discardDeadLetters: (_, { input: { ids, all } }, { ctx, identity }) =>
      withUserErrors({ discarded: null }, () => discardDeadLetters(ctx, identity, { ids, all })),
    exportBuyer: (_, { input: { email } }, { ctx, identity }) =>
      withUserErrors({ export: null }, async () => ({ export: await exportBuyer(ctx, identity, { email }) })),
    eraseBuyer: (_, { input: { email, deleteContact } }, { ctx, identity }) =>
      withUserErrors({ erasure: null }, async () => ({
        erasure: await eraseBuyer(ctx, identity, { email, deleteContact }),
      })),
  },
};
