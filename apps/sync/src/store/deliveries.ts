import { factEvent, type OptIn } from '@boxlist/contracts';
import { outboxEntry, type OutboxEntry } from '@boxlist/event-bus';
import { createHash } from 'node:crypto';
import type { Connection } from 'mongoose';
import type { DeliveryStatus, ReasonCode, WaitingFor } from '../domain/reasons';
import { insertNew } from './insert-new';

export interface Attempt {
  readonly at: Date;
  readonly call: string;
  readonly answer: string;
  readonly durationMs: number;
}

/** One order × one workflow: the unit of work and of history. */
export interface Delivery {
  readonly _id: string;
  readonly boxOfficeId: string;
  readonly connectionId: string;
  readonly workflowId: string;
  readonly workflowVersion: number;
  readonly orderKey: string;
  readonly orderId: string;
  readonly orderRevision: string;
  readonly orderTime: number;
  readonly emailHash: string | null;
  readonly eventId: string | null;
  readonly eventName: string | null;
  readonly status: DeliveryStatus;
  readonly reason: ReasonCode | null;
  readonly performed: readonly string[];
  readonly contactId: string | null;
  /** When it is worked on next; null once it has its outcome. */
  readonly readyAt: Date | null;
  readonly fence: number;
  readonly activityIds: readonly string[];
  readonly attempts: readonly Attempt[];
  readonly attemptCount: number;
  readonly firstTriedAt: Date | null;
  readonly consent: { readonly value: OptIn; readonly recordedAt: Date; readonly orderId: string };
  readonly version: number;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
}

/** A delivery as it is written first, with the news of it when it ends at once. */
export interface NewDelivery extends Delivery {
  outbox: OutboxEntry[];
}

/** The id of a delivery follows from its workflow and order: written twice it is one. */
export const deliveryId = (workflowId: string, orderKey: string): string =>
  `dlv_${createHash('sha256').update(`${workflowId}\n${orderKey}`).digest('base64url').slice(0, 26)}`;

/** How a delivery ends. */
export interface Outcome {
  readonly status: Extract<DeliveryStatus, 'SYNCED' | 'SKIPPED' | 'FAILED'>;
  readonly reason: ReasonCode;
  readonly contactId?: string;
  readonly performed?: readonly string[];
}

/** When and why a delivery is looked at again. */
export interface Postponement {
  readonly waitingFor: WaitingFor | null;
  readonly readyAt: Date;
  readonly countsAsAttempt: boolean;
  readonly activityIds?: readonly string[];
  readonly performed?: readonly string[];
  readonly contactId?: string;
}

export const outcomeEntry = (delivery: Delivery, outcome: Outcome, version: number, now: Date): OutboxEntry =>
  outboxEntry(
    delivery._id,
    factEvent({
      type: 'boxlist.delivery.settled.v1',
      source: '/boxlist/sync',
      subject: delivery._id,
      boxOfficeId: delivery.boxOfficeId,
      time: now,
      data: {
        deliveryId: delivery._id,
        boxOfficeId: delivery.boxOfficeId,
        workflowId: delivery.workflowId,
        orderId: delivery.orderId,
        status: outcome.status,
        reason: outcome.reason,
        version,
      },
    }),
  );

/** Deliveries: the durable queue and the history in one. */
export const createDeliveryStore = (mongo: Connection) => {
  const deliveries = mongo.collection<NewDelivery>('deliveries');
  const some = (filter: object) => deliveries.find(filter as never, { projection: { outbox: 0 } });
  return {
    collection: deliveries,
    init: async (): Promise<void> => {
      await deliveries.createIndex(
        { connectionId: 1, readyAt: 1 },
        { partialFilterExpression: { readyAt: { $type: 'date' } } },
      );
      await deliveries.createIndex({ boxOfficeId: 1, createdAt: -1, _id: -1 });
      await deliveries.createIndex({ boxOfficeId: 1, emailHash: 1, createdAt: -1 });
      await deliveries.createIndex({ workflowId: 1, status: 1, reason: 1 });
    },
    byIds: async (ids: readonly string[]): Promise<Delivery[]> => await some({ _id: { $in: [...ids] } }).toArray(),
    /** Inserts those that are not there yet; answers the ids of the others. */
    insert: (fresh: readonly NewDelivery[]): Promise<string[]> => insertNew(deliveries, fresh),
    /** Puts a delivery back to work because its order changed; false when it was changed by somebody else meanwhile. */
    reopen: async (known: Delivery, fresh: NewDelivery): Promise<boolean> => {
      const { _id, createdAt: _c, outbox, attempts: _a, version: _v, fence: _f, ...fields } = fresh;
      const { matchedCount } = await deliveries.updateOne(
        { _id, version: known.version },
        {
          $set: { ...fields, fence: known.fence + 1 },
          $inc: { version: 1 },
          $push: { outbox: { $each: outbox } },
        },
      );
      return matchedCount === 1;
    },
    /** The ready ones of a lane, oldest first, marked with the fence of who works on them. */
    claim: async (connectionId: string, fence: number, now: Date, limit: number): Promise<Delivery[]> => {
      const ready = (await some({ connectionId, readyAt: { $lte: now } })
        .sort({ readyAt: 1 })
        .limit(limit)
        .toArray()) as unknown as Delivery[];
      if (ready.length === 0) return [];
      const ids = ready.map(({ _id }) => _id);
      await deliveries.updateMany(
        { _id: { $in: ids }, readyAt: { $lte: now }, fence: { $lte: fence } },
        {
          $set: { fence },
        },
      );
      return await some({ _id: { $in: ids }, fence, readyAt: { $lte: now } }).toArray();
    },
    /** Writes the outcome; false when another holder has the lane by now, or the order changed meanwhile. */
    settle: async (
      delivery: Delivery,
      fence: number,
      outcome: Outcome,
      attempts: readonly Attempt[],
      now: Date,
    ): Promise<boolean> => {
      const { matchedCount } = await deliveries.updateOne(
        { _id: delivery._id, fence, version: delivery.version, readyAt: { $ne: null } },
        {
          $set: {
            status: outcome.status,
            reason: outcome.reason,
            readyAt: null,
            settledAt: now,
            activityIds: [],
            ...(outcome.contactId ? { contactId: outcome.contactId } : {}),
            ...(outcome.performed ? { performed: outcome.performed } : {}),
          },
          $inc: { version: 1 },
          $push: {
            attempts: { $each: attempts, $slice: -20 },
            outbox: outcomeEntry(delivery, outcome, delivery.version + 1, now),
          },
        } as never,
      );
      return matchedCount === 1;
    },
    postpone: async (
      delivery: Delivery,
      fence: number,
      next: Postponement,
      attempts: readonly Attempt[],
      now: Date,
    ): Promise<void> => {
      await deliveries.updateOne({ _id: delivery._id, fence, version: delivery.version, readyAt: { $ne: null } }, {
        $set: {
          status: next.waitingFor ? 'WAITING' : 'PENDING',
          reason: next.waitingFor,
          readyAt: next.readyAt,
          firstTriedAt: delivery.firstTriedAt ?? now,
          activityIds: next.activityIds ?? [],
          ...(next.contactId ? { contactId: next.contactId } : {}),
          ...(next.performed ? { performed: next.performed } : {}),
        },
        $inc: { attemptCount: next.countsAsAttempt ? 1 : 0 },
        $push: { attempts: { $each: attempts, $slice: -20 } },
      } as never);
    },
    nextReadyAt: async (connectionId: string): Promise<Date | null> => {
      const [first] = (await some({ connectionId, readyAt: { $type: 'date' } })
        .sort({ readyAt: 1 })
        .limit(1)
        .toArray()) as unknown as Delivery[];
      return first?.readyAt ?? null;
    },
    /** Frees what waited for a reconnect. */
    free: async (connectionId: string, now: Date): Promise<void> => {
      await deliveries.updateMany(
        { connectionId, status: 'WAITING', reason: 'CONNECTION_NEEDS_RECONNECT' } as never,
        { $set: { status: 'PENDING', reason: null, readyAt: now } } as never,
      );
    },
    /** Puts settled, failed or skipped ones back to work; gives the connections concerned. */
    retry: async (filter: object, now: Date): Promise<{ count: number; connectionIds: string[] }> => {
      const wanted = { ...filter, status: { $in: ['FAILED', 'SKIPPED', 'WAITING'] } };
      const connectionIds = await deliveries.distinct('connectionId', wanted as never);
      const { modifiedCount } = await deliveries.updateMany(
        wanted as never,
        {
          $set: { status: 'PENDING', reason: null, readyAt: now, settledAt: null, attemptCount: 0, firstTriedAt: null },
          $inc: { version: 1, fence: 1 },
        } as never,
      );
      return { count: modifiedCount, connectionIds };
    },
    find: async (filter: object, sort: 1 | -1, limit: number): Promise<Delivery[]> =>
      await some(filter).sort({ createdAt: sort, _id: sort }).limit(limit).toArray(),
    count: (filter: object): Promise<number> => deliveries.countDocuments(filter),
    /** How many there are by status and reason. */
    tally: async (filter: object): Promise<{ status: DeliveryStatus; reason: ReasonCode | null; count: number }[]> => {
      const rows = await deliveries
        .aggregate([
          { $match: filter },
          { $group: { _id: { status: '$status', reason: '$reason' }, count: { $sum: 1 } } },
        ])
        .toArray();
      return rows.map((row) => ({
        ...(row._id as { status: DeliveryStatus; reason: ReasonCode | null }),
        count: row.count as number,
      }));
    },
    oldestOpen: async (boxOfficeId: string): Promise<Date | null> => {
      const [first] = (await some({ boxOfficeId, readyAt: { $type: 'date' } })
        .sort({ createdAt: 1 })
        .limit(1)
        .toArray()) as unknown as Delivery[];
      return first?.createdAt ?? null;
    },
  };
};

export type DeliveryStore = ReturnType<typeof createDeliveryStore>;
