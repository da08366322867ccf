import { AppError } from '@boxlist/contracts';
import { z } from 'zod';
import { notUnderstood, type AskAuthConnection } from './auth-connection';
import type { TicketTailorKeySource } from './context';

const given = z.object({ apiKey: z.string().min(1) });

/** Gets Ticket Tailor API keys from auth-connection, which stores them encrypted. */
export const createTicketTailorKeySource =
  (ask: AskAuthConnection): TicketTailorKeySource =>
  async (boxOfficeId) => {
    const answer = await ask('ticket-tailor-key', { boxOfficeId });
    const key = given.safeParse(answer.body);
    if (answer.ok && key.success) return key.data.apiKey;
    if (answer.status === 404 && answer.code === 'TICKET_TAILOR_KEY_MISSING')
      throw new AppError(answer.code, 'This box office has no Ticket Tailor API key yet. Set one first.');
    throw notUnderstood(answer);
  };
