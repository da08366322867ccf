import type { ConnectionFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { workflowInMode } from '../../domain/backfill';
import { decideOrder } from '../../domain/decide-order';
import type { Result } from '../../domain/delivery';
import { desiredState, type DesiredState } from '../../domain/desired-state';
import type { CallClass } from '../../domain/ledger-state';
import type { StoredOrder } from '../../domain/order';
import { isPhoneStale } from '../../domain/stale-values';
import { phoneAdded, phoneFollows, phoneLeft, phoneRefused } from '../../domain/plan-phone';
import type { DeferredWork } from '../../store/deferred-work';
import { never } from '../../store/never';
import { addPhone } from './add-phone';
import { countryOf } from './read-contacts';
import {
  nextDeferredAt,
  runDeferred,
  type DeferredJob,
  type HeldLease,
  type StillTheirs,
} from './process-deferred-work';
import { isEntitled } from './desired-deliveries';

/**
 * The call class of late phones. While calls are not scarce they count as backfill calls, which leave what live orders
 * need. While calls are scarce they count as upgrades, which use only calls that nobody else can use any more that day.
 */
const kindNow = async (ctx: Context): Promise<CallClass> =>
  (await ctx.ledger.quotaState()).scarce ? 'upgrade' : 'backfill';

/**
 * Ends the work on a late phone: `note` replaces the note that the phone follows in the buyer's deliveries.
 */
const end = async (
  ctx: Context,
  { boxOfficeId }: Pick<ConnectionFact, 'boxOfficeId'>,
  leftOver: DeferredWork,
  note: string,
): Promise<void> => {
  const { connectionId, emailHash } = leftOver;
  await ctx.deliveryHistory.replaceNote({ boxOfficeId, connectionId, emailHash }, phoneFollows, note);
  await ctx.latePhones.end(leftOver);
};

const latePhoneJob = async (ctx: Context): Promise<DeferredJob> => ({
  store: ctx.latePhones,
  kind: await kindNow(ctx),
  delayed: 'late-phone.delayed',
  isWanted: () => Promise.resolve(true),
  one: async (caller, connection, still) => {
    const { leftOver, email } = still;
    const { emailHash, deliveryId } = leftOver;
    const wanted = await wantedNow(ctx, connection, still);
    if (wanted === 'later') return 'later';
    if (wanted === undefined) {
      await end(ctx, connection, leftOver, phoneLeft);
      return 'done';
    }
    const { details } = wanted;
    const { isAbsent = false, note = phoneAdded } = await addPhone(ctx, caller, connection, {
      email,
      emailHash,
      desired: wanted,
      details: details.phone === undefined ? {} : { phone: details.phone },
      serves: [deliveryId],
    });
    await ctx.deliveryHistory.addHistory(deliveryId, caller.takeAttempts(deliveryId));
    if (isAbsent) return 'absent';
    await end(ctx, connection, leftOver, note);
    return 'done';
  },
  giveUp: (connection, leftOver, why) => end(ctx, connection, leftOver, why === 'refused' ? phoneRefused : phoneLeft),
});

/**
 * Returns the desired state of the late phone's delivery, by its order and workflow as they are now. `later`: its
 * backfill is paused. Undefined: the phone is no longer wanted, or a newer value of the buyer makes it stale.
 */
const wantedNow = async (
  ctx: Context,
  { boxOfficeId, connectionId }: ConnectionFact,
  { leftOver: { deliveryId, emailHash }, order }: StillTheirs,
): Promise<DesiredState | 'later' | undefined> => {
  const [delivery] = await ctx.deliveries.byIds([deliveryId]);
  if (!delivery || delivery.undoesOrder) return undefined;
  const present = await ctx.workflows.byId(delivery.workflowId);
  const backfill = delivery.backfillId === null ? null : await ctx.backfills.byId(delivery.backfillId);
  if (!present || backfill?.status === 'CANCELLED') return undefined;
  if (backfill?.status === 'PAUSED') return 'later';
  // A pause holds new orders. This order was processed before it.
  const workflow = workflowInMode(
    { ...present, status: present.status === 'DELETED' ? 'DELETED' : 'ACTIVE' },
    backfill?.mode ?? null,
  );
  if (decideOrder(order, workflow, await isEntitled(ctx, boxOfficeId)).kind !== 'go') return undefined;
  const desired: DesiredState = {
    ...desiredState(deliveryId, order, workflow, { lists: [], tags: [] }),
    // Only the phone is added, and nobody is asked anything.
    whenUnsubscribed: 'SKIP',
    listIds: [],
    tagIds: [],
    fields: [],
    shortenings: [],
  };
  const isStale = await isWrittenSince(ctx, { boxOfficeId, connectionId }, emailHash, order);
  return desired.details.phone === undefined || isStale ? undefined : desired;
};

/**
 * Whether another order of the buyer has written another number since. The expired writes are read last: a value that
 * moves there in the meantime is found in at least one of the two places.
 */
const isWrittenSince = async (
  ctx: Context,
  of: Pick<ConnectionFact, 'boxOfficeId' | 'connectionId'>,
  emailHash: string,
  order: StoredOrder,
): Promise<boolean> => {
  const written = (await ctx.buyerDeliveries.writtenFor(of, [emailHash])).filter(
    ({ orderKey }) => orderKey !== order.key,
  );
  const others = await ctx.orders.byKeys(written.map(({ orderKey }) => orderKey));
  const expired = (await ctx.expiredWrites.of(of.connectionId, [emailHash])).get(emailHash);
  return isPhoneStale(order, others, expired, await countryOf(ctx, of.connectionId));
};

/** Adds the late phones of a connection that are due, with calls that other work leaves over. */
export const addLatePhones = async (ctx: Context, heldLease: HeldLease): Promise<void> =>
  runDeferred(ctx, heldLease, await latePhoneJob(ctx));

/** When the connection has a late phone to process next; null when it has none that may be processed. */
export const nextLatePhoneAt = async (ctx: Context, connection: ConnectionFact | undefined): Promise<Date | null> =>
  nextDeferredAt(ctx, connection, { store: ctx.latePhones, kind: await kindNow(ctx) });

/**
 * Ensures that no delivery says that a phone follows when none does. Late phones are recorded before their deliveries
 * say so. If the connection ends in between, its late phones are given up, and the note is replaced here.
 */
export const replaceStaleNotes = async (ctx: Context, results: readonly Pick<Result, 'delivery' | 'to'>[]) => {
  const following = results.flatMap(({ delivery: { boxOfficeId, connectionId, emailHash }, to }) =>
    emailHash !== null && ('outcome' in to ? to.outcome : to.next).performed?.includes(phoneFollows)
      ? [{ boxOfficeId, connectionId, emailHash }]
      : [],
  );
  const [first] = following;
  if (!first) return;
  const hashes = [...new Set(following.map(({ emailHash }) => emailHash))];
  const recorded = await ctx.latePhones.among(first.connectionId, hashes);
  for (const emailHash of hashes)
    if (!recorded.has(emailHash))
      await ctx.deliveryHistory.replaceNote({ ...first, emailHash }, phoneFollows, phoneLeft);
};

/** Gives up all late phones of a connection that has ended. */
export const giveUpLatePhones = async (ctx: Context, connection: ConnectionFact): Promise<void> => {
  for (;;) {
    const some = await ctx.latePhones.due(connection.connectionId, never, 100);
    if (some.length === 0) return;
    for (const each of some) await end(ctx, connection, each, phoneLeft);
  }
};
