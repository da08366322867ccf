import type { ConnectionFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { workflowInMode } from '../../domain/backfill';
import { decideOrder } from '../../domain/decide-order';
import type { Result } from '../../domain/delivery';
import type { DesiredState } from '../../domain/desired-state';
import type { CallClass } from '../../domain/ledger';
import { detailsOf, detailTimesOf } from '../../domain/map-buyer';
import type { StoredOrder } from '../../domain/order';
import { isPhoneStale } from '../../domain/stale-values';
import { phoneAdded, phoneFollows, phoneLeft, phoneRefused } from '../../domain/plan-phone';
import type { DeferredWork } from '../../store/deferred-work';
import { never } from '../../store/never';
import { addPhone } from './add-phone';
import { countryOf } from './read-contacts';
import { nextDeferredAt, runDeferred, type DeferredJob, type HeldLease, type StillTheirs } from './deferred-work';
import { isEntitled } from './desired-deliveries';

/**
 * While calls are ample they count as a backfill's, which leaves what live orders need; else they are those that nobody
 * can use any more.
 */
const kindNow = async (ctx: Context): Promise<CallClass> =>
  (await ctx.ledger.quotaState()).scarce ? 'upgrade' : 'backfill';

/** It has come, or will not: what is told says so from now on. */
const end = async (
  ctx: Context,
  { boxOfficeId }: Pick<ConnectionFact, 'boxOfficeId'>,
  leftOver: DeferredWork,
  told: string,
): Promise<void> => {
  const { connectionId, emailHash } = leftOver;
  await ctx.deliveryHistory.tellInstead({ boxOfficeId, connectionId, emailHash }, phoneFollows, told);
  await ctx.latePhones.end(leftOver);
};

const bringing = async (ctx: Context): Promise<DeferredJob> => ({
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
    const { isAbsent = false, told = phoneAdded } = await addPhone(ctx, caller, connection, {
      email,
      emailHash,
      desired: wanted,
      details: details.phone === undefined ? {} : { phone: details.phone },
      serves: [deliveryId],
    });
    await ctx.deliveryHistory.addHistory(deliveryId, caller.takeAttempts(deliveryId));
    if (isAbsent) return 'absent';
    await end(ctx, connection, leftOver, told);
    return 'done';
  },
  giveUp: (connection, leftOver, why) => end(ctx, connection, leftOver, why === 'refused' ? phoneRefused : phoneLeft),
});

/** What its order and workflow ask for now, if a phone is still among it: not where a newer order has told another. */
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
  // A pause is of orders that come: this one was worked on before.
  const workflow = workflowInMode(
    { ...present, status: present.status === 'DELETED' ? 'DELETED' : 'ACTIVE' },
    backfill?.mode ?? null,
  );
  if (decideOrder(order, workflow, await isEntitled(ctx, boxOfficeId)).kind !== 'go') return undefined;
  const desired: DesiredState = {
    deliveryId,
    orderTime: order.eventTime,
    placedAt: order.placedAt,
    optIn: order.optIn,
    createsContacts: workflow.createsContacts,
    whenNotOptedIn: workflow.whenNotOptedIn,
    whenUnsubscribed: 'SKIP',
    listIds: [],
    tagIds: [],
    fields: [],
    details: detailsOf(order),
    valueTimestamps: detailTimesOf(order),
  };
  const isStale = await isWrittenSince(ctx, { boxOfficeId, connectionId }, emailHash, order);
  return desired.details.phone === undefined || isStale ? undefined : desired;
};

/**
 * Whether other orders of the buyer have told another number since, those that have expired in the end: what is moved
 * there meanwhile is found in one of both.
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

/** Brings the phones that were left for later, with calls that others leave over. */
export const addLatePhones = async (ctx: Context, heldLease: HeldLease): Promise<void> =>
  runDeferred(ctx, heldLease, await bringing(ctx));

/** When a lane is to be driven next for them; null when there are none that may be brought. */
export const nextLatePhoneAt = async (ctx: Context, connection: ConnectionFact | undefined): Promise<Date | null> =>
  nextDeferredAt(ctx, connection, { store: ctx.latePhones, kind: await kindNow(ctx) });

/**
 * Phones are noted before their deliveries say that they follow. Whoever has said so looks afterwards whether they are
 * noted still: those of a connection that has ended meanwhile were given up.
 */
export const lookAfterFollowing = async (ctx: Context, told: readonly Pick<Result, 'delivery' | 'to'>[]) => {
  const following = told.flatMap(({ delivery: { boxOfficeId, connectionId, emailHash }, to }) =>
    emailHash !== null && ('outcome' in to ? to.outcome : to.next).performed?.includes(phoneFollows)
      ? [{ boxOfficeId, connectionId, emailHash }]
      : [],
  );
  const [first] = following;
  if (!first) return;
  const hashes = [...new Set(following.map(({ emailHash }) => emailHash))];
  const noted = await ctx.latePhones.among(first.connectionId, hashes);
  for (const emailHash of hashes)
    if (!noted.has(emailHash)) await ctx.deliveryHistory.tellInstead({ ...first, emailHash }, phoneFollows, phoneLeft);
};

/** Of a connection that was ended none comes any more. */
export const giveUpLatePhones = async (ctx: Context, connection: ConnectionFact): Promise<void> => {
  for (;;) {
    const some = await ctx.latePhones.due(connection.connectionId, never, 100);
    if (some.length === 0) return;
    for (const each of some) await end(ctx, connection, each, phoneLeft);
  }
};
