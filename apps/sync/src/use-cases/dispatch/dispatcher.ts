import { kindOf, type ConnectionFact } from '@boxlist/contracts';
import { neverRests, type Rest } from '@boxlist/event-bus';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Context } from '../../context';
import type { WorkSignal } from '../../work-signal';
import { chunk } from 'es-toolkit';
import {
  activitiesOf,
  type OpenDelivery,
  type PendingDelivery,
  type Queue,
  queues,
  type Result,
  withoutWait,
} from '../../domain/delivery';
import type { CallClass } from '../../domain/ledger';
import { deliverySettled } from '../../report';
import type { ConnectionLease } from '../../store/connection-leases';
import { connectionCaller, type ConnectionCaller } from '../../call-constant-contact';
import type { BatchReport } from './batch';
import { forgottenMs } from './plan-run';
import { activitiesAwaited, pollActivities } from './poll-activities';
import { releaseForConnection } from './release-waiting';
import { mayBeCausedByOthers, classifyFailure, type FailureClass } from './classify-failure';
import { guardErased } from '../privacy/forget-buyer';
import { nextUpgradeAt, upgradePermissions } from './upgrade-permissions';
import type { HeldLease } from './deferred-work';
import { addLatePhones, lookAfterFollowing, nextLatePhoneAt } from './add-late-phones';
import { splitBatch, processPart } from './split-batch';

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
const savedAtOnce = 1_000;
/**
 * The same for backfills: as many as one import accepts. A backfill that needs calls for each contact has smaller
 * batches, so that live orders of the same buyers do not wait long.
 */
const importBatchSize = 39_999;
const backfillBatchSize = 500;

/**
 * The work on a lease: its queues, and `upgrade` for all deferred work (permissions of imported contacts, late phones).
 */
type Work = Queue | 'upgrade';
const takesLong = (work: Work): boolean => work === 'backfill' || work === 'upgrade';

/** One connection lease while this process holds it. */
interface Drive {
  readonly ctx: Context;
  readonly lease: ConnectionLease;
  readonly stillHeld: () => Promise<boolean>;
  readonly goesOn: () => boolean;
  /** Whether its time is up while other leases may wait. */
  readonly isOverdue: () => boolean;
  /** Keyed hashes of the e-mail addresses that any work on this lease is busy with. */
  readonly busy: Set<string>;
  /** When the batching window of live orders ends; undefined when live orders need not wait. */
  readonly batchesTo: Date | undefined;
  parked: boolean;
}

/**
 * Saves results in parts, so that the lease is renewed in between and other work of this process does not wait for all
 * of them.
 */
const saveAndTell = async ({ ctx, stillHeld }: Drive, results: readonly Result[]): Promise<void> => {
  const now = ctx.clock();
  for (const part of chunk(results, savedAtOnce)) {
    await stillHeld();
    const saved = await ctx.deliveryQueue.save(part, now);
    for (const { delivery, to } of saved) if ('outcome' in to) deliverySettled(ctx, delivery, to.outcome, now);
    await lookAfterFollowing(ctx, part);
  }
};

/** Saves the results of a batch as they come, with the attempts of each delivery. */
const reportTo = (drive: Drive, caller: ConnectionCaller, queue: Queue): BatchReport => {
  const { ctx, lease } = drive;
  const resultOf = (delivery: OpenDelivery, to: Result['to']): Result => ({
    delivery,
    attempts: caller.takeAttempts(delivery._id),
    to,
  });
  return {
    tell: (results) =>
      saveAndTell(
        drive,
        results.map(({ delivery, to }) => resultOf(delivery, to)),
      ),
    fail: async (deliveries, error) => {
      if (kindOf(error) === 'defect')
        ctx.log.error({ err: error, connectionId: lease.connectionId }, 'delivery.defect');
      const alone = mayBeCausedByOthers(error, deliveries);
      const results = deliveries.map((delivery) => {
        const verdict: FailureClass = alone
          ? {
              next: { waitingFor: 'RETRYING', readyAt: ctx.clock(), countsAsAttempt: true, alone: true },
              parksLease: false,
            }
          : classifyFailure(ctx, error, delivery);
        if ('parksLease' in verdict && verdict.parksLease) drive.parked = true;
        // The next try waits until the running activities of the delivery have ended.
        const { activities } = delivery;
        return resultOf(delivery, 'next' in verdict ? { next: { ...verdict.next, activities } } : verdict);
      });
      await saveAndTell(drive, results);
      return drive.parked;
    },
    goesOn: () => mayGoOn(drive, queue),
  };
};

/**
 * Whether something is due that only a new pass over the lease handles: an activity to poll, or live orders whose
 * batching window has ended. Long work stops for it.
 */
const isDueAnew = async ({ ctx, lease, batchesTo }: Drive): Promise<boolean> => {
  const now = ctx.clock();
  if (batchesTo && batchesTo <= now) return true;
  const running = await ctx.activities.ofConnection(lease.connectionId);
  return running.some(({ _id, pollAt }) => pollAt <= now && !ctx.activities.isBeingSent(_id));
};

/** Whether to continue work that has begun. Long work also stops when something else is due. */
const mayGoOn = async (drive: Drive, work: Work): Promise<boolean> =>
  drive.goesOn() && !drive.isOverdue() && !(takesLong(work) && (await isDueAnew(drive)));

const callerOf = (
  { ctx, lease, stillHeld }: Drive,
  boxOfficeId: string,
  kind: CallClass,
  mayServe?: (serves: readonly string[]) => Promise<void>,
): ConnectionCaller =>
  connectionCaller(ctx, { connectionId: lease.connectionId, boxOfficeId, class: kind, stillHeld, mayServe });

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

/** Processes one queue of a lease until it has no ready deliveries. */
const workQueue = async (drive: Drive, queue: Queue, size: number): Promise<void> => {
  const { ctx, lease, busy } = drive;
  while (drive.goesOn() && !drive.isOverdue() && (await drive.stillHeld())) {
    if (takesLong(queue) && (await isDueAnew(drive))) return;
    const claimed = await ctx.deliveryQueue.claim(lease, queue, busy, ctx.clock(), size, drive.stillHeld);
    const free = await withoutAwaiting(drive, claimed);
    // Another queue may have begun on the same buyer in the meantime. Those deliveries wait for a later pass.
    const ready = free.filter(({ emailHash }) => emailHash === null || !busy.has(emailHash));
    const [first] = ready;
    if (!first) return;
    const hashes = [...new Set(ready.flatMap(({ emailHash }) => emailHash ?? []))];
    for (const hash of hashes) busy.add(hash);
    try {
      const caller = callerOf(drive, first.boxOfficeId, queue, guardErased(ctx, first.boxOfficeId, ready));
      const report = reportTo(drive, caller, queue);
      for (const [index, part] of splitBatch(ready).entries()) {
        if (index > 0 && part[0]?.alone && !drive.goesOn()) break;
        // An earlier part may have started an activity for the same buyer.
        const some = index === 0 ? part : await withoutAwaiting(drive, part);
        await processPart(ctx, caller, lease.connectionId, some, report);
      }
    } finally {
      for (const hash of hashes) busy.delete(hash);
    }
  }
};

/**
 * Returns the deliveries whose contacts have no activity under way. The others are saved as waiting until their
 * activities have been handled.
 */
const withoutAwaiting = async (drive: Drive, claimed: readonly OpenDelivery[]): Promise<PendingDelivery[]> => {
  const { ctx, lease } = drive;
  const awaited = await activitiesAwaited(ctx, lease.connectionId, claimed);
  const readyAt = new Date(ctx.clock().getTime() + forgottenMs);
  const free: PendingDelivery[] = [];
  const waiting: Result[] = [];
  for (const delivery of claimed) {
    // Only the activities that it waits for already can settle it. Other activities hold it, and it is planned after.
    const whose = delivery.reason === 'ACTIVITY_RUNNING' ? delivery.activities.whose : 'others';
    const activities = activitiesOf(awaited.get(delivery._id) ?? [], whose);
    if (activities)
      waiting.push({ delivery, attempts: [], to: { next: { waitingFor: 'ACTIVITY_RUNNING', readyAt, activities } } });
    // If its own activity was forgotten, the next step must read what that activity did.
    else free.push(withoutWait(delivery, delivery.uncertain || delivery.activities?.whose === 'own'));
  }
  await saveAndTell(drive, waiting);
  if (waiting.length > 0) await wakeLate(drive, awaited);
  return free;
};

/**
 * Makes deliveries ready whose activity was no longer under way when they were saved as waiting. Another holder, which
 * has lost the lease, may have recorded the end and released deliveries before these waited.
 */
const wakeLate = async ({ ctx, lease }: Drive, awaited: ReadonlyMap<string, readonly string[]>): Promise<void> => {
  const underWay = await ctx.activities.namesUnderWay(lease.connectionId);
  const late = [...awaited].filter(([, activityIds]) => !activityIds.every((id) => underWay.has(id)));
  await ctx.deliveryHolds.wake(
    late.map(([id]) => id),
    'ACTIVITY_RUNNING',
    ctx.clock(),
  );
};

/**
 * Makes deliveries ready that wait for an activity which is no longer stored. The previous holder may have died before
 * it checked whether the activity had ended. Ended activities that are still stored are handled by the next poll.
 */
const releaseForgotten = async (ctx: Context, { connectionId }: ConnectionLease): Promise<void> => {
  const known = (await ctx.activities.ofConnection(connectionId)).map(({ _id }) => _id);
  await ctx.deliveryHolds.releaseForgotten(connectionId, known, ctx.clock());
};

const follow = (drive: Drive, boxOfficeId: string): Promise<void> =>
  pollActivities(drive.ctx, callerOf(drive, boxOfficeId, 'poll'), drive.lease.connectionId, (results) =>
    saveAndTell(drive, results),
  );

/** Renews the lease while `work` waits for permits, which may take long. Work on queues renews the lease itself. */
const keeping = async ({ stillHeld }: Drive, work: () => Promise<void>): Promise<void> => {
  const through = new AbortController();
  const { signal } = through;
  const keep = async (): Promise<void> => {
    while (!signal.aborted && (await stillHeld()))
      await setTimeout(pollMs, undefined, { signal }).catch(() => undefined);
  };
  await Promise.all([keep(), work().finally(() => through.abort())]);
};

/** Processes deferred work. An error is logged and stops no other work on the lease; the next pass tries again. */
const workLeftOvers = async (drive: Drive, connection: ConnectionFact | undefined): Promise<void> => {
  const { ctx, lease, busy } = drive;
  try {
    const heldLease: HeldLease = {
      connection,
      busy,
      goesOn: () => mayGoOn(drive, 'upgrade'),
      callerFor: (boxOfficeId, kind, some) => {
        const served = some.map(({ deliveryId, emailHash }) => ({ _id: deliveryId, emailHash }));
        return callerOf(drive, boxOfficeId, kind, guardErased(ctx, boxOfficeId, served));
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
const isMade = async ({ ctx, lease }: Drive): Promise<boolean> => {
  if (!(await ctx.backfills.isMaking(lease.connectionId))) return true;
  const batched = await ctx.deliveryQueue.batched(lease.connectionId, 'backfill', ctx.clock(), importBatchSize);
  return batched?.isMany ?? false;
};

/**
 * Runs several kinds of work side by side until all have finished. A kind that has finished looks for new work while
 * another one, such as a long backfill, still runs.
 */
const besideEachOther = async (
  { goesOn, stillHeld }: Drive,
  worked: readonly Work[],
  work: (each: Work) => Promise<void>,
): Promise<void> => {
  const atWork = new Set(worked);
  const through = new AbortController();
  await Promise.all(
    worked.map(async (each) => {
      try {
        await work(each);
      } finally {
        atWork.delete(each);
        if (atWork.size === 0) through.abort();
      }
      while (!takesLong(each) && atWork.size > 0 && goesOn() && (await stillHeld())) {
        await setTimeout(pollMs, undefined, { signal: through.signal }).catch(() => undefined);
        if (atWork.size > 0) await work(each);
      }
    }),
  );
};

interface Dispatcher {
  readonly isClosing: () => boolean;
  /** Whether other leases may wait until this process releases one. */
  readonly isCrowded: () => boolean;
}

/**
 * Works on one connection lease until it has no ready deliveries, is parked or lost, or its time is up. Then it
 * releases the lease until its next moment of work.
 */
const processLease = async (
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
  const drive: Drive = {
    ctx,
    lease,
    stillHeld,
    goesOn: () => !drive.parked && !isClosing(),
    isOverdue: () => isCrowded() && ctx.clock().getTime() - begunAt > turnMs,
    busy: new Set(),
    batchesTo,
    parked: false,
  };
  const size = windowMs > 0 ? batchedSize : batchSize;
  await keeping(drive, () => follow(drive, connection?.boxOfficeId ?? ''));
  if (lease.takenOver) await releaseForgotten(ctx, lease);
  const held = new Set<Queue>([
    ...(batchesTo ? ['live' as const] : []),
    ...((await isMade(drive)) ? [] : ['backfill' as const]),
  ]);
  const worked = queues.filter((queue) => !held.has(queue));
  const isOfImports = !(await ctx.backfills.anyOneByOne(lease.connectionId));
  const sizes = { live: size, retry: size, backfill: isOfImports ? importBatchSize : backfillBatchSize };
  await besideEachOther(drive, [...worked, 'upgrade'], (each) =>
    each === 'upgrade' ? workLeftOvers(drive, connection) : workQueue(drive, each, sizes[each]),
  );
  if (drive.parked) {
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
  await ctx.connectionLeases.release(lease, drive.isOverdue() ? ctx.clock() : soonest, ctx.clock());
};

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
