import type { CcActivity } from '@boxlist/constant-contact';
import { AppError } from '@boxlist/contracts';
import type { Context } from '../../context';
import { withoutWait, type DeliveryAwaitingActivities, type OpenDelivery, type Result } from '../../domain/delivery';
import { pollDelayMs } from '../../domain/quota-state';
import { retryDelayMs } from '../../domain/retry-policy';
import type { RunningActivity } from '../../store/activities';
import type { Involved } from '../../store/buyer-deliveries';
import type { ConnectionCaller } from '../../call-constant-contact';
import { forgottenMs } from './plan-run';

/**
 * The longest time until an announced file import becomes visible, if it began at all: longer than its call may take.
 * An import that is declared lost too early would be sent twice.
 */
const lateFileMs = 60_000;
/** The same for activities that cannot be found by a name, but can safely be sent twice. */
const lateMs = 3_000;
const unknownPollMs = 10_000;
/**
 * After polls that failed, the next poll comes between these two delays. It does not wait for the next day's calls,
 * because the day's limit may have been raised.
 */
const leastDelayedMs = 5_000;
const mostDelayedMs = 10 * 60_000;

const isOver = ({ state }: CcActivity): boolean => ['completed', 'cancelled', 'failed', 'timed_out'].includes(state);

/**
 * Whether an activity did all that it was asked to. If not, reading the contacts shows which rows were not imported, or
 * which contacts were not added to a list.
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
 * Polls the due activities of a connection, and releases the deliveries that waited for ended ones. Those settle, or
 * become ready again if something was refused or is still to be done. Several activities are polled together through
 * the list of all. If a poll fails, all activities of the connection are polled later.
 */
export const pollActivities: Follow = async (ctx, caller, connectionId, save) => {
  try {
    await followDue(ctx, caller, connectionId, save);
  } catch (error) {
    ctx.log.warn({ err: error, connectionId }, 'activities.delayed');
    const retryAfterMs = error instanceof AppError ? (error.retryAfterMs ?? 0) : 0;
    const pollAt = new Date(ctx.clock().getTime() + Math.min(mostDelayedMs, Math.max(leastDelayedMs, retryAfterMs)));
    for (const { _id } of await ctx.activities.ofConnection(connectionId)) await ctx.activities.postpone(_id, pollAt);
  }
};

const followDue: Follow = async (ctx, caller, connectionId, save) => {
  const now = ctx.clock();
  const releaseAwaiting = async (_id: string, isClean: boolean): Promise<void> => {
    const underWay = await ctx.activities.namesUnderWay(connectionId);
    for await (const released of ctx.deliveryHolds.releasedBy(connectionId, _id, isClean, underWay)) {
      // Their marks may describe details that never arrived.
      const hashes = new Set(released.flatMap(({ uncertain, emailHash }) => (uncertain && emailHash ? emailHash : [])));
      await ctx.contacts.marked(
        connectionId,
        [...hashes].map((emailHash) => ({ emailHash, detailsMark: null })),
      );
      await save(released.map((delivery) => releasedResult(ctx, delivery)));
    }
    await ctx.activities.forget(_id);
  };
  const known = (await ctx.activities.ofConnection(connectionId)).filter(({ _id }) => !ctx.activities.isBeingSent(_id));
  for (const { _id, ended } of known) if (ended) await releaseAwaiting(_id, ended.isClean);
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
    // An activity whose id Constant Contact no longer knows, or may no longer be asked about, ended some time ago with
    // an unknown result. One whose id is not known yet may still appear.
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
      await releaseAwaiting(activity._id, clean);
    }
  }
};

/**
 * Whether an activity without an answer may still take effect. A file import may until it is overdue. Any other
 * activity may a little longer: while one runs at Constant Contact that no process of Boxlist knows, for half an hour
 * at most.
 */
const mayStillCome = ({ isFile, startedAt }: RunningActivity, { strangersRun }: Seen, now: Date): boolean => {
  const age = now.getTime() - startedAt.getTime();
  return isFile ? age < lateFileMs : age < lateMs || (strangersRun && age < forgottenMs);
};

const isOutOfReach = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'CONNECTION_NOT_FOUND');

/**
 * What a poll saw: the states of activities by the names that Boxlist uses, and whether activities run that no process
 * of Boxlist knows.
 */
interface Seen {
  readonly states: ReadonlyMap<string, CcActivity>;
  readonly strangersRun: boolean;
}
const nothingSeen: Seen = { states: new Map(), strangersRun: false };

/**
 * Reads the states of activities. A single one with a known id has a call of its own. Several, or one without an id,
 * come from the list of all.
 */
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
  // By the id at Constant Contact or, if that is unknown, by the name of the file.
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

/**
 * Finds the activities of a connection that run or may run. `of` returns those that serve a delivery or may serve it.
 */
export const activitiesUnderWay = async (
  ctx: Context,
  connectionId: string,
): Promise<{ readonly any: boolean; readonly of: (each: Involved) => string[] }> => {
  const running = await ctx.activities.underWay(connectionId);
  const serves = ({ _id, unrecorded, startedAt }: RunningActivity, each: Involved): boolean =>
    each.activityIds.includes(_id) ||
    // An uncertain or claimed delivery may have been sent with this activity. If this process is sending the activity,
    // it knows which deliveries it serves.
    ((each.uncertain || each.claimed) && unrecorded && !ctx.activities.isBeingSent(_id) && each.createdAt <= startedAt);
  return {
    any: running.length > 0,
    of: (each) => running.flatMap((activity) => (serves(activity, each) ? activity._id : [])),
  };
};

/**
 * Returns for each delivery the activities that run or may run for its contact: its own, and those of the buyer's other
 * deliveries. Until they have been handled, a reading of the contact does not hold, and an activity could write older
 * values over newer ones.
 */
export const activitiesAwaited = async (
  ctx: Context,
  connectionId: string,
  deliveries: readonly OpenDelivery[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const underWay = await activitiesUnderWay(ctx, connectionId);
  const [first] = deliveries;
  if (!first || !underWay.any) return new Map();
  const hashes = new Set(deliveries.flatMap(({ emailHash }) => emailHash ?? []));
  const own = new Set(deliveries.map(({ _id }) => _id));
  const others = (await ctx.buyerDeliveries.ofBuyers(first, [...hashes])).filter(({ _id }) => !own.has(_id));
  const involved = [...deliveries.map(involvedIn), ...others];
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

/** A delivery that this process has claimed, for `activitiesUnderWay`: its claim says nothing about earlier work. */
const involvedIn = ({ _id, emailHash, activities, uncertain, createdAt }: OpenDelivery): Involved => ({
  _id,
  emailHash,
  activityIds: activities?.ids ?? [],
  uncertain,
  claimed: false,
  createdAt,
});

const releasedResult = (ctx: Context, delivery: DeliveryAwaitingActivities): Result => ({
  delivery: withoutWait(delivery),
  attempts: [],
  to: afterActivities(ctx, delivery),
});

const afterActivities = (ctx: Context, delivery: DeliveryAwaitingActivities): Result['to'] => {
  const { uncertain, endsAs, performed, failedTries } = delivery;
  const now = ctx.clock().getTime();
  if (endsAs !== null && !uncertain)
    return { outcome: { reason: endsAs, contactId: delivery.contactId ?? undefined, performed } };
  // After a failure, the delivery becomes ready at once the first time, and then after growing delays.
  const isFailure = endsAs !== null;
  if (isFailure && failedTries && now - failedTries.firstAt.getTime() > ctx.retry.forMs)
    return { outcome: { reason: 'GAVE_UP' } };
  const delayMs = isFailure && failedTries ? retryDelayMs(ctx.retry, failedTries.count, ctx.random()) : 0;
  return {
    next: {
      waitingFor: delayMs > 0 ? 'RETRYING' : null,
      readyAt: new Date(now + delayMs),
      countsAsFailedTry: isFailure,
      performed,
    },
  };
};
