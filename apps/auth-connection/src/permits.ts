import { AppError } from '@boxlist/contracts';
import type { ServiceTokens } from '@boxlist/service-kit';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { TakePermit } from './context';

const granted = z.object({ waitMs: z.number().min(0).max(60_000) });
const refused = z.object({
  code: z.enum(['INTERACTIVE_CALLS_USED_UP', 'RATE_LIMITED', 'QUOTA_EXCEEDED']),
  message: z.string().max(500),
  retryAfterMs: z.number().optional(),
});

/** Longer than sync lets an interactive call wait, so that its own answer arrives. In ms. */
const patienceMs = 10_000;

/**
 * Takes permits from sync's ledger for a box office. Every call to Constant Contact needs one. Throws what the ledger
 * refuses with: INTERACTIVE_CALLS_USED_UP, RATE_LIMITED, or QUOTA_EXCEEDED if today's calls are used up, each with the
 * time to retry. Throws SERVICE_UNAVAILABLE if the ledger does not answer.
 */
export const createPermits =
  (syncUrl: string, tokens: ServiceTokens, call: typeof fetch = fetch): TakePermit =>
  async (boxOfficeId) => {
    const path = '/internal/quota/permits';
    const question = JSON.stringify({ class: 'interactive', boxOfficeId });
    let response: Response;
    try {
      response = await call(`${syncUrl}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await tokens.sign({ audience: 'sync', path, body: question })}`,
        },
        body: question,
        signal: AbortSignal.timeout(patienceMs),
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
    const refusal = response.status === 429 ? refused.safeParse(body) : undefined;
    if (refusal?.success) {
      const { code, message, retryAfterMs } = refusal.data;
      throw new AppError(code, message, {}, { retryAfterMs });
    }
    const permit = granted.safeParse(body);
    if (!response.ok || !permit.success)
      throw new AppError('SERVICE_UNAVAILABLE', 'The quota ledger does not answer. Try again in a moment.');
    await delay(permit.data.waitMs);
  };
