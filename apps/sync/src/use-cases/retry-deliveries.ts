import { AppError } from '@boxlist/contracts';
import { requireRole, type Identity } from '@boxlist/service-kit';
import type { Context } from '../context';
import { storeFilter, type DeliveryFilter } from './read-deliveries';

/** Puts deliveries that were skipped, have failed or wait back to work; those that are synchronised stay. */
export const retryDeliveries = async (
  ctx: Context,
  identity: Identity,
  filter: DeliveryFilter,
): Promise<{ accepted: number }> => {
  requireRole(identity, 'manager');
  if ((filter.ids?.length ?? 0) > 1_000)
    throw new AppError('BAD_INPUT', 'ids takes at most 1,000 ids; use the other filters for more', {
      field: ['input', 'filter', 'ids'],
    });
  const count = await ctx.deliveries.retry(storeFilter(ctx, identity, filter), ctx.clock());
  // All of them, whatever was found: an earlier try may have been cut off here.
  const connections = await ctx.connections.ofBoxOffices([identity.boxOfficeId]);
  await ctx.lanes.wake(
    connections.map(({ connectionId }) => connectionId),
    ctx.clock(),
  );
  ctx.nudge();
  return { accepted: count };
};
