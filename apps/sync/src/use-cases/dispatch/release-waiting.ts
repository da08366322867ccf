import { repeatedly } from '@boxlist/event-bus';
import type { ConnectionFact, WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { type Queue, queues } from '../../domain/delivery';
import type { WaitingFor } from '../../domain/reasons';

const releasingEveryMs = 60_000;

/** What need not be waited for with a workflow as it is now. */
const endsWait = ({ status, whenPaused }: Pick<WorkflowFact, 'status' | 'whenPaused'>): readonly WaitingFor[] => {
  if (status === 'DELETED') return ['WORKFLOW_RESUME', 'ORDER_PENDING'];
  return status === 'PAUSED' && whenPaused === 'WAIT' ? [] : ['WORKFLOW_RESUME'];
};

/**
 * Frees what waits for workflows that do not keep it waiting any more: resumed, told to skip, or deleted; for a deleted
 * one also no order is waited for. Whoever has let a delivery wait asks so afterwards, for the news may have come in
 * between; one of the two sees the other.
 */
export const releaseForWorkflow = async (ctx: Context, workflowIds: Iterable<string>): Promise<void> => {
  for (const workflowId of new Set(workflowIds)) {
    const workflow = await ctx.workflows.byId(workflowId);
    if (!workflow || endsWait(workflow).length === 0) continue;
    await ctx.deliveryHolds.resume(workflow, endsWait(workflow), ctx.clock());
    // Also where nothing was found: a crash may have come between the two, the time before.
    await ctx.connectionLeases.wake([workflow.connectionId], ctx.clock());
    ctx.notify();
  }
};

/** Lets what is ready of a paused backfill wait. */
export const holdForBackfill = async (ctx: Context, backfillId: string): Promise<void> => {
  await ctx.deliveryHolds.holdBackfill(backfillId, ctx.clock());
  await releaseForBackfill(ctx, backfillId);
};

/**
 * Frees what waits for a backfill that is not paused any more. Whoever has let a delivery wait asks so afterwards, for
 * it may have been resumed or cancelled in between.
 */
export const releaseForBackfill = async (ctx: Context, backfillId: string): Promise<void> => {
  const backfill = await ctx.backfills.byId(backfillId);
  if (!backfill || backfill.status === 'PAUSED') return;
  await ctx.deliveryHolds.resumeBackfill(backfillId, ctx.clock());
  await ctx.connectionLeases.wake([backfill.connectionId], ctx.clock());
  ctx.notify();
};

/**
 * Frees what waits for a new sign-in, unless the connection still lacks one: it goes on, or ends where the connection
 * was ended.
 */
export const releaseForConnection = async (ctx: Context, connection: ConnectionFact | undefined): Promise<void> => {
  if (!connection || connection.status === 'NEEDS_RECONNECT') return;
  await ctx.deliveryHolds.free(connection.connectionId, ctx.clock());
  await ctx.connectionLeases.wake([connection.connectionId], ctx.clock());
  ctx.notify();
};

/** Frees what waits for the calls of another day though this one has some for it: its limit was raised. */
const releaseWithinQuota = async (ctx: Context, goesOn: () => boolean): Promise<void> => {
  const hasCalls: Queue[] = [];
  for (const queue of queues) if ((await ctx.ledger.refusedFor(queue)) === 0) hasCalls.push(queue);
  if (hasCalls.length === 0) return;
  for (let boxOfficeId = await ctx.deliveryHolds.nextThatWaits('QUOTA_EXCEEDED', ''); boxOfficeId !== undefined;) {
    for await (const some of ctx.deliveryHolds.outOfQuota(boxOfficeId, hasCalls, ctx.clock())) {
      if (!goesOn()) return;
      await ctx.deliveryHolds.wake(
        some.map(({ _id }) => _id),
        'QUOTA_EXCEEDED',
        ctx.clock(),
      );
      await ctx.connectionLeases.wake(
        some.map(({ connectionId }) => connectionId),
        ctx.clock(),
      );
      ctx.notify();
    }
    boxOfficeId = await ctx.deliveryHolds.nextThatWaits('QUOTA_EXCEEDED', boxOfficeId);
  }
};

/**
 * Frees what waits for workflows that keep nothing waiting: whoever let it wait was killed before they asked, and a
 * deleted workflow's orders are matched with it no more when they come again.
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

/** Looks for what need not wait any more, until closed. */
export const startReleasing = (ctx: Context) =>
  repeatedly(ctx, { everyMs: releasingEveryMs, atOnce: true, delayed: 'releasing.delayed' }, async (goesOn) => {
    await releaseWithinQuota(ctx, goesOn);
    await releaseLeftWaiting(ctx, goesOn);
  });
