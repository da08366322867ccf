import { newId } from '@boxlist/contracts';
import type { OutboxEntry } from '@boxlist/event-bus';
import { createReservations, type Audited } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import type { DeliveryChoice } from '../domain/delivery-choice';
import { changeKnown } from './change-known';
import type { Place, Taken } from './delivery-retries';

export type RetryStatus = 'RUNNING' | 'DONE' | 'CANCELLED';

/** An organiser's request to requeue deliveries, with its progress. */
export interface Retry extends Audited {
  readonly _id: string;
  readonly boxOfficeId: string;
  readonly status: RetryStatus;
  /** The filter for the deliveries; empty once nothing is left to do. */
  readonly wanted: DeliveryChoice;
  /** The number of matching deliveries at the time of the request. */
  readonly matched: number;
  /** The number of deliveries requeued so far, without those in `taking`. */
  readonly requeued: number;
  /** The deliveries being requeued now. After a crash the next process starts with these. */
  readonly taking: readonly Taken[];
  /** The position after which the rest begins, newest first; null at the start. */
  readonly place: Place | null;
  /** Whether work is left. A cancelled retry stays open until the deliveries in `taking` are requeued. */
  readonly open: boolean;
  readonly createdAt: Date;
  readonly version: number;
}

/** The fields that a finished retry clears. */
const over = { open: false, wanted: {}, taking: [] } as const;

/**
 * Retries, each with the deliveries that it is requeueing. So each delivery is requeued once, even after a crash at any
 * moment.
 */
export const createRetryStore = (mongo: Connection) => {
  const retries = mongo.collection<Retry>('retries');
  const reservations = createReservations(mongo, 'retry_reservations');
  const change = changeKnown<Retry>(retries);
  return {
    collection: retries,
    init: async (): Promise<void> => {
      await retries.createIndex({ boxOfficeId: 1, createdAt: -1 });
      await retries.createIndex({ createdAt: 1 }, { name: 'open', partialFilterExpression: { open: true } });
    },
    /** Undefined if the box office already has `limit` open retries. */
    start: async (
      given: Pick<Retry, 'boxOfficeId' | 'wanted' | 'matched'>,
      limit: number,
      now: Date,
      auditOf: (started: Retry) => OutboxEntry,
    ): Promise<Retry | undefined> => {
      const retry: Retry = {
        ...given,
        _id: newId('retry'),
        status: 'RUNNING',
        requeued: 0,
        taking: [],
        place: null,
        open: true,
        createdAt: now,
        version: 1,
      };
      const answer = await reservations.reserve({
        owner: given.boxOfficeId,
        id: retry._id,
        limit,
        counts: async (ids) => {
          const found = await retries.find({ _id: { $in: [...ids] } }, { projection: { open: 1 } }).toArray();
          return new Map(found.map((each) => [each._id, each.open]));
        },
        now,
      });
      if (answer !== 'RESERVED') return undefined;
      await retries.insertOne({ ...retry, auditOutbox: [auditOf(retry)] });
      return retry;
    },
    byId: (id: string): Promise<Retry | null> => retries.findOne({ _id: id }),
    /** The newest retries first, at most 100. */
    ofBoxOffice: (boxOfficeId: string): Promise<Retry[]> =>
      retries.find({ boxOfficeId }).sort({ createdAt: -1 }).limit(100).toArray(),
    /** The retries with work left, oldest first. */
    open: (): Promise<Retry[]> => retries.find({ open: true }).sort({ createdAt: 1 }).limit(100).toArray(),
    /** Returns undefined when another process changed the retry in the meantime. */
    change,
    /** Ends a retry that finds no more deliveries. */
    end: (known: Retry): Promise<Retry | undefined> => change(known, { ...over, status: 'DONE' }),
    /** Cancels a retry. Deliveries in `taking` are still requeued, no others. */
    cancel: (known: Retry, audit: OutboxEntry): Promise<Retry | undefined> =>
      change(known, { ...(known.taking.length > 0 ? {} : over), status: 'CANCELLED' }, audit),
    /** Records that this retry has requeued `count` of the deliveries in `taking`. */
    countRequeued: (known: Retry, count: number): Promise<Retry | undefined> =>
      change(known, {
        ...(known.status === 'RUNNING' ? { taking: [] } : over),
        requeued: known.requeued + count,
      }),
    /** Ends the retries that search by the address of an erased buyer, because they can find nothing any more. */
    forgetBuyer: async (boxOfficeId: string, emailHash: string): Promise<void> => {
      await retries.updateMany(
        { open: true, boxOfficeId, 'wanted.emailHash': emailHash },
        {
          $set: { ...over, status: 'DONE' },
          $inc: { version: 1 },
        },
      );
    },
  };
};
