import { AppError, type AuditAction, type BoxOfficeId } from '@boxlist/contracts';
import { auditEntry, requireRole, type Actor } from '@boxlist/service-kit';
import type { Context } from '../context';
import { checkApiKey } from '../domain/ticket-tailor-key';
import { ticketTailorKeyChanged } from '../report';

const auditOf = (actor: Actor, action: AuditAction, now: Date) =>
  auditEntry('auth-connection', actor, { action, object: { type: 'TICKET_TAILOR_KEY', id: actor.boxOfficeId } }, now);

/**
 * Stores the box office's Ticket Tailor API key, encrypted, and replaces the previous one. Throws FORBIDDEN or
 * BAD_INPUT.
 */
export const setTicketTailorApiKey = async (ctx: Context, actor: Actor, given: string): Promise<void> => {
  requireRole(actor, 'manager');
  const apiKey = checkApiKey(given);
  const setAt = ctx.clock();
  await ctx.ticketTailorKeys.put(
    actor.boxOfficeId,
    { sealed: await ctx.secrets.seal(apiKey), lastFour: apiKey.slice(-4), setAt },
    auditOf(actor, 'TICKET_TAILOR_KEY_SET', setAt),
  );
  ctx.notifyAudit();
  ticketTailorKeyChanged(ctx, actor.boxOfficeId, 'set');
};

/** Deletes the key. Has no effect if there is none. Throws FORBIDDEN. */
export const removeTicketTailorApiKey = async (ctx: Context, actor: Actor): Promise<void> => {
  requireRole(actor, 'manager');
  const audit = auditOf(actor, 'TICKET_TAILOR_KEY_REMOVED', ctx.clock());
  if (!(await ctx.ticketTailorKeys.remove(actor.boxOfficeId, audit))) return;
  ctx.notifyAudit();
  ticketTailorKeyChanged(ctx, actor.boxOfficeId, 'removed');
};

/** The decrypted key, for sync, which reads orders with it. Throws TICKET_TAILOR_KEY_MISSING. */
export const ticketTailorApiKey = async (ctx: Context, boxOfficeId: BoxOfficeId): Promise<{ apiKey: string }> => {
  const sealed = await ctx.ticketTailorKeys.sealed(boxOfficeId);
  if (sealed === undefined)
    throw new AppError('TICKET_TAILOR_KEY_MISSING', 'This box office has no Ticket Tailor API key yet. Set one first.');
  return { apiKey: await ctx.secrets.open(sealed) };
};
