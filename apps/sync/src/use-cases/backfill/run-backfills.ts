import { repeatedly } from '@boxlist/event-bus';
import { AppError, kindOf, type WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { workflowInMode, type BackfillPauseReason } from '../../domain/backfill';
import { deliveryOf, type NewDelivery, withOwnConnection } from '../../domain/new-delivery';
import { revisionOf, type StoredOrder } from '../../domain/order';
import { retryDelayMs } from '../../domain/retry-policy';
import { backfillHeld } from '../../report';
import type { Backfill } from '../../store/backfills';
import { changedAtOnce } from '../../store/in-batches';
import { eventLoopYielder } from '../../yield-to-event-loop';
import pMap from 'p-map';
import { marksOf, matchOrders } from '../intake/match-orders';
import { ownersOf } from '../intake/own-connection';
import { keepFetched, readOrders } from './fetch-orders';
import { forgetErased } from '../privacy/forget-buyer';
import { releaseForWorkflow, holdForBackfill } from '../dispatch/release-waiting';

const ordersAtOnce = 5_000;
const pollMs = 500;
/** A backfill that waits for an answer of Ticket Tailor holds up no other. */
const backfillsAtOnce = 4;

/**
 * Creates deliveries for the next orders of a backfill. Returns false when there are no more orders, or none now. Skips
 * orders that have expired or already have a delivery of the workflow. Two processes at once create the same
 * deliveries, with the same ids.
 */
const makeNext = async (ctx: Context, backfill: Backfill): Promise<boolean> => {
  if (backfill.cursor === null || (backfill.waitsUntil && backfill.waitsUntil > ctx.clock())) return false;
  const workflow = await ctx.workflows.byId(backfill.workflowId);
  if (!workflow || workflow.status === 'DELETED') {
    await ctx.backfills.change(backfill, { status: 'CANCELLED', cursor: null });
    return false;
  }
  const found = await nextOrders(ctx, backfill, backfill.cursor);
  if (!found) return false;
  const { orders: page, next, unreadable = 0 } = found;
  const now = ctx.clock();
  const inMode = workflowInMode(workflow, backfill.mode);
  const yieldToEventLoop = eventLoopYielder();
  const fresh: NewDelivery[] = [];
  const ownerOf = await ownersOf(ctx, [workflow]);
  for (const order of page) {
    if (order.expired) continue;
    await yieldToEventLoop();
    const delivery = deliveryOf(order, marksOf(ctx, order), inMode, now, backfill._id);
    fresh.push(withOwnConnection(delivery, ownerOf));
  }
  const known = new Set(await ctx.deliveries.insert(fresh, changedAtOnce));
  const changed = await followChanges(ctx, fresh, known, workflow);
  await forgetErased(ctx, [...page, ...changed]);
  if (fresh.some(({ status }) => status === 'WAITING')) await releaseForWorkflow(ctx, [workflow.workflowId]);
  await ctx.backfills.change(backfill, {
    cursor: next,
    seen: backfill.seen + page.length,
    unreadable: (backfill.unreadable ?? 0) + unreadable,
    waitsUntil: null,
    failures: 0,
  });
  await ctx.connectionLeases.makeReady([backfill.connectionId], now);
  ctx.notify();
  return next !== null;
};

/**
 * Reopens deliveries whose order has changed. A newer event that arrived after the order was read and before its
 * delivery was written found no delivery to reopen. The deliveries in `known` may date from such a moment before a
 * crash. Returns the orders that were checked, as they are now.
 */
const followChanges = async (
  ctx: Context,
  fresh: readonly NewDelivery[],
  known: ReadonlySet<string>,
  workflow: WorkflowFact,
): Promise<StoredOrder[]> => {
  const made = new Map(fresh.map((delivery) => [delivery.orderKey, delivery]));
  const changed = (await ctx.orders.byKeys([...made.keys()])).filter((order) => {
    const delivery = made.get(order.key);
    return delivery && (known.has(delivery._id) || revisionOf(order) !== delivery.orderRevision);
  });
  // Such an old order reopens existing deliveries and creates none.
  const receivedAt = new Date(0);
  await matchOrders(
    ctx,
    changed.map((order) => ({ order, receivedAt })),
    [workflow],
  );
  return changed;
};

interface NextOrders {
  readonly orders: readonly StoredOrder[];
  readonly next: string | null;
  readonly unreadable?: number;
}

/**
 * Returns the next orders of a backfill; undefined when it has to wait, or when it was changed while they were read.
 */
const nextOrders = async (ctx: Context, backfill: Backfill, cursor: string): Promise<NextOrders | undefined> => {
  if (backfill.source !== 'TICKET_TAILOR')
    return ctx.orders.received(
      backfill.boxOfficeId,
      { since: backfill.from ?? new Date(0), until: backfill.to },
      cursor,
      ordersAtOnce,
    );
  try {
    const page = await readOrders(ctx, backfill, cursor);
    if ((await ctx.backfills.byId(backfill._id))?.version !== backfill.version) return undefined;
    return { ...page, orders: await keepFetched(ctx, page.orders) };
  } catch (error) {
    await waitAfter(ctx, backfill, error);
    return undefined;
  }
};

const pausing: readonly string[] = [
  'TICKET_TAILOR_KEY_MISSING',
  'UNAUTHORIZED_AT_TICKET_TAILOR',
  'REJECTED_BY_TICKET_TAILOR',
] satisfies BackfillPauseReason[];
const isPausing = (code: string): code is BackfillPauseReason => pausing.includes(code);

/**
 * Handles a page that could not be read. An error that only a person can mend pauses the backfill; after any other it
 * tries again later. Rethrows errors that are no AppError.
 */
const waitAfter = async (ctx: Context, backfill: Backfill, error: unknown): Promise<void> => {
  if (!(error instanceof AppError)) throw error;
  const now = ctx.clock();
  if (isPausing(error.code)) {
    if (!(await ctx.backfills.change(backfill, { status: 'PAUSED', pausedFor: error.code, waitsUntil: null }))) return;
    await holdForBackfill(ctx, backfill._id);
    await ctx.connectionLeases.makeReady([backfill.connectionId], now);
    backfillHeld(ctx, backfill, error.code);
    return;
  }
  const failures = kindOf(error) === 'throttled' ? backfill.failures : backfill.failures + 1;
  const delayMs = error.retryAfterMs ?? retryDelayMs(ctx.retry, failures, ctx.random());
  await ctx.backfills.change(backfill, { failures, waitsUntil: new Date(now.getTime() + delayMs) });
  backfillHeld(ctx, backfill, error.code);
};

/** Ends a backfill as DONE when deliveries exist for all of its orders and none of them is open. */
const endIfDone = async (ctx: Context, backfill: Backfill): Promise<void> => {
  if (backfill.cursor !== null) return;
  if (await ctx.deliveryCounts.anyOpen(backfill.workflowId, backfill._id)) return;
  if (!(await ctx.deliveryHistory.anyOpen(backfill._id))) await ctx.backfills.change(backfill, { status: 'DONE' });
};

/** Continues all running backfills until closed. */
export const startBackfills = (ctx: Context) =>
  repeatedly(ctx, { everyMs: pollMs, delayed: 'backfills.delayed' }, async (goesOn) => {
    await pMap(
      await ctx.backfills.running(),
      async (backfill) => {
        let current: Backfill | null = backfill;
        while (goesOn() && current?.status === 'RUNNING' && (await makeNext(ctx, current)))
          current = await ctx.backfills.byId(backfill._id);
        const after = await ctx.backfills.byId(backfill._id);
        if (after?.status === 'RUNNING') await endIfDone(ctx, after);
      },
      { concurrency: backfillsAtOnce },
    );
  });
