import { cloudEventOf, idPrefixes } from '@boxlist/contracts';
import type { OutboxRendering } from '@boxlist/event-bus';
import type { Collection } from 'mongoose';
import type { Delivery } from '../domain/delivery';
import type { NewDelivery } from '../domain/new-delivery';
import { deliveryFrom, type DeliveryDocument, documentOf, type OutcomeEntry, outboxOf } from './delivery-document';
import { inBatches } from './in-batches';
import { insertNew } from './insert-new';
import { isSet, withoutOutbox } from './open-deliveries';

type OutcomeSource = Pick<Delivery, '_id' | 'boxOfficeId' | 'workflowId' | 'orderId'>;

/** Renders the event of an outcome. Rendering it again yields the same event id. */
export const outcomeRendering: OutboxRendering<
  OutcomeSource & { readonly outbox?: readonly OutcomeEntry[] },
  OutcomeEntry
> = {
  fields: ['boxOfficeId', 'workflowId', 'orderId'],
  of: ({ _id, boxOfficeId, workflowId, orderId }, { id, status, reason, at }) => ({
    key: _id,
    value: JSON.stringify(
      cloudEventOf({
        id: `${idPrefixes.event}${_id.slice(idPrefixes.delivery.length)}.${id}`,
        type: 'boxlist.delivery.settled.v1',
        source: '/boxlist/sync',
        subject: _id,
        boxOfficeId,
        time: at,
        data: { deliveryId: _id, boxOfficeId, workflowId, orderId, status, reason, version: Number(id) },
      }),
    ),
  }),
};

/** All fields of a delivery except its id. */
const everyField = {
  boxOfficeId: 1,
  connectionId: 1,
  workflowId: 1,
  workflowVersion: 1,
  orderKey: 1,
  orderId: 1,
  orderRevision: 1,
  orderTime: 1,
  emailHash: 1,
  eventId: 1,
  eventName: 1,
  status: 1,
  reason: 1,
  performed: 1,
  contactId: 1,
  readyAt: 1,
  queue: 1,
  fence: 1,
  claimed: 1,
  uncertain: 1,
  alone: 1,
  imported: 1,
  added: 1,
  backfillId: 1,
  undoesOrder: 1,
  activityIds: 1,
  held: 1,
  endsAs: 1,
  attempts: 1,
  attemptCount: 1,
  firstTriedAt: 1,
  consent: 1,
  version: 1,
  createdAt: 1,
  settledAt: 1,
  retryId: 1,
  outbox: 1,
  counted: 1,
  uncounted: 1,
} satisfies Record<Exclude<keyof DeliveryDocument, '_id'>, 1>;

/** Matches the delivery only while it and the revision of its order are as known. */
const asKnown = ({ _id, version, orderRevision }: Delivery) => ({ _id, version, orderRevision });

/** The fields of an open delivery for which nothing has started yet. */
const untouched = { claimed: false, uncertain: false, added: null, activityIds: [], attemptCount: 0 };

/** Delivery documents: written once, reopened when their order changes, removed when they expire. */
export const createDeliveryStore = (deliveries: Collection<DeliveryDocument>) => {
  return {
    init: async (): Promise<void> => {
      const open = { partialFilterExpression: { readyAt: isSet } };
      await deliveries.createIndex({ connectionId: 1, queue: 1, readyAt: 1, emailHash: 1 }, open);
      await deliveries.createIndex({ connectionId: 1, reason: 1, readyAt: 1 }, { ...open, name: 'waiting' });
      await deliveries.createIndex({ reason: 1, boxOfficeId: 1, readyAt: 1 }, { ...open, name: 'waiting-by-office' });
      await deliveries.createIndex(
        { backfillId: 1, status: 1 },
        { partialFilterExpression: { backfillId: { $gt: '' } } },
      );
      await deliveries.createIndex({ boxOfficeId: 1, createdAt: -1, _id: -1 });
      await deliveries.createIndex({ boxOfficeId: 1, emailHash: 1, createdAt: -1 });
      await deliveries.createIndex({ boxOfficeId: 1, workflowId: 1, createdAt: -1, _id: -1 });
      await deliveries.createIndex({ boxOfficeId: 1, eventId: 1, createdAt: -1, _id: -1 });
      await deliveries.createIndex({ boxOfficeId: 1, orderId: 1 });
      await deliveries.createIndex({ boxOfficeId: 1, status: 1, reason: 1, createdAt: -1, _id: -1 });
    },
    byIds: async (ids: readonly string[]): Promise<Delivery[]> => {
      const found = await inBatches(
        ids,
        async (part) => await deliveries.find({ _id: { $in: part } }, withoutOutbox).toArray(),
      );
      // A removed delivery has only its id left.
      return found.filter(({ orderKey }) => orderKey !== undefined).map(deliveryFrom);
    },
    /** Inserts new deliveries, `atOnce` per command; returns the ids that already exist. */
    insert: (fresh: readonly NewDelivery[], atOnce?: number): Promise<string[]> =>
      insertNew(deliveries, fresh.map(documentOf), atOnce),
    /**
     * Replaces the decision of a delivery whose order has changed; returns false when another process changed it in the
     * meantime.
     */
    reopen: async (known: Delivery, fresh: NewDelivery): Promise<boolean> => {
      const {
        _id: _i,
        createdAt: _c,
        outbox: _o,
        attempts: _a,
        version: _v,
        fence: _f,
        counted: _k,
        added: _g,
        // Kept, so that the delivery still waits for activities that are under way for the contact.
        activityIds: _r,
        // Kept, so that the limits of a backfill also apply to later changes of the order.
        backfillId: _b,
        ...fields
      } = documentOf(fresh);
      // A dispatcher may claim the delivery after it was read. Then nothing matches, and the caller reads it again.
      const onlyIf = fresh.uncertain ? asKnown(known) : { ...asKnown(known), ...untouched };
      const { matchedCount } = await deliveries.updateOne(onlyIf, {
        // Lists and tags added to another buyer's contact do not count for this one.
        $set: {
          ...fields,
          ...(fields.emailHash === known.emailHash ? {} : { added: null }),
          fence: known.fence + 1,
        },
        $inc: { version: 1 },
        // Consumers ignore an outcome whose version is not newer.
        $push: { outbox: { $each: outboxOf(fresh, known.version + 1) } },
      });
      return matchedCount === 1;
    },
    /**
     * Records that the present state of the order was seen and changes nothing, so that a repeated event changes
     * nothing either. Returns false when another process changed the delivery in the meantime.
     */
    recordRevision: async (known: Delivery, orderRevision: string): Promise<boolean> =>
      (await deliveries.updateOne(asKnown(known), { $set: { orderRevision } })).matchedCount === 1,
    /**
     * Removes the deliveries that are settled, published and counted; returns how many. Their ids stay: a process that
     * read the order before it expired and writes its delivery late finds the id and writes nothing.
     */
    removeFinal: async (ids: readonly string[]): Promise<number> =>
      (
        await inBatches(ids, async (part) => [
          await deliveries.updateMany(
            { _id: { $in: part }, readyAt: null, uncounted: null, outbox: [] },
            {
              $unset: everyField,
            },
          ),
        ])
      ).reduce((sum, { modifiedCount }) => sum + modifiedCount, 0),
  };
};
