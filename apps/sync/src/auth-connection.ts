import { AppError } from '@boxlist/contracts';
import type { ServiceTokens } from '@boxlist/service-kit';
import { z } from 'zod';

const refused = z.object({ code: z.string() });

/** What auth-connection answered at an internal door; `code` of a refusal. */
export interface AuthConnectionAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: unknown;
  readonly code: string | undefined;
}

/** Asks one of auth-connection's internal doors. Throws SERVICE_UNAVAILABLE when it does not answer. */
export type AskAuthConnection = (
  door: 'access-token' | 'ticket-tailor-key',
  question: object,
) => Promise<AuthConnectionAnswer>;

export const createAskAuthConnection =
  (url: string, tokens: ServiceTokens): AskAuthConnection =>
  async (door, question) => {
    let response: Response;
    try {
      response = await fetch(`${url}/internal/${door}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await tokens.sign('auth-connection')}`,
        },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(20_000),
      });
    } catch (error) {
      throw new AppError('SERVICE_UNAVAILABLE', 'auth-connection does not answer', {}, { cause: error });
    }
    const body: unknown = await response.json().catch(() => undefined);
    const { ok, status } = response;
    return { ok, status, body, code: refused.safeParse(body).data?.code };
  };

/** For an answer that is neither what was asked for nor a refusal that is known. */
export const notUnderstood = ({ status }: AuthConnectionAnswer): AppError =>
  new AppError('SERVICE_UNAVAILABLE', `auth-connection answered ${status}`);
