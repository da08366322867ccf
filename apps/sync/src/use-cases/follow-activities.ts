import type { CcActivity } from '@boxlist/constant-contact';
import { AppError } from '@boxlist/contracts';
import type { Context } from '../context';
import type { RunningActivity } from '../store/activities';
import type { Delivery, Result } from '../store/deliveries';
import type { LaneCaller } from './call-constant-contact';

const shortestPollMs = 500;
const longestPollMs = 60_000;
/** After this time an import that was announced has begun, and can be seen, or it never will: longer than the call may take. */
const lateMs = 60_000;
const unknownPollMs = 10_000;

const isOver = ({ state }: CcActivity): boolean => ['completed', 'cancelled', 'failed', 'timed_out'].includes(state);

/** Whether it did all that it was asked to: rows that were not taken, and contacts that were not put on a list, are found by looking. */
const isClean = ({ state, activity_errors: errors, status }: CcActivity): boolean =>
  state === 'completed' &&
  errors.length === 0 &&
  !status?.error_count &&
  !status?.correctable_count &&
  !status?.cannot_add_to_list_count;

/**
 * Asks for the activities of a connection that are due, all with one call where more than one runs, and frees what waited for those that have ended:
 * done, or back to work where something was not taken or is still to be done.
 */
export const followActivities = async (
  ctx: Context,
  caller: LaneCaller,
  connectionId: string,
  save: (results: readonly Result[]) => Promise<void>,
): Promise<void> => {
  const now = ctx.clock();
  const running = await ctx.activities.ofConnection(connectionId);
  const due = running.filter(({ pollAt }) => pollAt <= now);
  if (due.length === 0) return;
  const states = await readStates(ctx, caller, running).catch((error: unknown) => {
    if (isOutOfReach(error)) return new Map<string, CcActivity>();
    throw error;
  });
  for (const activity of running) {
    const state = states.get(activity._id);
    if (state && activity.activityId === null) await ctx.activities.found(activity._id, state.activity_id);
    const isUnknown = state === undefined && activity.activityId === null;
    // One that Constant Contact does not know any more, or that nobody may ask for any more, has ended long ago, nobody knows how; one that it does not know yet may still come.
    const goesOn = isUnknown ? now.getTime() - activity.startedAt.getTime() < lateMs : state && !isOver(state);
    if (goesOn)
      await ctx.activities.postpone(
        activity._id,
        isUnknown ? new Date(now.getTime() + unknownPollMs) : nextPoll(activity, ctx.clock()),
      );
    else {
      const freed = await ctx.deliveries.activityEnded(
        connectionId,
        activity._id,
        state !== undefined && isClean(state),
      );
      await save(freed.map((delivery) => freedFrom(delivery, ctx.clock())));
      await ctx.activities.end(activity._id);
    }
  }
};

const isOutOfReach = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'CONNECTION_NOT_FOUND');

const nextPoll = ({ polls }: RunningActivity, now: Date): Date =>
  new Date(now.getTime() + Math.min(longestPollMs, shortestPollMs * 2 ** Math.min(polls, 10)));

/** How the activities stand, by what they are named here: one is asked for by itself, several, or one whose id is not known, with the list of all. */
const readStates = async (
  ctx: Context,
  caller: LaneCaller,
  running: readonly RunningActivity[],
): Promise<Map<string, CcActivity>> => {
  const states = new Map<string, CcActivity>();
  const [only] = running;
  if (only?.activityId && running.length === 1) {
    const { activityId } = only;
    const state = await caller.call('follow activity', [], (token) => ctx.constantContact.activity(token, activityId));
    return states.set(only._id, state);
  }
  // By the id at Constant Contact, or by the file's name where that is not known.
  const wanted = new Map(running.map(({ _id, activityId }) => [activityId ?? _id, _id]));
  for (let next: string | undefined, first = true; (first || next) && states.size < running.length; first = false) {
    const page = await caller.call('follow activities', [], (token) => ctx.constantContact.activities(token, next));
    for (const state of page.items) {
      const id = wanted.get(state.activity_id) ?? wanted.get(state.source_file_name ?? '');
      if (id) states.set(id, state);
    }
    next = page.next;
  }
  return states;
};

const freedFrom = (delivery: Delivery, now: Date): Result => ({
  delivery,
  attempts: [],
  to:
    delivery.uncertain || delivery.imported
      ? {
          next: {
            waitingFor: null,
            readyAt: now,
            countsAsAttempt: false,
            performed: delivery.performed,
          },
        }
      : {
          outcome: {
            status: 'SYNCED',
            reason: delivery.takesBack ? 'TAKEN_BACK' : 'SYNCED',
            contactId: delivery.contactId ?? undefined,
            performed: delivery.performed,
          },
        },
});
