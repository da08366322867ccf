import { factEvent, idPrefixes, type OptIn } from '@boxlist/contracts';
import type { OutboxRendering } from '@boxlist/event-bus';
import { createHash } from 'node:crypto';
import type { Connection } from 'mongoose';
import { waitingFor, type DeliveryStatus, type DoneReason, type ReasonCode, type WaitingFor } from '../domain/reasons';
import { byIndex } from './by-index';
import { deliveryQueue } from './delivery-queue';
import { inParts } from './in-parts';
import { insertNew } from './insert-new';

export interface Attempt {
  readonly at: Date;
  readonly call: string;
  readonly answer: string;
  readonly durationMs: number;
}

export const queues = ['live', 'retry', 'backfill'] as const;
export type Queue = (typeof queues)[number];

export interface AddedResources {
  readonly listIds: readonly string[];
  readonly tagIds: readonly string[];
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
  /** The lists and tags that it gave its contact; null as long as nothing was given. */
  readonly added: AddedResources | null;
  /** The backfill that it belongs to; null for one that was made when its order came. */
  readonly backfillId: string | null;
  /** Its order was cancelled: what it gave is to be taken back. */
  readonly undoesOrder: boolean;
  /** Batches under way that touch its contact: its own, or those that it is held for. */
  readonly activityIds: readonly string[];
  /** Waits until those are worked off before anything is done for it. */
  readonly held: boolean;
  /** How it ends once those of its own have done all of it; as SYNCED where nothing is said. */
  readonly endsAs?: DoneReason;
  readonly attempts: readonly Attempt[];
  readonly attemptCount: number;
  readonly firstTriedAt: Date | null;
  readonly consent: { readonly value: OptIn; readonly recordedAt: Date; readonly orderId: string };
  readonly version: number;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
  /** The retry that put it back to work last. */
  readonly retryId?: string;
}

/** A delivery as it is written first, with the news of it when it ends at once. */
export interface NewDelivery extends Delivery {
  outbox: OutcomeEntry[];
  /** What the tally of its workflow holds of it, and since which revision of the tally. */
  counted: { readonly bucket: string; readonly revision: number } | null;
  /** Set while the tally may hold something else than it is. */
  uncounted?: true;
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
  readonly added?: AddedResources;
}

/** Whether its order's values were written to its contact, or may have been: also when it ended otherwise after that. */
export const mayHaveWritten = ({
  status,
  added,
  claimed,
  uncertain,
}: Pick<Delivery, 'status' | 'added' | 'claimed' | 'uncertain'>): boolean =>
  status === 'SYNCED' || added !== null || claimed || uncertain;

/** How a delivery is stored for which nothing was begun yet; while it is open. */
const untouched = { claimed: false, uncertain: false, added: null, activityIds: [], attemptCount: 0 };

/** Whether something was, or may have been, begun for the contact of a delivery. */
export const mayHaveBegun = (delivery: Delivery): boolean =>
  mayHaveWritten(delivery) || delivery.activityIds.length > 0 || delivery.attemptCount > 0;

/** When and why a delivery is looked at again. */
export interface Postponement {
  readonly waitingFor: WaitingFor | null;
  readonly readyAt: Date;
  readonly countsAsAttempt: boolean;
  readonly uncertain?: boolean;
  readonly alone?: boolean;
  readonly imported?: boolean;
  readonly activityIds?: readonly string[];
  readonly held?: boolean;
  readonly endsAs?: DoneReason;
  /** Whose it is by now. */
  readonly emailHash?: string;
  readonly performed?: readonly string[];
  readonly contactId?: string;
  readonly added?: AddedResources;
}

/** What became of a delivery that was worked on, with the calls made for it. */
export interface Result {
  readonly delivery: Delivery;
  readonly attempts: readonly Attempt[];
  readonly to: { readonly outcome: Outcome } | { readonly next: Postponement };
}

/** News of an outcome, known by the version of the delivery that it made: the event is told from it and the delivery. */
export interface OutcomeEntry {
  readonly id: string;
  readonly status: Outcome['status'];
  readonly reason: ReasonCode;
  readonly at: Date;
}

export const outcomeEntry = ({ status, reason }: Outcome, version: number, now: Date): OutcomeEntry => ({
  id: String(version),
  status,
  reason,
  at: now,
});

type WrittenValues = Pick<Delivery, '_id' | 'boxOfficeId' | 'workflowId' | 'orderId'>;

/** The event of an outcome; told twice it has the same id. */
export const outcomeRendering: OutboxRendering<
  WrittenValues & { readonly outbox?: readonly OutcomeEntry[] },
  OutcomeEntry
> = {
  fields: ['boxOfficeId', 'workflowId', 'orderId'],
  of: ({ _id, boxOfficeId, workflowId, orderId }, { id, status, reason, at }) => ({
    key: _id,
    value: JSON.stringify(
      factEvent({
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

/** In a query for `readyAt`: the delivery has no outcome yet. Worded as the indices of open ones are, which are of no use to a query that does not say it. */
export const isOpen = { $gte: new Date(0) };
export const isReady = (now: Date) => ({ ...isOpen, $lte: now });

/** The same in a query for `status`, for the indices that hold that. */
export const isUnsettled = { $in: ['PENDING', 'WAITING'] satisfies DeliveryStatus[] };

/** The open ones as the index of reasons holds them, each reason in the order of time: so the oldest is found without the settled ones being read. */
export const openOf = (boxOfficeId: string): object =>
  byIndex({ boxOfficeId, status: isUnsettled }, { reason: { $in: [null, ...waitingFor] } });
const waitsFor = (reason: WaitingFor, boxOfficeId: string | object): object =>
  byIndex({ reason, readyAt: isOpen }, { boxOfficeId });

/** All that a delivery holds but its id. */
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
} satisfies Record<Exclude<keyof NewDelivery, '_id'>, 1>;

/** A delivery as long as nobody else has changed it, or has seen another state of its order. */
const asKnown = ({ _id, version, orderRevision }: Delivery) => ({ _id, version, orderRevision });

/** Deliveries: the durable queue and the history in one. */
export const createDeliveryStore = (mongo: Connection) => {
  const deliveries = mongo.collection<NewDelivery>('deliveries');
  const some = (filter: object) => deliveries.find(filter as never, { projection: { outbox: 0 } });
  return {
    collection: deliveries,
    init: async (): Promise<void> => {
      const open = { partialFilterExpression: { readyAt: isOpen } };
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
      const found = await inParts(ids, async (part) => (await some({ _id: { $in: part } }).toArray()) as Delivery[]);
      // Of removed ones only the id is left.
      return found.filter(({ orderKey }) => orderKey !== undefined);
    },
    /** Inserts those that are not there yet, `atOnce` with a command; answers the ids of the others. */
    insert: (fresh: readonly NewDelivery[], atOnce?: number): Promise<string[]> => insertNew(deliveries, fresh, atOnce),
    /** Puts a delivery back to work because its order changed; false when it was changed by somebody else meanwhile. */
    reopen: async (known: Delivery, fresh: NewDelivery): Promise<boolean> => {
      const {
        _id: _i,
        createdAt: _c,
        outbox,
        attempts: _a,
        version: _v,
        fence: _f,
        counted: _k,
        added: _g,
        // What is under way for the contact stays known: it is waited for.
        activityIds: _r,
        // What a backfill may not do, a later change of the order may not either.
        backfillId: _b,
        ...fields
      } = fresh;
      // It may be taken between its reading and this: then it is read again.
      const holds = fresh.uncertain ? asKnown(known) : { ...asKnown(known), ...untouched };
      const { matchedCount } = await deliveries.updateOne(holds, {
        // What was given to another buyer says nothing of this one.
        $set: {
          ...fields,
          ...(fields.emailHash === known.emailHash ? {} : { added: null }),
          fence: known.fence + 1,
        },
        $inc: { version: 1 },
        $push: { outbox: { $each: outbox } },
      });
      return matchedCount === 1;
    },
    /** Notes that the order's present state was seen and changes nothing, so that the same event again does not either; false when the delivery was changed by somebody else meanwhile. */
    noteRevision: async (known: Delivery, orderRevision: string): Promise<boolean> =>
      (await deliveries.updateOne(asKnown(known), { $set: { orderRevision } })).matchedCount === 1,
    ...deliveryQueue(deliveries),
    find: async (filter: object, sort: 1 | -1, limit: number): Promise<Delivery[]> =>
      await some(filter).sort({ createdAt: sort, _id: sort }).limit(limit).toArray(),
    /** Whether a backfill has any without an outcome. */
    anyOpen: async (backfillId: string): Promise<boolean> =>
      (await deliveries.findOne({ backfillId, status: isUnsettled } as never, { projection: { _id: 1 } })) !== null,
    /**
     * Removes those of these that have ended, are published and are counted; gives how many. Their ids stay: whoever read the order before it expired, and writes its delivery only now, finds that it was made.
     */
    removeFinal: async (ids: readonly string[]): Promise<number> =>
      (
        await inParts(ids, async (part) => [
          await deliveries.updateMany({ _id: { $in: part }, readyAt: null, uncounted: null, outbox: [] } as object, {
            $unset: everyField,
          }),
        ])
      ).reduce((sum, { modifiedCount }) => sum + modifiedCount, 0),
    /** How many there are; of more than `most`, so many. */
    count: (filter: object, most?: number): Promise<number> =>
      deliveries.countDocuments(filter, most === undefined ? {} : { limit: most }),
    /** Whether any of a box office waits for the calls of another day. */
    anyOutOfQuota: async (boxOfficeId: string): Promise<boolean> =>
      (await deliveries.findOne(waitsFor('QUOTA_EXCEEDED', boxOfficeId) as never, { projection: { _id: 1 } })) !== null,
    /** The next box office, by its id, of which any wait for this. */
    nextThatWaits: async (reason: WaitingFor, after: string): Promise<string | undefined> => {
      const [next] = await deliveries
        .find(waitsFor(reason, { $gt: after }) as never, { projection: { boxOfficeId: 1 } })
        .sort({ boxOfficeId: 1 })
        .limit(1)
        .toArray();
      return next?.boxOfficeId;
    },
    /** When the first of those of a box office that wait for this goes on at the latest. */
    nextWaiting: async (boxOfficeId: string, reason: WaitingFor): Promise<Date | null> => {
      const [first] = await deliveries
        .find({ reason, boxOfficeId, readyAt: isOpen } as never, { projection: { readyAt: 1 } })
        .sort({ readyAt: 1 })
        .limit(1)
        .toArray();
      return first?.readyAt ?? null;
    },
    oldestOpen: async (boxOfficeId: string): Promise<Date | null> => {
      const [first] = await deliveries
        .find(openOf(boxOfficeId) as never, { projection: { createdAt: 1 } })
        .sort({ createdAt: 1 })
        .limit(1)
        .toArray();
      return first?.createdAt ?? null;
    },
  };
};

export type DeliveryStore = ReturnType<typeof createDeliveryStore>;
