import { AppError } from '@boxlist/contracts';
import type { ServiceTokens } from '@boxlist/service-kit';
import { z } from 'zod';
import type { TicketTailorKeySource } from './context';

const given = z.object({ apiKey: z.string().min(1) });
const refused = z.object({ code: z.string() });

/** API keys of Ticket Tailor from auth-connection, which keeps them sealed. */
export const createTicketTailorKeySource =
  (authConnectionUrl: string, tokens: ServiceTokens): TicketTailorKeySource =>
  async (boxOfficeId) => {
    let response: Response;
    try {
      response = await fetch(`${authConnectionUrl}/internal/ticket-tailor-key`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await tokens.sign('auth-connection')}`,
        },
        body: JSON.stringify({ boxOfficeId }),
        signal: AbortSignal.timeout(20_000),
      });
    } catch (error) {
      throw new AppError('SERVICE_UNAVAILABLE', 'auth-connection does not answer', {}, { cause: error });
    }
    const body: unknown = await response.json().catch(() => undefined);
    const key = given.safeParse(body);
    if (response.ok && key.success) return key.data.apiKey;
    if (response.status === 404 && refused.safeParse(body).data?.code === 'TICKET_TAILOR_KEY_MISSING')
      throw new AppError('TICKET_TAILOR_KEY_MISSING', 'This box office has no API key of Ticket Tailor yet');
    throw new AppError('SERVICE_UNAVAILABLE', `auth-connection answered ${response.status}`);
  };
