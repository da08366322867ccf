import type { Context } from '../context';
import type { Delivery } from '../store/deliveries';

/**
 * Frees those of some deliveries, written to wait for their workflow to be resumed, whose workflow was resumed while they were written: whoever resumed it did not see them. The fact is kept before
 * what waits is looked for, and here it is asked for after the waiting was written: one of the two sees the other.
 */
export const freeResumed = async (
  ctx: Context,
  waiting: readonly Pick<Delivery, 'workflowId' | 'boxOfficeId'>[],
): Promise<void> => {
  const offices = new Map(waiting.map(({ workflowId, boxOfficeId }) => [workflowId, boxOfficeId]));
  for (const [workflowId, boxOfficeId] of offices)
    if ((await ctx.workflows.byId(workflowId))?.status === 'ACTIVE')
      await ctx.deliveries.resume(boxOfficeId, workflowId, ctx.clock());
};
