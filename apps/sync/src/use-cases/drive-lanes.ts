import { AppError, kindOf } from '@boxlist/contracts';
import { randomUUID } from 'node:crypto';
import type { Context } from '../context';
import { retryDelayMs } from '../domain/retry';
import { deliverySettled } from '../report';
import type { Delivery, Outcome, Postponement } from '../store/deliveries';
import type { Lane } from '../store/lanes';
import { laneCaller } from './call-constant-contact';
import { syncContact, type Result } from './sync-contact';

const pollMs = 200;
const contactsAtOnce = 4;
const parkedMs = 24 * 3_600_000;

/** What a failure means for the deliveries it met. */
type Verdict = { readonly outcome: Outcome } | { readonly next: Postponement; readonly parksLane: boolean };

/** Turns a failure into an outcome or a next try, by its code and kind; the default is to try again. */
export const verdictOn = (
  ctx: Pick<Context, 'clock' | 'retry' | 'random'>,
  error: unknown,
  delivery: Pick<Delivery, 'attemptCount' | 'firstTriedAt'>,
): Verdict => {
  const now = ctx.clock().getTime();
  const wait = (
    waitingFor: Postponement['waitingFor'],
    ms: number,
    countsAsAttempt: boolean,
    parksLane = false,
  ): Verdict => ({
    next: { waitingFor, readyAt: new Date(now + ms), countsAsAttempt },
    parksLane,
  });
  if (error instanceof AppError) {
    switch (error.code) {
      case 'QUOTA_EXCEEDED':
        return wait('QUOTA_EXCEEDED', error.retryAfterMs ?? 60_000, false, true);
      case 'RATE_LIMITED':
        return wait('RETRYING', error.retryAfterMs ?? 1_000, false);
      case 'CONNECTION_NEEDS_RECONNECT':
      case 'UNAUTHORIZED_AT_CONSTANT_CONTACT':
      case 'MISSING_PRIVILEGES':
        return wait('CONNECTION_NEEDS_RECONNECT', parkedMs, false, true);
      case 'CONNECTION_NOT_FOUND':
        return { outcome: { status: 'SKIPPED', reason: 'CONNECTION_DISCONNECTED' } };
      case 'LEASE_LOST':
        return wait(null, 0, false, true);
      case 'REJECTED_BY_CONSTANT_CONTACT':
        return { outcome: { status: 'FAILED', reason: 'REJECTED_BY_CONSTANT_CONTACT' } };
      default:
        break;
    }
  }
  if (delivery.firstTriedAt && now - delivery.firstTriedAt.getTime() > ctx.retry.forMs)
    return { outcome: { status: 'FAILED', reason: 'GAVE_UP' } };
  return wait('RETRYING', retryDelayMs(ctx.retry, delivery.attemptCount, ctx.random()), true);
};

const groupByEmail = (deliveries: readonly Delivery[]): Delivery[][] => {
  const groups = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const key = delivery.emailHash ?? delivery._id;
    groups.set(key, [...(groups.get(key) ?? []), delivery]);
  }
  return [...groups.values()];
};

/** Drives one lane until it has nothing ready, is parked, or is lost. */
const driveLane = async (ctx: Context, lane: Lane, isClosing: () => boolean): Promise<void> => {
  let heldUntil = ctx.clock().getTime() + ctx.leaseMs;
  const stillHeld = async (): Promise<boolean> => {
    const now = ctx.clock().getTime();
    if (heldUntil - now > ctx.leaseMs / 2) return true;
    if (heldUntil <= now || !(await ctx.lanes.renew(lane, new Date(now + ctx.leaseMs)))) return false;
    heldUntil = now + ctx.leaseMs;
    return true;
  };
  let parked = false;
  const work = async (group: readonly Delivery[]): Promise<void> => {
    const caller = laneCaller(ctx, lane, stillHeld);
    const open = new Map(group.map((delivery) => [delivery._id, delivery]));
    const settle = async (delivery: Delivery, result: Result): Promise<void> => {
      open.delete(delivery._id);
      const now = ctx.clock();
      if ('next' in result)
        return ctx.deliveries.postpone(delivery, lane.fence, result.next, caller.takeAttempts(), now);
      if (await ctx.deliveries.settle(delivery, lane.fence, result.outcome, caller.takeAttempts(), now))
        deliverySettled(ctx, delivery, result.outcome, now);
    };
    try {
      await syncContact(ctx, caller, group, settle);
    } catch (error) {
      if (kindOf(error) === 'defect') ctx.log.error({ err: error, connectionId: lane.connectionId }, 'delivery.defect');
      for (const delivery of [...open.values()]) {
        const verdict = verdictOn(ctx, error, delivery);
        if ('parksLane' in verdict && verdict.parksLane) parked = true;
        await settle(delivery, verdict);
      }
    }
  };
  while (!parked && !isClosing() && (await stillHeld())) {
    const ready = await ctx.deliveries.claim(lane.connectionId, lane.fence, ctx.clock(), 100);
    if (ready.length === 0) break;
    const groups = groupByEmail(ready);
    await Promise.all(
      Array.from({ length: contactsAtOnce }, async () => {
        for (let group = groups.shift(); group && !parked && !isClosing(); group = groups.shift()) await work(group);
      }),
    );
  }
  await ctx.lanes.release(lane, await ctx.deliveries.nextReadyAt(lane.connectionId), ctx.clock());
};

/** Drives lanes of this process until closed; several connections at once, each by one process. */
export const startDispatcher = (ctx: Context, lanesAtOnce = 8) => {
  const holder = randomUUID();
  const running = new Set<Promise<void>>();
  let closing = false;
  let again = false;
  let claiming: Promise<void> | undefined;

  const claimAll = async (): Promise<void> => {
    do {
      again = false;
      while (!closing && running.size < lanesAtOnce) {
        const lane = await ctx.lanes.claim(holder, ctx.clock(), ctx.leaseMs);
        if (!lane) break;
        const driven = driveLane(ctx, lane, () => closing)
          .catch((error: unknown) => ctx.log.warn({ err: error, connectionId: lane.connectionId }, 'lane.interrupted'))
          .finally(() => {
            running.delete(driven);
            nudge();
          });
        running.add(driven);
      }
    } while (again && !closing);
  };
  const nudge = (): void => {
    if (closing) return;
    again = true;
    claiming ??= claimAll()
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'dispatcher.delayed'))
      .finally(() => {
        claiming = undefined;
      });
  };
  const timer = setInterval(nudge, pollMs);
  nudge();
  return {
    nudge,
    close: async (): Promise<void> => {
      closing = true;
      clearInterval(timer);
      await claiming;
      await Promise.all(running);
    },
  };
};
