import { kindOf } from '@boxlist/contracts';
import { chunk } from 'es-toolkit';
import { type ConnectionCaller, connectionCaller } from '../../call-constant-contact';
import type { Context } from '../../context';
import {
  activitiesOf,
  type OpenDelivery,
  type PendingDelivery,
  type Queue,
  type Result,
  withoutWait,
} from '../../domain/delivery';
import type { CallClass } from '../../domain/ledger-state';
import { deliverySettled } from '../../report';
import type { ConnectionLease } from '../../store/connection-leases';
import { guardErased } from '../privacy/forget-buyer';
import { replaceStaleNotes } from './add-late-phones';
import type { BatchReport } from './batch';
import { classifyFailure, type FailureClass, mayBeCausedByOthers } from './classify-failure';
import { forgottenMs } from './plan-run';
import { activitiesAwaited } from './poll-activities';
import { processPart, splitBatch } from './split-batch';

const savedAtOnce = 1_000;

/**
 * The work on a lease: its queues, and `upgrade` for all deferred work (permissions of imported contacts, late phones).
 */
export type LeaseWork = Queue | 'upgrade';
export const takesLong = (work: LeaseWork): boolean => work === 'backfill' || work === 'upgrade';

/** One connection lease while this process holds it. */
export interface LeaseRun {
  readonly ctx: Context;
  readonly lease: ConnectionLease;
  /** The box office that the connection belongs to; undefined while its fact has not arrived. */
  readonly owner: string | undefined;
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
export const saveAndReport = async ({ ctx, stillHeld }: LeaseRun, results: readonly Result[]): Promise<void> => {
  const now = ctx.clock();
  for (const part of chunk(results, savedAtOnce)) {
    await stillHeld();
    const saved = await ctx.deliveryQueue.save(part, now);
    for (const { delivery, to } of saved) if ('outcome' in to) deliverySettled(ctx, delivery, to.outcome, now);
    await replaceStaleNotes(ctx, part);
  }
};

/** Saves the results of a batch as they come, with the attempts of each delivery. */
const reportTo = (leaseRun: LeaseRun, caller: ConnectionCaller, queue: Queue): BatchReport => {
  const { ctx, lease } = leaseRun;
  const resultOf = (delivery: OpenDelivery, to: Result['to']): Result => ({
    delivery,
    attempts: caller.takeAttempts(delivery._id),
    to,
  });
  return {
    record: (results) =>
      saveAndReport(
        leaseRun,
        results.map(({ delivery, to }) => resultOf(delivery, to)),
      ),
    fail: async (deliveries, error) => {
      if (kindOf(error) === 'defect')
        ctx.log.error({ err: error, connectionId: lease.connectionId }, 'delivery.defect');
      const alone = mayBeCausedByOthers(error, deliveries);
      const results = deliveries.map((delivery) => {
        const verdict: FailureClass = alone
          ? {
              next: { waitingFor: 'RETRYING', readyAt: ctx.clock(), countsAsFailedTry: true, alone: true },
              parksLease: false,
            }
          : classifyFailure(ctx, error, delivery);
        if ('parksLease' in verdict && verdict.parksLease) leaseRun.parked = true;
        // The next try waits until the running activities of the delivery have ended.
        const { activities } = delivery;
        return resultOf(delivery, 'next' in verdict ? { next: { ...verdict.next, activities } } : verdict);
      });
      await saveAndReport(leaseRun, results);
      return leaseRun.parked;
    },
    goesOn: () => mayGoOn(leaseRun, queue),
  };
};

/**
 * Whether something is due that only a new pass over the lease handles: an activity to poll, or live orders whose
 * batching window has ended. Long work stops for it.
 */
const needsNewPass = async ({ ctx, lease, batchesTo }: LeaseRun): Promise<boolean> => {
  const now = ctx.clock();
  if (batchesTo && batchesTo <= now) return true;
  const running = await ctx.activities.ofConnection(lease.connectionId);
  return running.some(({ _id, pollAt }) => pollAt <= now && !ctx.activities.isBeingSent(_id));
};

/** Whether to continue work that has begun. Long work also stops when something else is due. */
export const mayGoOn = async (leaseRun: LeaseRun, work: LeaseWork): Promise<boolean> =>
  leaseRun.goesOn() && !leaseRun.isOverdue() && !(takesLong(work) && (await needsNewPass(leaseRun)));

export const callerOf = (
  { ctx, lease, stillHeld }: LeaseRun,
  boxOfficeId: string,
  kind: CallClass,
  mayServe?: (serves: readonly string[]) => Promise<void>,
): ConnectionCaller =>
  connectionCaller(ctx, { connectionId: lease.connectionId, boxOfficeId, class: kind, stillHeld, mayServe });

/** Processes one queue of a lease until it has no ready deliveries. */
export const processQueue = async (leaseRun: LeaseRun, queue: Queue, size: number): Promise<void> => {
  const { ctx, lease, busy } = leaseRun;
  while (leaseRun.goesOn() && !leaseRun.isOverdue() && (await leaseRun.stillHeld())) {
    if (takesLong(queue) && (await needsNewPass(leaseRun))) return;
    const claimed = await ctx.deliveryQueue.claim(lease, queue, busy, ctx.clock(), size, leaseRun.stillHeld);
    const plannable = await withoutAwaiting(leaseRun, await withoutForeign(leaseRun, claimed));
    // Another queue may have begun on the same buyer in the meantime. Those deliveries wait for a later pass.
    const ready = plannable.filter(({ emailHash }) => emailHash === null || !busy.has(emailHash));
    const [first] = ready;
    if (!first) return;
    const hashes = [...new Set(ready.flatMap(({ emailHash }) => emailHash ?? []))];
    for (const hash of hashes) busy.add(hash);
    try {
      const caller = callerOf(leaseRun, first.boxOfficeId, queue, guardErased(ctx, first.boxOfficeId, ready));
      const report = reportTo(leaseRun, caller, queue);
      for (const [index, part] of splitBatch(ready).entries()) {
        if (index > 0 && part[0]?.alone && !leaseRun.goesOn()) break;
        // An earlier part may have started an activity for the same buyer.
        const some = index === 0 ? part : await withoutAwaiting(leaseRun, part);
        await processPart(ctx, caller, lease.connectionId, some, report);
      }
    } finally {
      for (const hash of hashes) busy.delete(hash);
    }
  }
};

/**
 * Returns the deliveries of the box office that the connection belongs to, and ends the others. While the owner is
 * unknown, it returns the deliveries of one box office: auth-connection gives its token to the owner only.
 */
const withoutForeign = async (leaseRun: LeaseRun, claimed: readonly OpenDelivery[]): Promise<OpenDelivery[]> => {
  const { ctx, lease, owner } = leaseRun;
  const boxOfficeId = owner ?? claimed[0]?.boxOfficeId;
  const own = claimed.filter((delivery) => delivery.boxOfficeId === boxOfficeId);
  if (owner === undefined || own.length === claimed.length) return own;
  const foreign = claimed.filter((delivery) => delivery.boxOfficeId !== owner);
  ctx.log.warn({ connectionId: lease.connectionId, deliveries: foreign.length }, 'delivery.foreign-connection');
  await saveAndReport(
    leaseRun,
    foreign.map((delivery) => ({ delivery, attempts: [], to: { outcome: { reason: 'CONNECTION_NOT_OWNED' } } })),
  );
  return own;
};

/**
 * Returns the deliveries whose contacts have no activity under way. The others are saved as waiting until their
 * activities have been handled.
 */
const withoutAwaiting = async (leaseRun: LeaseRun, claimed: readonly OpenDelivery[]): Promise<PendingDelivery[]> => {
  const { ctx, lease } = leaseRun;
  const awaited = await activitiesAwaited(ctx, lease.connectionId, claimed);
  const readyAt = new Date(ctx.clock().getTime() + forgottenMs);
  const plannable: PendingDelivery[] = [];
  const waiting: Result[] = [];
  for (const delivery of claimed) {
    // Only the activities that it waits for already can settle it. Other activities hold it, and it is planned after.
    const whose = delivery.reason === 'ACTIVITY_RUNNING' ? delivery.activities.whose : 'others';
    const activities = activitiesOf(awaited.get(delivery._id) ?? [], whose);
    if (activities)
      waiting.push({ delivery, attempts: [], to: { next: { waitingFor: 'ACTIVITY_RUNNING', readyAt, activities } } });
    // If its own activity was forgotten, the next step must read what that activity did.
    else plannable.push(withoutWait(delivery, delivery.uncertain || delivery.activities?.whose === 'own'));
  }
  await saveAndReport(leaseRun, waiting);
  if (waiting.length > 0) await releaseLate(leaseRun, awaited);
  return plannable;
};

/**
 * Makes deliveries ready whose activity was no longer under way when they were saved as waiting. Another holder, which
 * has lost the lease, may have recorded the end and released deliveries before these waited.
 */
const releaseLate = async (
  { ctx, lease }: LeaseRun,
  awaited: ReadonlyMap<string, readonly string[]>,
): Promise<void> => {
  const underWay = await ctx.activities.namesUnderWay(lease.connectionId);
  const late = [...awaited].filter(([, activityIds]) => !activityIds.every((id) => underWay.has(id)));
  await ctx.deliveryHolds.releaseByIds(
    late.map(([id]) => id),
    'ACTIVITY_RUNNING',
    ctx.clock(),
  );
};
