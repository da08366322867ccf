import { factEvent, newId, type BoxOfficeId } from '@boxlist/contracts';
import { outboxEntry, type OutboxEntry } from '@boxlist/event-bus';
import { isDuplicateKey } from '@boxlist/service-kit';
import { Schema, type Connection } from 'mongoose';
import { isEntitled, type Subscription } from '../domain/subscription';

interface SubscriptionDocument extends Omit<Subscription, 'id'> {
  _id: string;
  outbox: OutboxEntry[];
}

const schema = new Schema<SubscriptionDocument>(
  {
    _id: String,
    boxOfficeId: String,
    appId: String,
    activatedAt: Date,
    trialEndsAt: Date,
    cancelAt: Date,
    paidUntil: Date,
    announced: String,
    version: Number,
    outbox: [Schema.Types.Mixed],
  },
  { collection: 'subscriptions', versionKey: false },
);
schema.index({ boxOfficeId: 1, appId: 1 }, { unique: true });

const toSubscription = ({ _id, outbox: _o, ...rest }: SubscriptionDocument): Subscription => ({ ...rest, id: _id });
const factOf = ({ boxOfficeId, appId, announced, version }: Subscription): OutboxEntry =>
  outboxEntry(
    `${boxOfficeId}:${appId}`,
    factEvent({
      type: 'boxlist.entitlement.changed.v1',
      source: '/boxlist/billing',
      subject: `${boxOfficeId}:${appId}`,
      boxOfficeId,
      time: new Date(),
      data: { boxOfficeId, appId, status: announced, entitled: isEntitled(announced), version },
    }),
  );

/** One document for each box office and add-on; every change carries its fact. */
export const createSubscriptionStore = (mongo: Connection) => {
  const model = mongo.model<SubscriptionDocument>('Subscription', schema);
  return {
    collection: model.collection,
    init: async (): Promise<void> => {
      await model.createIndexes();
    },
    byId: async (id: string): Promise<Subscription | undefined> => {
      const doc = await model.findById(id).lean<SubscriptionDocument>();
      return doc ? toSubscription(doc) : undefined;
    },
    of: async (boxOfficeId: BoxOfficeId, appId: string): Promise<Subscription | undefined> => {
      const doc = await model.findOne({ boxOfficeId, appId }).lean<SubscriptionDocument>();
      return doc ? toSubscription(doc) : undefined;
    },
    /** Undefined when another process was faster. */
    insert: async (fields: Omit<Subscription, 'id' | 'version'>): Promise<Subscription | undefined> => {
      const subscription: Subscription = { ...fields, id: newId('subscription'), version: 1 };
      const { id, ...rest } = subscription;
      try {
        await model.create({ _id: id, ...rest, outbox: [factOf(subscription)] });
        return subscription;
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    /** Undefined when it changed meanwhile. */
    change: async (
      current: Subscription,
      fields: Partial<Omit<Subscription, 'id' | 'version'>>,
    ): Promise<Subscription | undefined> => {
      const next: Subscription = { ...current, ...fields, version: current.version + 1 };
      const { matchedCount } = await model.updateOne(
        { _id: current.id, version: current.version },
        { $set: { ...fields, version: next.version }, $push: { outbox: factOf(next) } },
      );
      return matchedCount === 1 ? next : undefined;
    },
    /** All that may owe something or change by time. */
    all: async function* (): AsyncGenerator<Subscription> {
      for await (const doc of model
        .find({ announced: { $ne: 'CANCELLED' } })
        .lean<SubscriptionDocument[]>()
        .cursor())
        yield toSubscription(doc as SubscriptionDocument);
    },
  };
};

export type SubscriptionStore = ReturnType<typeof createSubscriptionStore>;
