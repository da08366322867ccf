import { AppError } from '@boxlist/contracts';
import type { ServiceTokens } from '@boxlist/service-kit';
import { z } from 'zod';

const refused = z.object({ code: z.string() });

/** The answer of one of auth-connection's internal endpoints. `code` is the error code of a refusal. */
export interface AuthConnectionAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: unknown;
  readonly code: string | undefined;
}

/**
 * Posts a question to one of auth-connection's internal endpoints. Throws SERVICE_UNAVAILABLE when auth-connection does
 * not answer within 20 seconds.
 */
export type AskAuthConnection = (
  door: 'access-token' | 'ticket-tailor-key',
  question: object,
) => Promise<AuthConnectionAnswer>;

export const createAskAuthConnection =
  (url: string, tokens: ServiceTokens, call: typeof fetch = fetch): AskAuthConnection =>
  async (door, question) => {
    const path = `/internal/${door}`;
    const body = JSON.stringify(question);
    let response: Response;
    try {
      response = await call(`${url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await tokens.sign({ audience: 'auth-connection', path, body })}`,
        },
        body,
        signal: AbortSignal.timeout(20_000),
      });
    } catch (error) {
      throw new AppError('SERVICE_UNAVAILABLE', 'auth-connection does not answer', {}, { cause: error });
    }
    const answer: unknown = await response.json().catch(() => undefined);
    const { ok, status } = response;
    return { ok, status, body: answer, code: refused.safeParse(answer).data?.code };
  };

/** The error for an answer that is neither the requested data nor a known refusal. */
export const notUnderstood = ({ status }: AuthConnectionAnswer): AppError =>
  new AppError('SERVICE_UNAVAILABLE', `auth-connection answered ${status}`);
