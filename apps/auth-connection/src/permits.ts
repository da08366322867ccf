import { AppError } from '@boxlist/contracts';
import type { ServiceTokens } from '@boxlist/service-kit';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { TakePermit } from './context';

const granted = z.object({ waitMs: z.number().min(0).max(60_000) });
const refused = z.object({ retryAfterMs: z.number().optional() });

/**
 * Takes permits from sync's ledger. Every call to Constant Contact needs one. Throws QUOTA_EXCEEDED if today's calls
 * are used up, and SERVICE_UNAVAILABLE if the ledger does not answer.
 */
export const createPermits =
  (syncUrl: string, tokens: ServiceTokens): TakePermit =>
  async () => {
    const path = '/internal/quota/permits';
    const question = JSON.stringify({ class: 'interactive' });
    let response: Response;
    try {
      response = await fetch(`${syncUrl}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await tokens.sign({ audience: 'sync', path, body: question })}`,
        },
        body: question,
        signal: AbortSignal.timeout(5_000),
      });
    } catch (error) {
      throw new AppError(
        'SERVICE_UNAVAILABLE',
        'The quota ledger does not answer. Try again in a moment.',
        {},
        { cause: error },
      );
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (response.status === 429) {
      throw new AppError(
        'QUOTA_EXCEEDED',
        "Today's calls to Constant Contact are used up; new ones come at 00:00 UTC",
        {},
        { retryAfterMs: refused.safeParse(body).data?.retryAfterMs },
      );
    }
    const permit = granted.safeParse(body);
    if (!response.ok || !permit.success)
      throw new AppError('SERVICE_UNAVAILABLE', 'The quota ledger does not answer. Try again in a moment.');
    await delay(permit.data.waitMs);
  };
