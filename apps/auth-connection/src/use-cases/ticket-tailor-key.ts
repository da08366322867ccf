import { AppError, type BoxOfficeId } from '@boxlist/contracts';
import { requireRole, type Identity } from '@boxlist/service-kit';
import type { Context } from '../context';
import { checkApiKey } from '../domain/ticket-tailor-key';
import { ticketTailorKeyChanged } from '../report';

/**
 * Stores the box office's Ticket Tailor API key, encrypted, and replaces the previous one. Throws FORBIDDEN or
 * BAD_INPUT.
 */
export const setTicketTailorApiKey = async (ctx: Context, identity: Identity, given: string): Promise<void> => {
  requireRole(identity, 'manager');
  const apiKey = checkApiKey(given);
  await ctx.ticketTailorKeys.put(identity.boxOfficeId, {
    sealed: await ctx.secrets.seal(apiKey),
    lastFour: apiKey.slice(-4),
    setAt: ctx.clock(),
  });
  ticketTailorKeyChanged(ctx, identity.boxOfficeId, 'set');
};

/** Deletes the key. Has no effect if there is none. Throws FORBIDDEN. */
export const removeTicketTailorApiKey = async (ctx: Context, identity: Identity): Promise<void> => {
  requireRole(identity, 'manager');
  if (await ctx.ticketTailorKeys.remove(identity.boxOfficeId))
    ticketTailorKeyChanged(ctx, identity.boxOfficeId, 'removed');
};

/** The decrypted key, for sync, which reads orders with it. Throws TICKET_TAILOR_KEY_MISSING. */
export const ticketTailorApiKey = async (ctx: Context, boxOfficeId: BoxOfficeId): Promise<{ apiKey: string }> => {
  const sealed = await ctx.ticketTailorKeys.sealed(boxOfficeId);
  if (sealed === undefined)
    throw new AppError('TICKET_TAILOR_KEY_MISSING', 'This box office has no Ticket Tailor API key yet. Set one first.');
  return { apiKey: await ctx.secrets.open(sealed) };
};
