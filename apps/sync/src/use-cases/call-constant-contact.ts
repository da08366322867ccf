import { AppError } from '@boxlist/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context';
import type { Lane } from '../store/lanes';
import type { Attempt } from '../store/deliveries';
import { called } from '../report';

/** Makes calls for one lane: each with a permit, a token and the lease still held; a 401 leads to one refresh and one more try. */
export interface LaneCaller {
  readonly call: <T>(name: string, run: (token: string) => Promise<T>) => Promise<T>;
  /** What was called since the last time it was asked. */
  readonly takeAttempts: () => Attempt[];
}

export const laneCaller = (ctx: Context, lane: Lane, stillHeld: () => Promise<boolean>): LaneCaller => {
  let attempts: Attempt[] = [];
  const once = async <T>(name: string, run: (token: string) => Promise<T>, token: string): Promise<T> => {
    await delay(await ctx.ledger.take());
    if (!(await stillHeld())) throw new AppError('LEASE_LOST', 'Another process drives this connection by now');
    const at = ctx.clock();
    const note = (answer: string): void => {
      attempts.push({ at, call: name, answer, durationMs: ctx.clock().getTime() - at.getTime() });
      called(name, answer);
    };
    try {
      const result = await run(token);
      note('OK');
      return result;
    } catch (error) {
      note(error instanceof AppError ? error.code : 'DEFECT');
      if (error instanceof AppError && error.code === 'QUOTA_EXCEEDED') await ctx.ledger.exhaust();
      throw error;
    }
  };
  return {
    takeAttempts: () => {
      const taken = attempts;
      attempts = [];
      return taken;
    },
    call: async (name, run) => {
      const token = await ctx.tokens(lane.connectionId);
      try {
        return await once(name, run, token);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'UNAUTHORIZED_AT_CONSTANT_CONTACT') throw error;
        return once(name, run, await ctx.tokens(lane.connectionId, token));
      }
    },
  };
};
