import type { Context } from '../context';
import { workflowInMode } from '../domain/backfill';
import type { Backfill } from '../store/backfills';
import { forgetErased } from './forget-buyer';
import { freeResumed } from './free-waiting';
import { deliveryOf, marksOf } from './take-orders';

const ordersAtOnce = 5_000;
const pollMs = 500;

/**
 * Makes the next orders of a backfill deliveries; false when there are no more. Orders that have a delivery of the workflow already are passed by. Two processes at once make
 * the same deliveries, which are one.
 */
const makeNext = async (ctx: Context, backfill: Backfill): Promise<boolean> => {
  if (backfill.cursor === null) return false;
  const workflow = await ctx.workflows.byId(backfill.workflowId);
  if (!workflow || workflow.status === 'DELETED') {
    await ctx.backfills.change(backfill, { status: 'CANCELLED', cursor: null });
    return false;
  }
  const { orders: page, next } = await ctx.orders.received(
    backfill.boxOfficeId,
    { since: backfill.from ?? new Date(0), until: backfill.to },
    backfill.cursor,
    ordersAtOnce,
  );
  const now = ctx.clock();
  const inMode = workflowInMode(workflow, backfill.mode);
  const fresh = page.map((order) => {
    return {
      ...deliveryOf(order, marksOf(ctx, order), inMode, now),
      queue: 'backfill' as const,
      backfillId: backfill._id,
    };
  });
  await ctx.deliveries.insert(fresh);
  await forgetErased(ctx, page);
  if (fresh.some(({ status }) => status === 'WAITING')) await freeResumed(ctx, [workflow.workflowId]);
  await ctx.backfills.change(backfill, { cursor: next, seen: backfill.seen + page.length });
  await ctx.lanes.wake([backfill.connectionId], now);
  ctx.nudge();
  return next !== null;
};

/** A backfill is done when all of its orders are deliveries and none of those is open. */
const endIfDone = async (ctx: Context, backfill: Backfill): Promise<void> => {
  if (backfill.cursor !== null) return;
  if (await ctx.tallies.anyOpen(backfill.workflowId, backfill._id)) return;
  if (!(await ctx.deliveries.anyOpen(backfill._id))) await ctx.backfills.change(backfill, { status: 'DONE' });
};

/** Carries on all backfills until closed. */
export const startBackfills = (ctx: Context) => {
  let closed = false;
  let running: Promise<void> | undefined;
  const pass = async (): Promise<void> => {
    for (const backfill of await ctx.backfills.running()) {
      let current: Backfill | null = backfill;
      while (!closed && current?.status === 'RUNNING' && (await makeNext(ctx, current)))
        current = await ctx.backfills.byId(backfill._id);
      const after = await ctx.backfills.byId(backfill._id);
      if (after?.status === 'RUNNING') await endIfDone(ctx, after);
    }
  };
  const timer = setInterval(() => {
    running ??= pass()
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'backfills.delayed'))
      .finally(() => (running = undefined));
  }, pollMs);
  return {
    close: async (): Promise<void> => {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };
};
