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

export const queues = ['live', 'retry', 'backfill'] as const;
export type Queue = (typeof queues)[number];

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
  /** What its calls count as. */
  readonly queue: Queue;
  readonly fence: number;
  /** Somebody took it and has not said yet what became of it. */
  readonly claimed: boolean;
  /** Something may have been done for it already: the truth is read before anything is repeated. */
  readonly uncertain: boolean;
  /** It shared a call that was refused, perhaps by another's fault: it is worked on by itself. */
  readonly alone: boolean;
  /** Its lists and details have come by an import; what is left is looked at again. */
  readonly imported: boolean;
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
  readonly uncertain?: boolean;
  readonly alone?: boolean;
  readonly imported?: boolean;
  readonly activityIds?: readonly string[];
  readonly performed?: readonly string[];
  readonly contactId?: string;
}

/** What became of a delivery that was worked on, with the calls made for it. */
export interface Result {
  readonly delivery: Delivery;
  readonly attempts: readonly Attempt[];
  readonly to: { readonly outcome: Outcome } | { readonly next: Postponement };
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

const updateOf = ({ delivery, attempts, to }: Result, now: Date): object =>
  'outcome' in to
    ? {
        $set: {
          status: to.outcome.status,
          reason: to.outcome.reason,
          readyAt: null,
          claimed: false,
          settledAt: now,
          activityIds: [],
          ...(to.outcome.contactId ? { contactId: to.outcome.contactId } : {}),
          ...(to.outcome.performed ? { performed: to.outcome.performed } : {}),
        },
        $inc: { version: 1 },
        $push: {
          attempts: { $each: attempts, $slice: -20 },
          outbox: outcomeEntry(delivery, to.outcome, delivery.version + 1, now),
        },
      }
    : {
        $set: {
          status: to.next.waitingFor ? 'WAITING' : 'PENDING',
          reason: to.next.waitingFor,
          readyAt: to.next.readyAt,
          claimed: false,
          uncertain: to.next.uncertain ?? delivery.uncertain,
          alone: to.next.alone ?? delivery.alone,
          imported: to.next.imported ?? delivery.imported,
          firstTriedAt: delivery.firstTriedAt ?? now,
          activityIds: to.next.activityIds ?? [],
          ...(to.next.countsAsAttempt && delivery.queue === 'live' ? { queue: 'retry' } : {}),
          ...(to.next.contactId ? { contactId: to.next.contactId } : {}),
          ...(to.next.performed ? { performed: to.next.performed } : {}),
        },
        $inc: { attemptCount: to.next.countsAsAttempt ? 1 : 0 },
        $push: { attempts: { $each: attempts, $slice: -20 } },
      };

/** Deliveries: the durable queue and the history in one. */
export const createDeliveryStore = (mongo: Connection) => {
  const deliveries = mongo.collection<NewDelivery>('deliveries');
  const some = (filter: object) => deliveries.find(filter as never, { projection: { outbox: 0 } });
  return {
    collection: deliveries,
    init: async (): Promise<void> => {
      const open = { partialFilterExpression: { readyAt: { $type: 'date' } } };
      await deliveries.createIndex({ connectionId: 1, queue: 1, readyAt: 1 }, open);
      await deliveries.createIndex({ connectionId: 1, reason: 1 }, { ...open, name: 'waiting' });
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
    /** The ready ones of a lane's queue, oldest first, marked with the fence of who works on them. Those of the given e-mails are left. */
    claim: async (
      { connectionId, fence }: { connectionId: string; fence: number },
      queue: Queue,
      busy: readonly string[],
      now: Date,
      limit: number,
    ): Promise<Delivery[]> => {
      const ready = (await some({
        connectionId,
        queue,
        readyAt: { $lte: now },
        ...(busy.length > 0 ? { emailHash: { $nin: busy } } : {}),
      })
        .sort({ readyAt: 1 })
        .limit(limit)
        .toArray()) as unknown as Delivery[];
      if (ready.length === 0) return [];
      const ids = ready.map(({ _id }) => _id);
      await deliveries.updateMany(
        { _id: { $in: ids }, readyAt: { $lte: now }, fence: { $lte: fence } },
        {
          $set: { fence, claimed: true },
        },
      );
      const wasClaimed = new Map(ready.map(({ _id, claimed }) => [_id, claimed]));
      const claimed = (await some({
        _id: { $in: ids },
        fence,
        readyAt: { $lte: now },
      }).toArray()) as unknown as Delivery[];
      // Whoever had it before fell silent in the middle.
      return claimed.map((each) => ({ ...each, uncertain: each.uncertain || wasClaimed.get(each._id) === true }));
    },
    /** Writes what became of them; gives those that were written: the others were changed meanwhile, or another holder has the lane by now. */
    save: async (results: readonly Result[], now: Date): Promise<Result[]> => {
      if (results.length === 0) return [];
      const { matchedCount } = await deliveries.bulkWrite(
        results.map((result) => ({
          updateOne: {
            filter: {
              _id: result.delivery._id,
              fence: result.delivery.fence,
              version: result.delivery.version,
              readyAt: { $ne: null },
            },
            update: updateOf(result, now),
          },
        })),
        { ordered: false },
      );
      if (matchedCount === results.length) return [...results];
      const settled = results.filter(({ to }) => 'outcome' in to).map(({ delivery }) => delivery._id);
      const known = new Map((await some({ _id: { $in: settled } }).toArray()).map((each) => [each._id, each.version]));
      return results.filter(({ delivery, to }) => 'next' in to || known.get(delivery._id) === delivery.version + 1);
    },
    /** The ready ones of a queue: since when the oldest waits, and whether there are at least so many. */
    gathered: async (connectionId: string, queue: Queue, now: Date, many: number) => {
      const filter = { connectionId, queue, readyAt: { $lte: now } };
      const [first] = (await some(filter).sort({ readyAt: 1 }).limit(1).toArray()) as unknown as Delivery[];
      if (!first?.readyAt) return undefined;
      const count = await deliveries.countDocuments(filter, { limit: many });
      return { since: first.readyAt, isMany: count >= many };
    },
    nextReadyAt: async (connectionId: string, among: readonly Queue[] = queues): Promise<Date | null> => {
      const [first] = (await some({ connectionId, queue: { $in: among }, readyAt: { $type: 'date' } })
        .sort({ readyAt: 1 })
        .limit(1)
        .toArray()) as unknown as Delivery[];
      return first?.readyAt ?? null;
    },
    /** Takes an activity that has ended off those that waited for it; gives the ones that wait for no other. */
    activityEnded: async (connectionId: string, activityId: string, isClean: boolean): Promise<Delivery[]> => {
      if (!isClean)
        await deliveries.updateMany({ connectionId, activityIds: activityId }, { $set: { uncertain: true } });
      await deliveries.updateMany(
        { connectionId, activityIds: activityId },
        {
          $pull: { activityIds: activityId },
        },
      );
      return await some({
        connectionId,
        reason: 'ACTIVITY_RUNNING',
        readyAt: { $type: 'date' },
        activityIds: [],
      }).toArray();
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
          $set: {
            status: 'PENDING',
            reason: null,
            readyAt: now,
            queue: 'retry',
            settledAt: null,
            attemptCount: 0,
            firstTriedAt: null,
            uncertain: true,
            alone: false,
            imported: false,
            activityIds: [],
          },
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
