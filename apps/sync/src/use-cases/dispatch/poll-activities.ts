import type { CcActivity } from '@boxlist/constant-contact';
import { AppError } from '@boxlist/contracts';
import type { Context } from '../../context';
import type { Delivery, Result } from '../../domain/delivery';
import { pollDelayMs } from '../../domain/quota-state';
import { retryDelayMs } from '../../domain/retry';
import type { RunningActivity } from '../../store/activities';
import type { Involved } from '../../store/buyer-deliveries';
import type { ConnectionCaller } from '../../call-constant-contact';
import { forgottenMs } from './plan-run';

/**
 * After this time a file that was announced is imported, and can be seen, or it never will be: longer than the call may
 * take. It would be imported twice.
 */
const lateFileMs = 60_000;
/** The same of what can be sent once more without harm, but has no name to be known by. */
const lateMs = 3_000;
const unknownPollMs = 10_000;
/**
 * When activities are asked for again that could not be asked for: not only with the next day, for its limit may have
 * been raised.
 */
const leastDelayedMs = 5_000;
const mostDelayedMs = 10 * 60_000;

const isOver = ({ state }: CcActivity): boolean => ['completed', 'cancelled', 'failed', 'timed_out'].includes(state);

/**
 * Whether it did all that it was asked to: rows that were not taken, and contacts that were not put on a list, are
 * found by looking.
 */
const isClean = ({ state, activity_errors: errors, status }: CcActivity): boolean =>
  state === 'completed' &&
  errors.length === 0 &&
  !status?.error_count &&
  !status?.correctable_count &&
  !status?.cannot_add_to_list_count;

type Follow = (
  ctx: Context,
  caller: ConnectionCaller,
  connectionId: string,
  save: (results: readonly Result[]) => Promise<void>,
) => Promise<void>;

/**
 * Asks for the activities of a connection that are due, all with one call where more than one runs, and frees what
 * waited for those that have ended: done, or back to work where something was not taken or is still to be done. Those
 * that cannot be asked for are asked for later.
 */
export const pollActivities: Follow = async (ctx, caller, connectionId, save) => {
  try {
    await followDue(ctx, caller, connectionId, save);
  } catch (error) {
    ctx.log.warn({ err: error, connectionId }, 'activities.delayed');
    const told = error instanceof AppError ? (error.retryAfterMs ?? 0) : 0;
    const pollAt = new Date(ctx.clock().getTime() + Math.min(mostDelayedMs, Math.max(leastDelayedMs, told)));
    for (const { _id } of await ctx.activities.ofConnection(connectionId)) await ctx.activities.postpone(_id, pollAt);
  }
};

const followDue: Follow = async (ctx, caller, connectionId, save) => {
  const now = ctx.clock();
  const free = async (_id: string, isClean: boolean): Promise<void> => {
    const underWay = await ctx.activities.namesUnderWay(connectionId);
    for await (const freed of ctx.deliveryHolds.releasedBy(connectionId, _id, isClean, underWay)) {
      // Their marks tell of details that may never have come.
      const hashes = new Set(freed.flatMap(({ uncertain, emailHash }) => (uncertain && emailHash ? emailHash : [])));
      await ctx.contacts.marked(
        connectionId,
        [...hashes].map((emailHash) => ({ emailHash, detailsMark: null })),
      );
      await save(freed.map((delivery) => freedFrom(ctx, delivery)));
    }
    await ctx.activities.forget(_id);
  };
  const known = (await ctx.activities.ofConnection(connectionId)).filter(({ _id }) => !ctx.activities.isBeingSent(_id));
  for (const { _id, ended } of known) if (ended) await free(_id, ended.isClean);
  const running = known.filter(({ ended }) => !ended);
  const due = running.filter(({ pollAt }) => pollAt <= now);
  if (due.length === 0) return;
  const seen = await readStates(ctx, caller, running).catch((error: unknown) => {
    if (isOutOfReach(error)) return nothingSeen;
    throw error;
  });
  const quotaState = await ctx.ledger.quotaState();
  for (const activity of running) {
    const state = seen.states.get(activity._id);
    if (state && activity.activityId === null) await ctx.activities.found(activity._id, state.activity_id);
    const isUnknown = state === undefined && activity.activityId === null;
    // One that Constant Contact does not know any more, or that nobody may ask for any more, has ended long ago, nobody
    // knows how; one that it does not know yet may still come.
    const goesOn = isUnknown ? mayStillCome(activity, seen, now) : state && !isOver(state);
    if (goesOn)
      await ctx.activities.postpone(
        activity._id,
        isUnknown
          ? new Date(now.getTime() + unknownPollMs)
          : new Date(ctx.clock().getTime() + pollDelayMs(activity.polls, quotaState)),
      );
    else {
      const clean = state !== undefined && isClean(state);
      await ctx.activities.ended(activity._id, clean, now);
      await free(activity._id, clean);
    }
  }
};

/**
 * Whether what nobody answered may still do something: a file that is not seen for its time, and anything else as long
 * as it may be among what runs and nobody here knows.
 */
const mayStillCome = ({ isFile, startedAt }: RunningActivity, { strangersRun }: Seen, now: Date): boolean => {
  const age = now.getTime() - startedAt.getTime();
  return isFile ? age < lateFileMs : age < lateMs || (strangersRun && age < forgottenMs);
};

const isOutOfReach = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'CONNECTION_NOT_FOUND');

/**
 * What was seen of activities: their states, by what they are named here, and whether others run that nobody here
 * knows.
 */
interface Seen {
  readonly states: ReadonlyMap<string, CcActivity>;
  readonly strangersRun: boolean;
}
const nothingSeen: Seen = { states: new Map(), strangersRun: false };

/** One is asked for by itself; several, or one whose id is not known, with the list of all. */
const readStates = async (
  ctx: Context,
  caller: ConnectionCaller,
  running: readonly RunningActivity[],
): Promise<Seen> => {
  const states = new Map<string, CcActivity>();
  const [only] = running;
  if (only?.activityId && running.length === 1) {
    const { activityId } = only;
    const state = await caller.call('follow activity', [], (token) => ctx.constantContact.activity(token, activityId));
    return { states: states.set(only._id, state), strangersRun: false };
  }
  // By the id at Constant Contact, or by the file's name where that is not known.
  const wanted = new Map(running.map(({ _id, activityId }) => [activityId ?? _id, _id]));
  let strangersRun = false;
  for (let next: string | undefined, first = true; (first || next) && states.size < running.length; first = false) {
    const page = await caller.call('follow activities', [], (token) => ctx.constantContact.activities(token, next));
    for (const state of page.items) {
      const id = wanted.get(state.activity_id) ?? wanted.get(state.source_file_name ?? '');
      if (id) states.set(id, state);
      else if (!isOver(state)) strangersRun = true;
    }
    next = page.next;
  }
  return { states, strangersRun };
};

/** The activities of a connection that run, or may run: of each delivery those that serve it, or may. */
export const activitiesUnderWay = async (
  ctx: Context,
  connectionId: string,
): Promise<{ readonly any: boolean; readonly of: (each: Involved) => string[] }> => {
  const running = await ctx.activities.underWay(connectionId);
  const serves = ({ _id, untold, startedAt }: RunningActivity, each: Involved): boolean =>
    each.activityIds.includes(_id) ||
    // Whoever was working on it may have sent it with this one; of what is being sent here, what it serves is known.
    ((each.uncertain || each.claimed) && untold && !ctx.activities.isBeingSent(_id) && each.createdAt <= startedAt);
  return {
    any: running.length > 0,
    of: (each) => running.flatMap((activity) => (serves(activity, each) ? activity._id : [])),
  };
};

/**
 * For each delivery the activities that run for its contact, or may run: its own, and those of other deliveries of the
 * same buyer. Before they are worked off nothing that is read of the contact holds, and what is written may be written
 * over by what is older.
 */
export const activitiesAwaited = async (
  ctx: Context,
  connectionId: string,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const underWay = await activitiesUnderWay(ctx, connectionId);
  const [first] = deliveries;
  if (!first || !underWay.any) return new Map();
  const hashes = new Set(deliveries.flatMap(({ emailHash }) => emailHash ?? []));
  const own = new Set(deliveries.map(({ _id }) => _id));
  const others = (await ctx.buyerDeliveries.ofBuyers(first, [...hashes])).filter(({ _id }) => !own.has(_id));
  const involved = [...deliveries.map((each) => ({ ...each, claimed: false })), ...others];
  const ofBuyer = new Map<string, Set<string>>();
  const ofDelivery = new Map<string, readonly string[]>();
  for (const each of involved) {
    const ids = underWay.of(each);
    ofDelivery.set(each._id, ids);
    if (each.emailHash === null) continue;
    const theirs = ofBuyer.get(each.emailHash) ?? new Set();
    for (const id of ids) theirs.add(id);
    ofBuyer.set(each.emailHash, theirs);
  }
  return new Map(
    deliveries.map(({ _id, emailHash }) => [
      _id,
      emailHash === null ? (ofDelivery.get(_id) ?? []) : [...(ofBuyer.get(emailHash) ?? [])],
    ]),
  );
};

const freedFrom = (ctx: Context, delivery: Delivery): Result => {
  const { uncertain, imported, held, undoesOrder, performed, attemptCount, firstTriedAt } = delivery;
  const now = ctx.clock().getTime();
  const to = (): Result['to'] => {
    if (!uncertain && !imported && !held)
      return {
        outcome: {
          status: 'SYNCED',
          reason: undoesOrder ? 'TAKEN_BACK' : (delivery.endsAs ?? 'SYNCED'),
          contactId: delivery.contactId ?? undefined,
          performed,
        },
      };
    // Not done as it should be: looked at at once the first time, and then ever later.
    const isFailure = uncertain && !imported && !held;
    if (isFailure && firstTriedAt && now - firstTriedAt.getTime() > ctx.retry.forMs)
      return { outcome: { status: 'FAILED', reason: 'GAVE_UP' } };
    const delayMs = isFailure && attemptCount > 0 ? retryDelayMs(ctx.retry, attemptCount, ctx.random()) : 0;
    return {
      next: {
        waitingFor: delayMs > 0 ? 'RETRYING' : null,
        readyAt: new Date(now + delayMs),
        countsAsAttempt: isFailure,
        performed,
      },
    };
  };
  return { delivery, attempts: [], to: to() };
};
