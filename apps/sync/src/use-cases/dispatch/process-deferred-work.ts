import { AppError, type ConnectionFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import type { CallClass } from '../../domain/ledger-state';
import { retryDelayMs } from '../../domain/retry-policy';
import type { StoredOrder } from '../../domain/order';
import type { DeferredWork, DeferredWorkStore } from '../../store/deferred-work';
import type { ConnectionCaller } from '../../call-constant-contact';
import { activitiesUnderWay } from './poll-activities';
import { concernsConnection } from './classify-failure';

const takenAtOnce = 20;
/** How soon to try again when other work for the contact is under way. */
const busyMs = 60_000;
const leastPauseMs = 1_000;
/**
 * How often a look-up may miss a contact, over half an hour. The contact may still come by an import, or Constant
 * Contact may show it late.
 */
const mostMisses = 5;

/** What the holder of a connection lease passes to deferred work, which uses calls that other work leaves over. */
export interface HeldLease {
  readonly connection: ConnectionFact | undefined;
  readonly goesOn: () => Promise<boolean>;
  /** Keyed hashes of the e-mail addresses that the holder is working on. */
  readonly busy: Set<string>;
  readonly callerFor: (boxOfficeId: string, kind: CallClass, some: readonly DeferredWork[]) => ConnectionCaller;
}

/** Deferred work whose order still names the same buyer, with the buyer's address. */
export interface StillTheirs {
  readonly leftOver: DeferredWork;
  readonly order: StoredOrder;
  readonly email: string;
}

/** One kind of deferred work. */
export interface DeferredJob {
  readonly store: DeferredWorkStore;
  /** The call class of its calls, at present. */
  readonly kind: CallClass;
  /** Whether this kind is still wanted for the connection. When it is not, its work has been ended. */
  readonly isWanted: (connection: ConnectionFact) => Promise<boolean>;
  /**
   * Processes one piece of work. `absent`: the contact was not found, and a later look-up may find it. Throws what its
   * calls throw.
   */
  readonly one: (
    caller: ConnectionCaller,
    connection: ConnectionFact,
    still: StillTheirs,
  ) => Promise<'done' | 'later' | 'absent'>;
  /**
   * Ends work whose order names another buyer, which was refused for good, or whose contact was not found for too long.
   */
  readonly giveUp: (
    connection: ConnectionFact,
    leftOver: DeferredWork,
    why: 'not theirs' | 'refused' | 'absent',
  ) => Promise<void>;
  readonly delayed: string;
}

const later = (ctx: Context, ms: number): Date => new Date(ctx.clock().getTime() + ms);

/**
 * Processes the due work of a connection one by one, so that nothing happens between a look-up and the call that relies
 * on it. Work whose order names another buyer is given up. Work that cannot be done now is tried again later.
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
 * Selects the work whose order still names the same buyer, and gives up the others. Work for a contact with other work
 * under way is postponed.
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
  // A claimed delivery, or one with a running activity, may be about to create the contact. One that only waits is not.
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

/** Returns false when nothing more can be done for the connection at present. */
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

/** Looks for a missing contact again after growing delays, and gives up in the end. */
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

/** Decides by the error when to try again. Returns true when the error concerns the whole connection. */
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

/** When the connection has deferred work of a kind to process next; null when it has none that may be processed. */
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
