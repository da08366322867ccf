import { AppError } from '@boxlist/contracts';
import { randomUUID } from 'node:crypto';
import type { Context } from '../../context';
import { pollDelayMs } from '../../domain/quota-state';
import type { ConnectionCaller } from '../../call-constant-contact';

/** How soon one is looked for that nobody has answered: its call takes no longer as a rule. */
const unansweredPollMs = 2_000;

type Send = (token: string) => Promise<{ readonly activity_id: string }>;

interface Beginning {
  readonly connectionId: string;
  /** The deliveries that it serves. */
  readonly serves: readonly string[];
  /** Whether it imports a file, which is given the name of the activity. */
  readonly isFile?: boolean;
}

/**
 * Has Constant Contact begin an activity, and gives the name that deliveries wait for it by. It is announced before it
 * is sent: one whose answer is lost, or that a crash leaves behind, is looked for before anything is done for the same
 * contacts again. What is sent is made ready first: a permit for the call may not grow old over that. Throws what the
 * call throws.
 */
export type StartActivity = (call: string, beginning: Beginning, prepare: (name: string) => Send) => Promise<string>;

/**
 * Work that begins activities, and notes with all deliveries that they serve that they wait for them before it ends.
 * Where it does not come to its end, any that was being worked on is taken for one of them.
 */
export const withActivities = async <T>(
  ctx: Context,
  caller: ConnectionCaller,
  work: (begin: StartActivity) => Promise<T>,
): Promise<T> => {
  const begun: string[] = [];
  const result = await work(async (...what) => {
    const name = await beginActivity(ctx, caller, ...what);
    begun.push(name);
    return name;
  });
  for (const name of begun) await ctx.activities.told(name);
  return result;
};

const beginActivity = async (
  ctx: Context,
  caller: ConnectionCaller,
  ...[call, { connectionId, serves, isFile = false }, prepare]: Parameters<StartActivity>
): Promise<string> => {
  const name = `boxlist-${randomUUID()}${isFile ? '.csv' : ''}`;
  const later = (ms: number): Date => new Date(ctx.clock().getTime() + ms);
  const send = prepare(name);
  try {
    await ctx.activities.announce({
      _id: name,
      connectionId,
      isFile,
      startedAt: ctx.clock(),
      pollAt: later(unansweredPollMs),
    });
    const { activity_id: activityId } = await caller.call(call, serves, send);
    await ctx.activities.began(name, activityId, later(pollDelayMs(0, await ctx.ledger.quotaState())));
  } catch (error) {
    // Another process may have let deliveries wait for it in the meantime: whoever follows activities frees them.
    if (isAnswered(error)) await ctx.activities.ended(name, false, ctx.clock());
    else await ctx.activities.postpone(name, later(unansweredPollMs));
    throw error;
  } finally {
    ctx.activities.sent(name);
  }
  return name;
};

/** Whether a failure says for certain that nothing was begun. */
const isAnswered = (error: unknown): boolean =>
  error instanceof AppError && error.code !== 'CONSTANT_CONTACT_UNAVAILABLE' && error.kind !== 'defect';
