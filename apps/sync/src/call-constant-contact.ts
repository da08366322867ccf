import { isTooLate, sentBy } from '@boxlist/constant-contact';
import { AppError } from '@boxlist/contracts';
import type { Context } from './context';
import type { Attempt } from './domain/delivery';
import { type CallClass, permitMs } from './domain/ledger';
import { called } from './report';

/** After a longer wait for the permit it is asked again whether the call may be made. */
const longWaitMs = 500;

/**
 * Makes calls for one connection in one class: each with a permit, a token and the lease still held; a 401 leads to one
 * refresh and one more try.
 */
export interface ConnectionCaller {
  /** `serves`: the deliveries in whose history the call is kept. */
  readonly call: <T>(name: string, serves: readonly string[], run: (token: string) => Promise<T>) => Promise<T>;
  /** What was called for a delivery since the last time it was asked. */
  readonly takeAttempts: (deliveryId: string) => readonly Attempt[];
}

interface CallerOptions {
  readonly connectionId: string;
  readonly boxOfficeId: string;
  readonly class: CallClass;
  readonly stillHeld: () => Promise<boolean>;
  /** Throws when nothing may be called any more for one of these deliveries. */
  readonly mayServe?: (serves: readonly string[]) => Promise<void>;
}

/** A permit: when it was asked for by the ledger's clock, and until when its call may leave by the process's own. */
interface AddedResources {
  readonly askedAt: number;
  readonly sendBy: number;
}

export const connectionCaller = (ctx: Context, options: CallerOptions): ConnectionCaller => {
  const attempts = new Map<string, Attempt[]>();
  const permit = async (serves: readonly string[]): Promise<AddedResources> => {
    await options.mayServe?.(serves);
    for (;;) {
      const askedAt = performance.now();
      const time = await ctx.ledger.now();
      await ctx.ledger.take(options);
      const givenAt = performance.now();
      try {
        if (!(await options.stillHeld()))
          throw new AppError('LEASE_LOST', 'Another process holds the lease of this connection now');
        if (givenAt - askedAt > longWaitMs) await options.mayServe?.(serves);
      } catch (error) {
        await ctx.ledger.giveBack(options, time);
        throw error;
      }
      if (performance.now() - givenAt < permitMs) return { askedAt: time, sendBy: givenAt + permitMs };
      await ctx.ledger.giveBack(options, time);
    }
  };
  /**
   * Sends it with a permit that is still good when the call leaves, a new one for each try: the wait for a connection
   * may have made one old.
   */
  const send = async <T>(first: AddedResources, serves: readonly string[], run: () => Promise<T>): Promise<T> => {
    for (let given = first; ; given = await permit(serves)) {
      try {
        return await sentBy(given.sendBy, run);
      } catch (error) {
        if (!isTooLate(error)) throw error;
        await ctx.ledger.giveBack(options, given.askedAt);
      }
    }
  };
  const once = async <T>(
    name: string,
    serves: readonly string[],
    run: (token: string) => Promise<T>,
    token: string,
  ): Promise<T> => {
    const first = await permit(serves);
    const at = ctx.clock();
    const note = (answer: string): void => {
      const attempt = { at, call: name, answer, durationMs: ctx.clock().getTime() - at.getTime() };
      for (const id of serves) attempts.set(id, [...(attempts.get(id) ?? []), attempt]);
      called(name, answer);
    };
    try {
      const result = await send(first, serves, () => run(token));
      note('OK');
      return result;
    } catch (error) {
      note(error instanceof AppError ? error.code : 'DEFECT');
      if (error instanceof AppError && error.code === 'QUOTA_EXCEEDED') await ctx.ledger.exhaust();
      if (error instanceof AppError && error.code === 'RATE_LIMITED' && error.details.queued !== true)
        await ctx.ledger.slowDown();
      throw error;
    }
  };
  return {
    takeAttempts: (deliveryId) => {
      const taken = attempts.get(deliveryId) ?? [];
      attempts.delete(deliveryId);
      return taken;
    },
    call: async (name, serves, run) => {
      const token = await ctx.tokens(options.connectionId);
      try {
        return await once(name, serves, run, token);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'UNAUTHORIZED_AT_CONSTANT_CONTACT') throw error;
        return once(name, serves, run, await ctx.tokens(options.connectionId, token));
      }
    },
  };
};

/** How many calls of one connection are under way at once. */
export const callsAtOnce = 4;
