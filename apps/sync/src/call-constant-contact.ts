import { isTooLate, sentBy } from '@boxlist/constant-contact';
import { AppError } from '@boxlist/contracts';
import type { Context } from './context';
import type { Attempt } from './domain/delivery';
import { type CallClass, permitMs } from './domain/ledger-state';
import { called } from './report';

/** After a longer wait for a permit, the caller checks again whether it may still call for these deliveries. */
const longWaitMs = 500;

/**
 * Calls Constant Contact for one connection and one call class. Each call needs a permit, an access token, and the
 * connection lease. After a 401 it gets another token and tries once more.
 */
export interface ConnectionCaller {
  /**
   * Makes a call, and records it as an attempt of the deliveries in `serves`. Throws LEASE_LOST when another process
   * holds the connection lease, QUOTA_EXCEEDED without a permit, and the errors of the token source and the call.
   */
  readonly call: <T>(name: string, serves: readonly string[], run: (token: string) => Promise<T>) => Promise<T>;
  /** Returns the attempts recorded for a delivery and forgets them, so that each is returned once. */
  readonly takeAttempts: (deliveryId: string) => readonly Attempt[];
}

interface CallerOptions {
  readonly connectionId: string;
  /** Empty while nobody knows whose connection it is: no call is made then. */
  readonly boxOfficeId: string;
  readonly class: CallClass;
  readonly stillHeld: () => Promise<boolean>;
  /** Throws when no call may be made any more for one of these deliveries. */
  readonly mayServe?: (serves: readonly string[]) => Promise<void>;
}

/**
 * A permit. `askedAt`: when it was requested, in ms of the ledger's clock. `sendBy`: until when its call may leave, in
 * ms of this process's monotonic clock.
 */
interface GrantedPermit {
  readonly askedAt: number;
  readonly sendBy: number;
}

export const connectionCaller = (ctx: Context, options: CallerOptions): ConnectionCaller => {
  const attempts = new Map<string, Attempt[]>();
  const permit = async (serves: readonly string[]): Promise<GrantedPermit> => {
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
        await ctx.ledger.returnPermit(options, time);
        throw error;
      }
      if (performance.now() - givenAt < permitMs) return { askedAt: time, sendBy: givenAt + permitMs };
      await ctx.ledger.returnPermit(options, time);
    }
  };
  /**
   * Sends the call with a permit that is still valid when the call leaves. If the permit expires while the call waits
   * for a network connection, the permit is returned to the ledger and the next try gets a new one.
   */
  const send = async <T>(first: GrantedPermit, serves: readonly string[], run: () => Promise<T>): Promise<T> => {
    for (let given = first; ; given = await permit(serves)) {
      try {
        return await sentBy(given.sendBy, run);
      } catch (error) {
        if (!isTooLate(error)) throw error;
        await ctx.ledger.returnPermit(options, given.askedAt);
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
      if (options.boxOfficeId === '')
        throw new AppError('SERVICE_UNAVAILABLE', 'The fact of this connection has not arrived yet');
      const token = await ctx.tokens(options);
      try {
        return await once(name, serves, run, token);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'UNAUTHORIZED_AT_CONSTANT_CONTACT') throw error;
        return once(name, serves, run, await ctx.tokens(options, token));
      }
    },
  };
};

/** How many calls of one connection run at once. */
export const callsAtOnce = 4;
