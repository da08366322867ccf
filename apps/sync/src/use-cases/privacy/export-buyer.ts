import { auditEntry, requireRole, type Actor } from '@boxlist/service-kit';
import type { Context } from '../../context';
import type { Delivery } from '../../domain/delivery';
import type { DeadLetter } from '../../store/dead-letters';
import type { KeptOrder } from '../../store/order-document';
import { emailIn } from './erase-buyer';

const most = 10_000;

/**
 * Returns all data of a buyer in the caller's box office, once the audit entry of the export is stored. Throws
 * BAD_INPUT and FORBIDDEN.
 */
export const exportBuyer = async (ctx: Context, actor: Actor, input: { readonly email: string }) => {
  requireRole(actor, 'manager');
  const email = emailIn(input);
  const { boxOfficeId } = actor;
  const emailHash = ctx.hashEmail(boxOfficeId, email);
  const [orders, deliveries, letters, connections, erasure] = await Promise.all([
    ctx.orders.ofBuyer(boxOfficeId, emailHash, most),
    ctx.buyerDeliveries.ofBuyer(boxOfficeId, emailHash, most),
    ctx.deadLetters.ofBuyer(boxOfficeId, emailHash, most),
    ctx.connections.ofBoxOffices([boxOfficeId]),
    ctx.erasures.byHash(emailHash),
  ]);
  const contacts: object[] = [];
  const expired: object[] = [];
  const upgrades: object[] = [];
  const latePhones: object[] = [];
  for (const { connectionId } of connections) {
    const left = (await ctx.expiredWrites.of(connectionId, [emailHash])).get(emailHash);
    if (left) expired.push({ connectionId, ...left });
    const upgrade = await ctx.upgrades.ofBuyer(connectionId, emailHash);
    if (upgrade) upgrades.push({ connectionId, deliveryId: upgrade.deliveryId });
    const late = await ctx.latePhones.ofBuyer(connectionId, emailHash);
    if (late) latePhones.push({ connectionId, deliveryId: late.deliveryId });
    const known = (await ctx.contacts.byHashes(connectionId, [emailHash])).get(emailHash);
    if (known)
      contacts.push({
        connectionId,
        contactId: known.contactId,
        permission: known.state,
        optedOutAt: known.optedOutAt === null ? null : new Date(known.optedOutAt),
        deleted: known.deleted,
      });
  }
  const exportedAt = ctx.clock();
  const object = { type: 'BUYER', id: emailHash } as const;
  await ctx.auditRecords.write(auditEntry('sync', actor, { action: 'BUYER_EXPORTED', object }, exportedAt));
  ctx.notifyAudit();
  return {
    email,
    boxOfficeId,
    exportedAt,
    /** False when there is more data than one answer can hold. */
    complete: [orders, deliveries, letters].every(({ length }) => length < most),
    orders: orders.map(shownOrder),
    deliveries: deliveries.map(shownDelivery),
    contacts,
    /**
     * Expired writes: when values were written by orders that have expired, and the ids of lists and tags that these
     * added.
     */
    expired,
    /** Imported contacts to make explicit, each with the delivery of its opt-in. */
    upgrades,
    /** Phones still to be added to the contact, each with the delivery of its order. */
    latePhones,
    deadLetters: letters.map(shownLetter),
    erasure: erasure && { requestedAt: erasure.requestedAt, status: erasure.status, email: erasure.email },
  };
};

const shownOrder = ({ order, receivedAt }: KeptOrder): object => {
  const { key: _k, carried: _c, eventRank: _r, eventTime, placedAt, boxOfficeId: _b, ...kept } = order;
  return { ...kept, placedAt: new Date(placedAt), occurredAt: new Date(eventTime), receivedAt };
};

const shownDelivery = (delivery: Delivery): object => ({
  id: delivery._id,
  orderId: delivery.orderId,
  workflowId: delivery.workflowId,
  workflowVersion: delivery.workflowVersion,
  connectionId: delivery.connectionId,
  eventId: delivery.eventId,
  eventName: delivery.eventName,
  status: delivery.status,
  reason: delivery.reason,
  contactId: delivery.contactId,
  performed: delivery.performed,
  added: delivery.added,
  consent: delivery.consent,
  attempts: delivery.attempts,
  createdAt: delivery.createdAt,
  settledAt: delivery.settledAt,
});

const shownLetter = ({ _id, code, reason, orderId, receivedAt, original }: DeadLetter): object => ({
  id: _id,
  code,
  reason,
  orderId,
  receivedAt,
  key: original?.key ?? null,
  headers: Object.fromEntries(original?.headers ?? []),
  body: original?.value.toString('utf8') ?? null,
});
