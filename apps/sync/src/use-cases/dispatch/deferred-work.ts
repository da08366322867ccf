import { AppError, type ConnectionFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import type { CallClass } from '../../domain/ledger';
import { retryDelayMs } from '../../domain/retry';
import type { StoredOrder } from '../../domain/order';
import type { DeferredWork, DeferredWorkStore } from '../../store/deferred-work';
import type { ConnectionCaller } from '../../call-constant-contact';
import { activitiesUnderWay } from './poll-activities';
import { concernsConnection } from './classify-failure';

const takenAtOnce = 20;
/** How soon one is looked at again for whose contact something is under way. */
const busyMs = 60_000;
const leastPauseMs = 1_000;
/** How many looks may not find a contact, over half an hour: an import makes it, or Constant Contact shows it late. */
const mostMisses = 5;

/** What a lane lends to work with calls that others leave over. */
export interface HeldLease {
  readonly connection: ConnectionFact | undefined;
  readonly goesOn: () => Promise<boolean>;
  /** E-mails that the lane works on. */
  readonly busy: Set<string>;
  readonly callerFor: (boxOfficeId: string, kind: CallClass, some: readonly DeferredWork[]) => ConnectionCaller;
}

/** One whose order still names the same buyer, with their address. */
export interface StillTheirs {
  readonly leftOver: DeferredWork;
  readonly order: StoredOrder;
  readonly email: string;
}

/** A kind of such work. */
export interface DeferredJob {
  readonly store: DeferredWorkStore;
  /** What its calls count as, at present. */
  readonly kind: CallClass;
  /** False when all that is left is not to be done any more, and has been ended. */
  readonly isWanted: (connection: ConnectionFact) => Promise<boolean>;
  /**
   * Works on one; `absent` when its contact was not found and a later look may find it. Throws what its calls throw.
   */
  readonly one: (
    caller: ConnectionCaller,
    connection: ConnectionFact,
    still: StillTheirs,
  ) => Promise<'done' | 'later' | 'absent'>;
  /** Ends one that is not to be done, was refused for good, or whose contact was not found for long enough. */
  readonly giveUp: (
    connection: ConnectionFact,
    leftOver: DeferredWork,
    why: 'not theirs' | 'refused' | 'absent',
  ) => Promise<void>;
  readonly delayed: string;
}

const later = (ctx: Context, ms: number): Date => new Date(ctx.clock().getTime() + ms);

/**
 * Works on what is due of a connection, one after the other, so that nothing comes between a look and the call that
 * relies on it. What is not theirs any more is given up; what cannot be done now is tried again later.
 */
export const runDeferred = async (ctx: Context, heldLease: HeldLease, work: DeferredJob): Promise<void> => {
  const { connection, busy } = heldLease;
  if (connection?.status !== 'CONNECTED') return;
  const { connectionId, boxOfficeId } = connection;
  let stopped = false;
  while (!stopped && (await heldLease.goesOn())) {
    if ((await ctx.ledger.refusedFor(work.kind)) > 0) return;
    const due = await work.store.due(connectionId, ctx.clock(), takenAtOnce);
    if (due.length === 0 || !(await work.isWanted(connection))) return;
    const theirs = await stillTheirs(ctx, connection, due, busy, work);
    const hashes = theirs.map(({ leftOver }) => leftOver.emailHash);
    for (const hash of hashes) busy.add(hash);
    try {
      const caller = heldLease.callerFor(
        boxOfficeId,
        work.kind,
        theirs.map(({ leftOver }) => leftOver),
      );
      for (const each of theirs)
        if (!stopped && (await heldLease.goesOn())) stopped = !(await workOne(ctx, caller, connection, each, work));
    } finally {
      for (const hash of hashes) busy.delete(hash);
    }
  }
};

/**
 * Those whose order still names the same buyer. The others are ended; one for whose contact something is under way
 * waits.
 */
const stillTheirs = async (
  ctx: Context,
  connection: ConnectionFact,
  due: readonly DeferredWork[],
  busy: ReadonlySet<string>,
  { store, giveUp }: DeferredJob,
): Promise<StillTheirs[]> => {
  const { boxOfficeId, connectionId } = connection;
  const orders = new Map(
    (await ctx.orders.byKeys(due.map(({ orderKey }) => orderKey))).map((order) => [order.key, order]),
  );
  const all = await ctx.buyerDeliveries.ofBuyers(
    { boxOfficeId, connectionId },
    due.map(({ emailHash }) => emailHash),
  );
  // What brings the contact may be on its way; what only waits for somebody brings nothing.
  const underWay = await activitiesUnderWay(ctx, connectionId);
  const involved = all.filter((each) => each.claimed || underWay.of(each).length > 0);
  const held = new Set([...busy, ...involved.map(({ emailHash }) => emailHash)]);
  const theirs: StillTheirs[] = [];
  for (const leftOver of due) {
    const order = orders.get(leftOver.orderKey);
    const email = order?.email ?? null;
    if (!order || email === null || ctx.hashEmail(boxOfficeId, email) !== leftOver.emailHash)
      await giveUp(connection, leftOver, 'not theirs');
    else if (held.has(leftOver.emailHash)) await store.postpone(leftOver, later(ctx, busyMs));
    else theirs.push({ leftOver, order, email });
  }
  return theirs;
};

/** False when nothing more can be done for the connection at present. */
const workOne = async (
  ctx: Context,
  caller: ConnectionCaller,
  connection: ConnectionFact,
  still: StillTheirs,
  work: DeferredJob,
): Promise<boolean> => {
  const { leftOver } = still;
  const { deliveryId } = leftOver;
  try {
    const done = await work.one(caller, connection, still);
    if (done === 'later') await work.store.postpone(leftOver, later(ctx, busyMs));
    if (done === 'absent') await missed(ctx, connection, leftOver, work);
    return true;
  } catch (error) {
    await ctx.deliveryHistory.addHistory(deliveryId, caller.takeAttempts(deliveryId));
    return !(await putOff(ctx, connection, leftOver, error, work));
  }
};

/** A contact that was not found is looked for again, less and less often, and given up in the end. */
const missed = async (
  ctx: Context,
  connection: ConnectionFact,
  leftOver: DeferredWork,
  { store, giveUp }: DeferredJob,
): Promise<void> => {
  const { misses = 0 } = leftOver;
  if (misses < mostMisses) await store.missed(leftOver, later(ctx, busyMs * 2 ** misses));
  else await giveUp(connection, leftOver, 'absent');
};

/** Decides by a failure whether one is tried again; true when it concerns the whole connection. */
const putOff = async (
  ctx: Context,
  connection: ConnectionFact,
  leftOver: DeferredWork,
  error: unknown,
  { store, giveUp, delayed }: DeferredJob,
): Promise<boolean> => {
  const { code, retryAfterMs } = error instanceof AppError ? error : { code: undefined, retryAfterMs: undefined };
  if (code === 'LEASE_LOST') return true;
  if (code === 'REJECTED_BY_CONSTANT_CONTACT') {
    await giveUp(connection, leftOver, 'refused');
    return false;
  }
  ctx.log.warn({ err: error, connectionId: leftOver.connectionId }, delayed);
  const delayMs = Math.max(retryAfterMs ?? 0, retryDelayMs(ctx.retry, leftOver.tries, ctx.random()), leastPauseMs);
  await store.postpone(leftOver, later(ctx, delayMs));
  return concernsConnection(error);
};

/** When a lane is to be driven next for such work; null when it has none that may be done. */
export const nextDeferredAt = async (
  ctx: Context,
  connection: ConnectionFact | undefined,
  { store, kind }: Pick<DeferredJob, 'store' | 'kind'>,
): Promise<Date | null> => {
  if (connection?.status !== 'CONNECTED') return null;
  const readyAt = await store.nextAt(connection.connectionId);
  if (readyAt === null) return null;
  const refusedMs = await ctx.ledger.refusedFor(kind);
  return new Date(Math.max(readyAt.getTime(), later(ctx, Math.max(refusedMs, leastPauseMs)).getTime()));
};
