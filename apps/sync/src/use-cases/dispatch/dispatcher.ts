import { neverRests, type Rest } from '@boxlist/event-bus';
import { randomUUID } from 'node:crypto';
import type { Context } from '../../context';
import type { WorkSignal } from '../../work-signal';
import { processLease } from './process-lease';

const pollMs = 200;

/**
 * Claims connection leases and works on them until closed: many connections at once, each in one process at a time.
 * Leases mostly wait for permits, so a process may hold many. Pass `rest` only in a process that takes in orders
 * itself: the polls then slow down while the process is idle.
 */
export const startDispatcher = (
  ctx: Context,
  { onWork }: Pick<WorkSignal, 'onWork'>,
  { leasesAtOnce = 200, rest = neverRests }: { readonly leasesAtOnce?: number; readonly rest?: Rest } = {},
) => {
  const holder = randomUUID();
  const running = new Set<Promise<void>>();
  let closing = false;
  let again = false;
  let claiming: Promise<void> | undefined;

  const claimAll = async (): Promise<void> => {
    do {
      again = false;
      while (!closing && running.size < leasesAtOnce) {
        const now = ctx.clock();
        const lease = await ctx.connectionLeases.claim(holder, now, ctx.leaseMs);
        if (!lease) break;
        // Another process may have scheduled this work, so this process may still poll at its idle pace.
        ctx.rest?.end();
        // Counted from before the claim. By the time its answer arrives, the lease may already have expired.
        const leasedUntil = new Date(now.getTime() + ctx.leaseMs);
        const driven = processLease(ctx, lease, leasedUntil, {
          isClosing: () => closing,
          isCrowded: () => running.size >= leasesAtOnce,
        })
          .catch((error: unknown) =>
            ctx.log.warn({ err: error, connectionId: lease.connectionId }, 'lease.interrupted'),
          )
          .finally(() => {
            running.delete(driven);
            notify();
          });
        running.add(driven);
      }
    } while (again && !closing);
  };
  const notify = (): void => {
    if (closing) return;
    again = true;
    claiming ??= claimAll()
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'dispatcher.delayed'))
      .finally(() => {
        claiming = undefined;
      });
  };
  const endPolls = rest.every(pollMs, notify);
  const endSignal = onWork(notify);
  notify();
  return {
    close: async (): Promise<void> => {
      closing = true;
      endPolls();
      endSignal();
      await claiming;
      await Promise.all(running);
    },
  };
};
