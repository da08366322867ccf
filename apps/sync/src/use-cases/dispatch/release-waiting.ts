import { repeatedly } from '@boxlist/event-bus';
import type { ConnectionFact, WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { type Queue, queues } from '../../domain/delivery';
import type { WaitingFor } from '../../domain/reasons';

const releasingEveryMs = 60_000;

/** The reasons for waiting that the workflow's present state ends. */
const endsWait = ({ status, whenPaused }: Pick<WorkflowFact, 'status' | 'whenPaused'>): readonly WaitingFor[] => {
  if (status === 'DELETED') return ['WORKFLOW_RESUME', 'ORDER_PENDING'];
  return status === 'PAUSED' && whenPaused === 'WAIT' ? [] : ['WORKFLOW_RESUME'];
};

/**
 * Releases deliveries of workflows that no longer hold them: workflows that were resumed, changed to skip, or deleted.
 * A deleted workflow also stops waiting for pending orders. Call it after making a delivery wait, because the
 * workflow's fact may have arrived in between: either this call or the fact's handler sees the other's write.
 */
export const releaseForWorkflow = async (ctx: Context, workflowIds: Iterable<string>): Promise<void> => {
  for (const workflowId of new Set(workflowIds)) {
    const workflow = await ctx.workflows.byId(workflowId);
    if (!workflow || endsWait(workflow).length === 0) continue;
    await ctx.deliveryHolds.releaseWorkflow(workflow, endsWait(workflow), ctx.clock());
    // Also when nothing was released: an earlier call may have crashed between these two steps.
    await ctx.connectionLeases.makeReady([workflow.connectionId], ctx.clock());
    ctx.notify();
  }
};

/** Holds the ready deliveries of a paused backfill. */
export const holdForBackfill = async (ctx: Context, backfillId: string): Promise<void> => {
  await ctx.deliveryHolds.pauseBackfill(backfillId, ctx.clock());
  await releaseForBackfill(ctx, backfillId);
};

/**
 * Releases deliveries of a backfill that is no longer paused. Call it after making a delivery wait, because the
 * backfill may have been resumed or cancelled in between.
 */
export const releaseForBackfill = async (ctx: Context, backfillId: string): Promise<void> => {
  const backfill = await ctx.backfills.byId(backfillId);
  if (!backfill || backfill.status === 'PAUSED') return;
  await ctx.deliveryHolds.releaseBackfill(backfillId, ctx.clock());
  await ctx.connectionLeases.makeReady([backfill.connectionId], ctx.clock());
  ctx.notify();
};

/**
 * Releases deliveries that wait for a new sign-in, unless the connection still needs one. If the connection has ended,
 * they settle when they are processed.
 */
export const releaseForConnection = async (ctx: Context, connection: ConnectionFact | undefined): Promise<void> => {
  if (!connection || connection.status === 'NEEDS_RECONNECT') return;
  await ctx.deliveryHolds.releaseConnection(connection.connectionId, ctx.clock());
  await ctx.connectionLeases.makeReady([connection.connectionId], ctx.clock());
  ctx.notify();
};

/**
 * Releases deliveries that wait for another day's calls although today has calls for them, because the limit was
 * raised.
 */
const releaseWithinQuota = async (ctx: Context, goesOn: () => boolean): Promise<void> => {
  const hasCalls: Queue[] = [];
  for (const queue of queues) if ((await ctx.ledger.refusedFor(queue)) === 0) hasCalls.push(queue);
  if (hasCalls.length === 0) return;
  for (let boxOfficeId = await ctx.deliveryHolds.nextThatWaits('QUOTA_EXCEEDED', ''); boxOfficeId !== undefined;) {
    for await (const some of ctx.deliveryHolds.outOfQuota(boxOfficeId, hasCalls, ctx.clock())) {
      if (!goesOn()) return;
      await ctx.deliveryHolds.releaseByIds(
        some.map(({ _id }) => _id),
        'QUOTA_EXCEEDED',
        ctx.clock(),
      );
      await ctx.connectionLeases.makeReady(
        some.map(({ connectionId }) => connectionId),
        ctx.clock(),
      );
      ctx.notify();
    }
    boxOfficeId = await ctx.deliveryHolds.nextThatWaits('QUOTA_EXCEEDED', boxOfficeId);
  }
};

/**
 * Releases deliveries of workflows that hold none. The process that made them wait may have died before it checked. A
 * later event of the order does not release them either, because intake matches no order with a deleted workflow.
 */
const releaseLeftWaiting = async (ctx: Context, goesOn: () => boolean): Promise<void> => {
  for (const reason of ['WORKFLOW_RESUME', 'ORDER_PENDING'] as const)
    for (
      let boxOfficeId = await ctx.deliveryHolds.nextThatWaits(reason, '');
      boxOfficeId !== undefined && goesOn();
      boxOfficeId = await ctx.deliveryHolds.nextThatWaits(reason, boxOfficeId)
    )
      for (const workflow of await ctx.workflows.ofBoxOffices([boxOfficeId]))
        if (endsWait(workflow).includes(reason) && (await ctx.deliveryHolds.anyWait(workflow, reason)))
          await releaseForWorkflow(ctx, [workflow.workflowId]);
};

/** Looks for deliveries that no longer have to wait, once a minute until closed. */
export const startReleasing = (ctx: Context) =>
  repeatedly(ctx, { everyMs: releasingEveryMs, atOnce: true, delayed: 'releasing.delayed' }, async (goesOn) => {
    await releaseWithinQuota(ctx, goesOn);
    await releaseLeftWaiting(ctx, goesOn);
  });
