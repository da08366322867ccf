import { newId } from '@boxlist/contracts';
import type { Connection } from 'mongoose';
import type { DeliveryChoice } from '../domain/delivery-choice';
import { changeKnown } from './change-known';
import type { Place, Taken } from './delivery-retries';

export type RetryStatus = 'RUNNING' | 'DONE' | 'CANCELLED';

/** Deliveries that somebody asked to be tried again, and how far that has come. */
export interface Retry {
  readonly _id: string;
  readonly boxOfficeId: string;
  readonly status: RetryStatus;
  /** Which deliveries; nothing is kept of it once nothing is left to do. */
  readonly wanted: DeliveryChoice;
  /** How many there were when it was asked for. */
  readonly matched: number;
  /** How many were put back to work so far, those in `taking` not counted. */
  readonly requeued: number;
  /** Being put back now: whoever goes on after a crash begins with these. */
  readonly taking: readonly Taken[];
  /** Where the others go on, newest first; null at the beginning. */
  readonly place: Place | null;
  /** Whether there is something left to do; of a cancelled one until what it was taking is put back. */
  readonly open: boolean;
  readonly createdAt: Date;
  readonly version: number;
}

/** What an ended retry forgets. */
const over = { open: false, wanted: {}, taking: [] } as const;

/**
 * Retries, each with the deliveries that it is putting back, so that every one is put back once, whoever is killed
 * when.
 */
export const createRetryStore = (mongo: Connection) => {
  const retries = mongo.collection<Retry>('retries');
  const change = changeKnown<Retry>(retries);
  return {
    init: async (): Promise<void> => {
      await retries.createIndex({ boxOfficeId: 1, createdAt: -1 });
      await retries.createIndex({ createdAt: 1 }, { name: 'open', partialFilterExpression: { open: true } });
    },
    start: async (given: Pick<Retry, 'boxOfficeId' | 'wanted' | 'matched'>, now: Date): Promise<Retry> => {
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
      await retries.insertOne(retry);
      return retry;
    },
    byId: (id: string): Promise<Retry | null> => retries.findOne({ _id: id }),
    /** The newest first, at most 100. */
    ofBoxOffice: (boxOfficeId: string): Promise<Retry[]> =>
      retries.find({ boxOfficeId }).sort({ createdAt: -1 }).limit(100).toArray(),
    /** Those that have something left to do, the oldest first. */
    open: (): Promise<Retry[]> => retries.find({ open: true }).sort({ createdAt: 1 }).limit(100).toArray(),
    /** Undefined when it was changed meanwhile. */
    change,
    /** Nothing is left that it could take. */
    end: (known: Retry): Promise<Retry | undefined> => change(known, { ...over, status: 'DONE' }),
    /** It takes no more; what it is taking comes to its end. */
    cancel: (known: Retry): Promise<Retry | undefined> =>
      change(known, { ...(known.taking.length > 0 ? {} : over), status: 'CANCELLED' }),
    /** What it was taking is put back, so many of it by this retry. */
    tookSome: (known: Retry, count: number): Promise<Retry | undefined> =>
      change(known, {
        ...(known.status === 'RUNNING' ? { taking: [] } : over),
        requeued: known.requeued + count,
      }),
    /**
     * Ends those that were asked for by the address of a buyer who is erased: there is nothing any more that they could
     * find.
     */
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
