import { cloudEventOf, type BoxOfficeId } from '@boxlist/contracts';
import { outboxEntry, type OutboxEntry } from '@boxlist/event-bus';
import { isDuplicateKey, pushingAudit, type Audited } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import type { Month } from '../domain/calendar';
import { dueAt, entitlementFact, type Subscription } from '../domain/subscription';

interface SubscriptionDocument extends Omit<Subscription, 'id'>, Audited {
  _id: string;
  /** When the next change by time alone is due. The billing run looks for it. */
  dueAt: Date | null;
  outbox: OutboxEntry[];
  /** Written by the relay. */
  relay?: unknown;
}

const toSubscription = ({ _id, ...stored }: SubscriptionDocument): Subscription => {
  const { dueAt: _dueAt, outbox: _outbox, auditOutbox: _auditOutbox, relay: _relay, ...rest } = stored;
  return { ...rest, id: _id as Subscription['id'] };
};

const factOf = (subscription: Subscription, time: Date): OutboxEntry =>
  outboxEntry(
    `${subscription.boxOfficeId}:${subscription.appId}`,
    cloudEventOf({
      type: 'boxlist.entitlement.changed.v1',
      source: '/boxlist/billing',
      subject: subscription.id,
      boxOfficeId: subscription.boxOfficeId,
      time,
      data: entitlementFact(subscription),
    }),
  );

/**
 * Subscriptions. The write of each change also contains its fact, its new charges and, for an act of a person, the
 * audit entry.
 */
export const createSubscriptionStore = (mongo: Connection) => {
  const subscriptions = mongo.collection<SubscriptionDocument>('subscriptions');
  return {
    collection: subscriptions,
    init: async (): Promise<void> => {
      await subscriptions.createIndex({ boxOfficeId: 1, appId: 1 }, { unique: true });
      await subscriptions.createIndex({ dueAt: 1 });
      await subscriptions.createIndex(
        { 'uninvoiced.month': 1 },
        { name: 'uninvoiced', partialFilterExpression: { 'uninvoiced.month': { $exists: true } } },
      );
    },
    byId: async (id: string): Promise<Subscription | undefined> => {
      const doc = await subscriptions.findOne({ _id: id });
      return doc ? toSubscription(doc) : undefined;
    },
    ofApp: async (boxOfficeId: BoxOfficeId, appId: string): Promise<Subscription | undefined> => {
      const doc = await subscriptions.findOne({ boxOfficeId, appId });
      return doc ? toSubscription(doc) : undefined;
    },
    /** Undefined if the box office already has a subscription to this app. */
    insert: async (subscription: Subscription, now: Date, audit: OutboxEntry): Promise<Subscription | undefined> => {
      const { id, ...rest } = subscription;
      try {
        await subscriptions.insertOne({
          _id: id,
          ...rest,
          dueAt: dueAt(subscription),
          outbox: [factOf(subscription, now)],
          auditOutbox: [audit],
        });
        return subscription;
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    /** Replaces the current state with the next one. Undefined if another process changed it first. */
    replace: async (
      current: Subscription,
      next: Subscription,
      now: Date,
      audit?: OutboxEntry,
    ): Promise<Subscription | undefined> => {
      const saved: Subscription = { ...next, version: current.version + 1 };
      // Only this write adds charges, and only `invoiced` removes them. So a stale copy cannot restore a charge.
      const { id, uninvoiced, ...fields } = saved;
      const charges = uninvoiced.slice(current.uninvoiced.length);
      const { matchedCount } = await subscriptions.updateOne(
        { _id: id, version: current.version },
        {
          $set: { ...fields, dueAt: dueAt(saved) },
          $push: { outbox: factOf(saved, now), uninvoiced: { $each: charges }, ...pushingAudit(audit) },
        },
      );
      return matchedCount === 1 ? saved : undefined;
    },
    /** Records that the charge of a month is on an invoice, by removing it. */
    invoiced: async (id: string, month: Month): Promise<void> => {
      await subscriptions.updateOne({ _id: id }, { $pull: { uninvoiced: { month } } });
    },
    /** Ids of subscriptions with a due change or with charges that are not on an invoice yet, sorted by id. */
    due: async (now: Date, afterId: string, limit: number): Promise<string[]> =>
      (
        await subscriptions
          .find(
            {
              _id: { $gt: afterId },
              $or: [{ dueAt: { $lte: now } }, { 'uninvoiced.month': { $exists: true } }],
            },
            { projection: { _id: 1 } },
          )
          .sort({ _id: 1 })
          .limit(limit)
          .toArray()
      ).map(({ _id }) => _id),
  };
};

export type SubscriptionStore = ReturnType<typeof createSubscriptionStore>;
