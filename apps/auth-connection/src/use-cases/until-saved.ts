import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context';

/**
 * How long a failed save of new tokens is retried, in milliseconds. Together with the token call it ends within the
 * lease of a refresh or an exchange.
 */
const saveForMs = 25_000;

/** Retries a failed save of tokens that exist nowhere else, and would be lost without it. */
export const untilSaved = async <T>(ctx: Context, ids: object, save: () => Promise<T>): Promise<T> => {
  for (const until = Date.now() + saveForMs; ;) {
    try {
      return await save();
    } catch (error) {
      if (Date.now() > until) throw error;
      ctx.log.warn({ err: error, ...ids }, 'token.save-repeated');
      await delay(200);
    }
  }
};
