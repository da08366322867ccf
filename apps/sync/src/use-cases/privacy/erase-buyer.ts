import { repeatedly } from '@boxlist/event-bus';
import { AppError, type ConnectionFact } from '@boxlist/contracts';
import { auditEntry, requireRole, type Actor, type Identity } from '@boxlist/service-kit';
import type { Context } from '../../context';
import { normalEmail } from '../../domain/email-address';
import { retryDelayMs } from '../../domain/retry-policy';
import { buyerErased } from '../../report';
import type { ErasedContact, Erasure } from '../../store/erasures';
import { connectionCaller } from '../../call-constant-contact';
import { forgetBuyer } from './forget-buyer';

/** Returns the address of an input in its normal form. Throws BAD_INPUT. */
export const emailIn = (input: { readonly email: string }): string => {
  const email = normalEmail(input.email);
  if (!email || email.length > 1_000)
    throw new AppError('BAD_INPUT', 'email must be an e-mail address', { field: ['input', 'email'] });
  return email;
};

/**
 * Erases a buyer. When it resolves, the buyer is shut out and removed from all collections. Work that was under way
 * then is awaited and cleaned up by any process, also after a crash. Repeating it starts again. Throws BAD_INPUT and
 * FORBIDDEN.
 */
export const eraseBuyer = async (
  ctx: Context,
  actor: Actor,
  input: { readonly email: string; readonly deleteContact: boolean },
): Promise<Erasure | null> => {
  requireRole(actor, 'owner');
  const email = emailIn(input);
  const { boxOfficeId } = actor;
  const emailHash = ctx.hashEmail(boxOfficeId, email);
  const now = ctx.clock();
  // The log keeps only the keyed hash, as the erasure itself does.
  const object = { type: 'BUYER', id: emailHash } as const;
  const details = { deleteContact: String(input.deleteContact) };
  const audit = auditEntry('sync', actor, { action: 'BUYER_ERASED', object, details }, now);
  await ctx.erasures.request(emailHash, { boxOfficeId, email: input.deleteContact ? email : null, audit }, now);
  ctx.notifyAudit();
  await forgetBuyer(ctx, boxOfficeId, emailHash);
  return ctx.erasures.byHash(emailHash);
};

/** Returns how far a buyer's erasure has come; null when there is none. Throws BAD_INPUT and FORBIDDEN. */
export const erasureOf = async (ctx: Context, identity: Identity, email: string): Promise<Erasure | null> => {
  requireRole(identity, 'owner');
  return ctx.erasures.byHash(ctx.hashEmail(identity.boxOfficeId, emailIn({ email })));
};

/** Continues all erasures until closed. */
export const startErasures = (ctx: Context) =>
  repeatedly(ctx, { everyMs: 500, delayed: 'erasures.delayed' }, async (goesOn) => {
    while (goesOn()) {
      const claimed = await ctx.erasures.claim(ctx.clock(), ctx.leaseMs);
      if (!claimed) return;
      await pass(ctx, claimed);
    }
  });

/**
 * Runs one pass of an erasure. The last pass begins after everything that was under way at the request has ended: a
 * call that had left may have restored the contact, and an import still may.
 */
const pass = async (ctx: Context, erasure: Erasure): Promise<void> => {
  const { _id, boxOfficeId, requestedAt } = erasure;
  const begun = ctx.clock();
  await forgetBuyer(ctx, boxOfficeId, _id);
  // One lease, and the calls that were made under it.
  const quietAt = erasure.quietAt ?? new Date(begun.getTime() + 2 * ctx.leaseMs);
  const gaveUp = begun.getTime() - requestedAt.getTime() > ctx.retry.forMs;
  const connections = erasure.deletesContact ? await ctx.connections.ofBoxOffices([boxOfficeId]) : [];
  const isQuiet = begun >= quietAt && (gaveUp || !(await importsRun(ctx, connections, quietAt)));
  const contacts: ErasedContact[] = [];
  for (const connection of connections) contacts.push(await deleteContact(ctx, erasure, connection, isQuiet, gaveUp));
  if (isQuiet && contacts.every(({ state }) => state !== 'PENDING')) {
    await ctx.erasures.record(erasure, { status: 'DONE', email: null, quietAt, contacts });
    buyerErased(ctx, boxOfficeId);
    return;
  }
  const now = ctx.clock().getTime();
  const later = now + retryDelayMs(ctx.retry, Math.min(erasure.tries, 20), ctx.random());
  const isPending = contacts.some(({ state }) => state === 'PENDING');
  await ctx.erasures.record(erasure, {
    quietAt,
    contacts,
    tries: erasure.tries + 1,
    nextAt: new Date(isPending ? later : Math.max(later, quietAt.getTime())),
  });
};

const importsRun = async (ctx: Context, connections: readonly ConnectionFact[], before: Date): Promise<boolean> => {
  for (const { connectionId } of connections)
    if ((await ctx.activities.ofConnection(connectionId)).some(({ startedAt }) => startedAt < before)) return true;
  return false;
};

/** Deletes the contact in one account. A final result stays, but the last pass looks again. */
const deleteContact = async (
  ctx: Context,
  { boxOfficeId, email, contacts }: Erasure,
  { connectionId, status }: ConnectionFact,
  isLast: boolean,
  gaveUp: boolean,
): Promise<ErasedContact> => {
  const known = contacts.find((each) => each.connectionId === connectionId);
  const withState = (state: ErasedContact['state']): ErasedContact => ({ connectionId, state });
  if (email === null || status === 'DISCONNECTED') return known?.state === 'DELETED' ? known : withState('GAVE_UP');
  if (known && known.state !== 'PENDING' && !isLast) return known;
  const caller = connectionCaller(ctx, { connectionId, boxOfficeId, class: 'live', stillHeld: async () => true });
  try {
    const contact = await caller.call('look up contact', [], (token) => ctx.constantContact.findContact(token, email));
    if (!contact) return known?.state === 'DELETED' ? known : withState('NOT_FOUND');
    if (contact.deleted_at == null)
      await caller
        .call('delete contact', [], (token) => ctx.constantContact.deleteContact(token, contact.contact_id))
        .catch((error: unknown) => {
          if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
        });
    return withState('DELETED');
  } catch (error) {
    const isRefused =
      error instanceof AppError &&
      (error.code === 'REJECTED_BY_CONSTANT_CONTACT' || error.code === 'CONNECTION_NOT_FOUND');
    if (!isRefused && !gaveUp) {
      ctx.log.warn({ err: error, connectionId }, 'erasure.delayed');
      return withState('PENDING');
    }
    return withState('GAVE_UP');
  }
};

/** Says plainly what an erasure by Boxlist does not reach. */
export const remainsOf = ({ deletesContact, contacts }: Erasure): string[] => [
  'Events on the orders topic and its dead-letter topic still hold the data until Kafka deletes them, 14 days ' +
    'after they arrived. Boxlist does not take them in again.',
  'Ticket Tailor and other producers of orders keep their own records.',
  ...(deletesContact
    ? [
        'Constant Contact keeps the data of a deleted contact and can restore it. Its API cannot erase a contact ' +
          'for good. Ask Constant Contact support to erase the contact with this e-mail address from your account.',
      ]
    : ['The contact at Constant Contact is unchanged, because nobody asked to delete it.']),
  ...(contacts.some(({ state }) => state === 'GAVE_UP')
    ? ['Boxlist could not delete the contact in one or more Constant Contact accounts. Delete it there by hand.']
    : []),
];
