import type { ConnectionFact } from '@boxlist/contracts';
import { setTimeout } from 'node:timers/promises';
import type { Context } from '../../context';
import { type Queue, queues } from '../../domain/delivery';
import type { ConnectionLease } from '../../store/connection-leases';
import { guardErased } from '../privacy/forget-buyer';
import { addLatePhones, nextLatePhoneAt } from './add-late-phones';
import type { HeldLease } from './process-deferred-work';
import { pollActivities } from './poll-activities';
import {
  callerOf,
  type LeaseRun,
  mayGoOn,
  saveAndReport,
  takesLong,
  type LeaseWork,
  processQueue,
} from './process-queue';
import { releaseForConnection } from './release-waiting';
import { nextUpgradeAt, upgradePermissions } from './upgrade-permissions';

/** How soon to look for new work, and whether the lease must be renewed, while other work on the lease runs. */
const pollMs = 200;
/** How long a process works on one lease while it holds as many as it may. */
const turnMs = 10_000;
/** How soon to check again whether a backfill has created its deliveries. */
const makingPollMs = 1_000;
/**
 * How many deliveries are planned together: few, so that newer deliveries do not wait long. With a batching window
 * more, so that all that waited for it share calls.
 */
const batchSize = 200;
const batchedSize = 3_000;
/**
 * The same for backfills: as many as one import accepts. A backfill that needs calls for each contact has smaller
 * batches, so that live orders of the same buyers do not wait long.
 */
const importBatchSize = 39_999;
const backfillBatchSize = 500;

/**
 * When the batching window of live orders ends; undefined when no order waits, when as many wait as one batch takes, or
 * when the window has ended.
 */
const batchesUntil = async (ctx: Context, lease: ConnectionLease, windowMs: number): Promise<Date | undefined> => {
  if (windowMs === 0) return undefined;
  const now = ctx.clock();
  const batched = await ctx.deliveryQueue.batched(lease.connectionId, 'live', now, batchedSize);
  if (!batched || batched.isMany) return undefined;
  const until = new Date(batched.since.getTime() + windowMs);
  return until > now ? until : undefined;
};

/**
 * Makes deliveries ready that wait for an activity which is no longer stored. The previous holder may have died before
 * it checked whether the activity had ended. Ended activities that are still stored are handled by the next poll.
 */
const releaseForgotten = async (ctx: Context, { connectionId }: ConnectionLease): Promise<void> => {
  const known = (await ctx.activities.ofConnection(connectionId)).map(({ _id }) => _id);
  await ctx.deliveryHolds.releaseForgotten(connectionId, known, ctx.clock());
};

const follow = (leaseRun: LeaseRun, boxOfficeId: string): Promise<void> =>
  pollActivities(leaseRun.ctx, callerOf(leaseRun, boxOfficeId, 'poll'), leaseRun.lease.connectionId, (results) =>
    saveAndReport(leaseRun, results),
  );

/** Renews the lease while `work` waits for permits, which may take long. Work on queues renews the lease itself. */
const keeping = async ({ stillHeld }: LeaseRun, work: () => Promise<void>): Promise<void> => {
  const through = new AbortController();
  const { signal } = through;
  const keep = async (): Promise<void> => {
    while (!signal.aborted && (await stillHeld()))
      await setTimeout(pollMs, undefined, { signal }).catch(() => undefined);
  };
  await Promise.all([keep(), work().finally(() => through.abort())]);
};

/** Processes deferred work. An error is logged and stops no other work on the lease; the next pass tries again. */
const processDeferredWork = async (leaseRun: LeaseRun, connection: ConnectionFact | undefined): Promise<void> => {
  const { ctx, lease, busy } = leaseRun;
  try {
    const heldLease: HeldLease = {
      connection,
      busy,
      goesOn: () => mayGoOn(leaseRun, 'upgrade'),
      callerFor: (boxOfficeId, kind, some) => {
        const served = some.map(({ deliveryId, emailHash }) => ({ _id: deliveryId, emailHash }));
        return callerOf(leaseRun, boxOfficeId, kind, guardErased(ctx, boxOfficeId, served));
      },
    };
    await upgradePermissions(ctx, heldLease);
    await addLatePhones(ctx, heldLease);
  } catch (error) {
    ctx.log.warn({ err: error, connectionId: lease.connectionId }, 'deferred-work.delayed');
  }
};

/**
 * Whether ready backfill deliveries may be sent. They wait while a backfill still creates deliveries, so that as many
 * as possible share an import, unless they already fill one.
 */
const isMade = async ({ ctx, lease }: LeaseRun): Promise<boolean> => {
  if (!(await ctx.backfills.isMaking(lease.connectionId))) return true;
  const batched = await ctx.deliveryQueue.batched(lease.connectionId, 'backfill', ctx.clock(), importBatchSize);
  return batched?.isMany ?? false;
};

/**
 * Runs several kinds of work side by side until all have finished. A kind that has finished looks for new work while
 * another one, such as a long backfill, still runs.
 */
const inParallel = async (
  { goesOn, stillHeld }: LeaseRun,
  worked: readonly LeaseWork[],
  work: (each: LeaseWork) => Promise<void>,
): Promise<void> => {
  const running = new Set(worked);
  const through = new AbortController();
  await Promise.all(
    worked.map(async (each) => {
      try {
        await work(each);
      } finally {
        running.delete(each);
        if (running.size === 0) through.abort();
      }
      while (!takesLong(each) && running.size > 0 && goesOn() && (await stillHeld())) {
        await setTimeout(pollMs, undefined, { signal: through.signal }).catch(() => undefined);
        if (running.size > 0) await work(each);
      }
    }),
  );
};

export interface Dispatcher {
  readonly isClosing: () => boolean;
  /** Whether other leases may wait until this process releases one. */
  readonly isCrowded: () => boolean;
}

/**
 * Works on one connection lease until it has no ready deliveries, is parked or lost, or its time is up. Then it
 * releases the lease until its next moment of work.
 */
export const processLease = async (
  ctx: Context,
  lease: ConnectionLease,
  leasedUntil: Date,
  { isClosing, isCrowded }: Dispatcher,
): Promise<void> => {
  const begunAt = ctx.clock().getTime();
  let heldUntil = leasedUntil.getTime();
  const stillHeld = async (): Promise<boolean> => {
    const now = ctx.clock().getTime();
    if (heldUntil - now > ctx.leaseMs / 2) return true;
    if (heldUntil <= now || !(await ctx.connectionLeases.renew(lease, new Date(now + ctx.leaseMs)))) return false;
    heldUntil = now + ctx.leaseMs;
    return true;
  };
  const connection = await ctx.connections.byId(lease.connectionId);
  // Takes over before activities are polled. Otherwise the previous holder could still save that a delivery waits for
  // an activity whose end has already been handled, and the delivery would wait in vain.
  if (lease.takenOver) await ctx.deliveryQueue.takeOver(lease);
  const { windowMs } = await ctx.ledger.quotaState(connection?.boxOfficeId);
  const batchesTo = await batchesUntil(ctx, lease, windowMs);
  const leaseRun: LeaseRun = {
    ctx,
    lease,
    owner: connection?.boxOfficeId,
    stillHeld,
    goesOn: () => !leaseRun.parked && !isClosing(),
    isOverdue: () => isCrowded() && ctx.clock().getTime() - begunAt > turnMs,
    busy: new Set(),
    batchesTo,
    parked: false,
  };
  const size = windowMs > 0 ? batchedSize : batchSize;
  await keeping(leaseRun, () => follow(leaseRun, connection?.boxOfficeId ?? ''));
  if (lease.takenOver) await releaseForgotten(ctx, lease);
  const held = new Set<Queue>([
    ...(batchesTo ? ['live' as const] : []),
    ...((await isMade(leaseRun)) ? [] : ['backfill' as const]),
  ]);
  const worked = queues.filter((queue) => !held.has(queue));
  const isOfImports = !(await ctx.backfills.anyOneByOne(lease.connectionId));
  const sizes = { live: size, retry: size, backfill: isOfImports ? importBatchSize : backfillBatchSize };
  await inParallel(leaseRun, [...worked, 'upgrade'], (each) =>
    each === 'upgrade' ? processDeferredWork(leaseRun, connection) : processQueue(leaseRun, each, sizes[each]),
  );
  if (leaseRun.parked) {
    const now = await ctx.connections.byId(lease.connectionId);
    // The fact of a new sign-in came while deliveries were being parked, so its release missed some of them.
    if (now?.version !== connection?.version) await releaseForConnection(ctx, now);
  }
  const next = [
    batchesTo ?? null,
    held.has('backfill') ? new Date(ctx.clock().getTime() + makingPollMs) : null,
    await ctx.deliveryQueue.nextReadyAt(lease.connectionId, worked),
    (await ctx.activities.ofConnection(lease.connectionId))[0]?.pollAt ?? null,
    await nextUpgradeAt(ctx, connection),
    await nextLatePhoneAt(ctx, connection),
  ].filter((each) => each !== null);
  const soonest = next.length > 0 ? new Date(Math.min(...next.map((each) => each.getTime()))) : null;
  // Behind all leases that are ready by now.
  await ctx.connectionLeases.release(lease, leaseRun.isOverdue() ? ctx.clock() : soonest, ctx.clock());
};
