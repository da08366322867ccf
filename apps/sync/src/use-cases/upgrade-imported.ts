import { AppError, type ConnectionFact } from '@boxlist/contracts';
import type { Context } from '../context';
import { decideUpgrade } from '../domain/decide-upgrade';
import { retryDelayMs } from '../domain/retry';
import { upgradeEnded } from '../report';
import type { Upgrade } from '../store/upgrades';
import type { LaneCaller } from './call-constant-contact';
import { concernsConnection } from './judge-failure';
import { activitiesUnderWay } from './follow-activities';
import { contactKnowledge } from './know-contacts';
import { isEntitled } from './work-batch';

const takenAtOnce = 20;
/** How soon one is looked at again for whose contact something is under way. */
const busyMs = 60_000;
const leastPauseMs = 1_000;

/** What a lane lends to its upgrades. */
export interface Lent {
  readonly connection: ConnectionFact | undefined;
  readonly goesOn: () => Promise<boolean>;
  /** E-mails that the lane works on. */
  readonly busy: Set<string>;
  readonly callerFor: (boxOfficeId: string, some: readonly Upgrade[]) => LaneCaller;
}

/** One whose opt-in still stands, with the address that it was given for. */
interface Standing {
  readonly upgrade: Upgrade;
  readonly email: string;
}

const mayUpgrade = (ctx: Context, connection: ConnectionFact | undefined): connection is ConnectionFact =>
  ctx.signUpKeepsOptOuts && connection?.status === 'CONNECTED';

/**
 * Makes explicit the permission of contacts that were imported because calls ran short, with calls that the day leaves over. Each is looked at right before; whoever is not mailable any more, has opted out
 * once, or has no opt-in that stands is left as they are. Done twice it changes nothing.
 */
export const upgradeImported = async (ctx: Context, lent: Lent): Promise<void> => {
  const { connection, busy } = lent;
  if (!mayUpgrade(ctx, connection)) return;
  const { connectionId, boxOfficeId } = connection;
  let stopped = false;
  while (!stopped && (await lent.goesOn())) {
    if ((await ctx.ledger.refusedFor('upgrade')) > 0) return;
    const due = await ctx.upgrades.due(connectionId, ctx.clock(), takenAtOnce);
    if (due.length === 0) return;
    if (!connection.upgradesImported || !(await isEntitled(ctx, boxOfficeId))) {
      await ctx.upgrades.forget(connectionId);
      return;
    }
    const standing = await stillStanding(ctx, connection, due, busy);
    const hashes = standing.map(({ upgrade }) => upgrade.emailHash);
    for (const hash of hashes) busy.add(hash);
    try {
      const caller = lent.callerFor(
        boxOfficeId,
        standing.map(({ upgrade }) => upgrade),
      );
      // One after the other, so that nothing comes between the look and the call that relies on it.
      for (const each of standing)
        if (!stopped && (await lent.goesOn())) stopped = !(await upgradeOne(ctx, caller, connection, each));
    } finally {
      for (const hash of hashes) busy.delete(hash);
    }
  }
};

/** Those whose order still names the same buyer, who opted in. The others are ended; one for whose contact something is under way waits. */
const stillStanding = async (
  ctx: Context,
  { boxOfficeId, connectionId }: ConnectionFact,
  due: readonly Upgrade[],
  busy: ReadonlySet<string>,
): Promise<Standing[]> => {
  const orders = new Map(
    (await ctx.orders.byKeys([...new Set(due.map(({ orderKey }) => orderKey))])).map((order) => [order.key, order]),
  );
  const theirs = await ctx.deliveries.ofBuyers(
    { boxOfficeId, connectionId },
    due.map(({ emailHash }) => emailHash),
  );
  // What brings the contact may be on its way; what only waits for somebody brings nothing.
  const underWay = await activitiesUnderWay(ctx, connectionId);
  const involved = theirs.filter((each) => each.claimed || underWay.of(each).length > 0);
  const held = new Set([...busy, ...involved.map(({ emailHash }) => emailHash)]);
  const standing: Standing[] = [];
  for (const upgrade of due) {
    const email = orders.get(upgrade.orderKey)?.email ?? null;
    const isTheirs = email !== null && ctx.hashEmail(boxOfficeId, email) === upgrade.emailHash;
    if (!isTheirs || orders.get(upgrade.orderKey)?.optIn !== 'OPTED_IN') await ctx.upgrades.end(upgrade);
    else if (held.has(upgrade.emailHash)) await ctx.upgrades.postpone(upgrade, later(ctx, busyMs));
    else standing.push({ upgrade, email });
  }
  return standing;
};

/** False when nothing more can be done for the connection at present. */
const upgradeOne = async (
  ctx: Context,
  caller: LaneCaller,
  { boxOfficeId, connectionId }: ConnectionFact,
  { upgrade, email }: Standing,
): Promise<boolean> => {
  const { emailHash, deliveryId } = upgrade;
  const serves = [deliveryId];
  try {
    const knowledge = contactKnowledge(ctx, caller, { connectionId, boxOfficeId });
    const [failure] = await knowledge.learn([{ email, emailHash, whole: true, deliveryIds: serves }]);
    if (failure) throw failure.error;
    const contact = decideUpgrade(email, knowledge.known.get(email));
    if (contact) {
      const at = ctx.clock();
      const { contact_id: contactId } = await caller.call('sign up', serves, (token) =>
        ctx.constantContact.signUp(token, contact),
      );
      const explicit = { contactId, state: 'explicit' as const, optedOutAt: null, deleted: false, detailsMark: null };
      await ctx.contacts.saw(connectionId, [{ emailHash, contact: explicit }], at);
    }
    const done = contact ? 'made the permission explicit' : undefined;
    await ctx.deliveries.addHistory(deliveryId, caller.takeAttempts(deliveryId), done);
    await ctx.upgrades.end(upgrade);
    upgradeEnded(ctx, boxOfficeId, contact ? 'upgraded' : 'left');
    return true;
  } catch (error) {
    await ctx.deliveries.addHistory(deliveryId, caller.takeAttempts(deliveryId));
    return !(await putOff(ctx, boxOfficeId, upgrade, error));
  }
};

/** Decides by a failure whether one is tried again; true when it concerns the whole connection. */
const putOff = async (ctx: Context, boxOfficeId: string, upgrade: Upgrade, error: unknown): Promise<boolean> => {
  const { code, retryAfterMs } = error instanceof AppError ? error : { code: undefined, retryAfterMs: undefined };
  if (code === 'LEASE_LOST') return true;
  if (code === 'REJECTED_BY_CONSTANT_CONTACT') {
    await ctx.upgrades.end(upgrade);
    upgradeEnded(ctx, boxOfficeId, 'refused');
    return false;
  }
  ctx.log.warn({ err: error, connectionId: upgrade.connectionId }, 'upgrade.delayed');
  const delayMs = Math.max(retryAfterMs ?? 0, retryDelayMs(ctx.retry, upgrade.tries, ctx.random()), leastPauseMs);
  await ctx.upgrades.postpone(upgrade, later(ctx, delayMs));
  return concernsConnection(error);
};

const later = (ctx: Context, ms: number): Date => new Date(ctx.clock().getTime() + ms);

/** When a lane is to be driven next for its upgrades; null when it has none that may be done. */
export const nextUpgradeAt = async (ctx: Context, connection: ConnectionFact | undefined): Promise<Date | null> => {
  if (!mayUpgrade(ctx, connection)) return null;
  const readyAt = await ctx.upgrades.nextAt(connection.connectionId);
  if (readyAt === null) return null;
  const refusedMs = await ctx.ledger.refusedFor('upgrade');
  return new Date(Math.max(readyAt.getTime(), later(ctx, Math.max(refusedMs, leastPauseMs)).getTime()));
};
