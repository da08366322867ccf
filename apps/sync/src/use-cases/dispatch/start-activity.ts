import { AppError } from '@boxlist/contracts';
import { randomUUID } from 'node:crypto';
import type { Context } from '../../context';
import { pollDelayMs } from '../../domain/quota-state';
import type { ConnectionCaller } from '../../call-constant-contact';

/** How soon to look for an activity whose call has not been answered. Calls rarely take longer. */
const unansweredPollMs = 2_000;

type Send = (token: string) => Promise<{ readonly activity_id: string }>;

interface Beginning {
  readonly connectionId: string;
  /** The deliveries that it serves. */
  readonly serves: readonly string[];
  /** Whether it imports a file. The file then has the activity's name. */
  readonly isFile?: boolean;
}

/**
 * Starts an activity at Constant Contact, and returns the name under which deliveries wait for it. The activity is
 * recorded before it is sent. If its answer is lost, or the process dies, sync looks for it before it does anything
 * else for the same contacts. `prepare` runs before the call asks for a permit, because a permit expires fast. Throws
 * what the call throws.
 */
export type StartActivity = (call: string, beginning: Beginning, prepare: (name: string) => Send) => Promise<string>;

/**
 * Runs work that starts activities. Before the work ends, it must save which deliveries wait for them. If it does not
 * end normally, each delivery that was being processed may be served by these activities.
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
  for (const name of begun) await ctx.activities.recorded(name);
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
    // Another process may have made deliveries wait for it in the meantime. The next poll of activities releases them.
    if (isAnswered(error)) await ctx.activities.ended(name, false, ctx.clock());
    else await ctx.activities.postpone(name, later(unansweredPollMs));
    throw error;
  } finally {
    ctx.activities.sent(name);
  }
  return name;
};

/** Whether an error proves that nothing was started. */
const isAnswered = (error: unknown): boolean =>
  error instanceof AppError && error.code !== 'CONSTANT_CONTACT_UNAVAILABLE' && error.kind !== 'defect';
