import { isDuplicateKey } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import type { DeliveryStatus, ReasonCode } from '../domain/reasons';
import type { NewDelivery } from './deliveries';

/** One delivery of a batch that is being counted. */
interface Counted {
  readonly id: string;
  readonly version: number;
  /** Revision of the tally that counted it last; 0 for none. */
  readonly since: number;
  readonly bucket: string;
}

interface TallyDocument {
  _id: string;
  revision: number;
  /** How many deliveries are in each bucket. */
  counts: Record<string, number>;
  /** Counted above, and perhaps not all marked as such yet. */
  batch: Counted[];
}

const batchSize = 1_000;
const pollMs = 1_000;

/** Open ones are one bucket, so that waiting and working again moves nothing. */
const bucketOf = ({ status, reason }: { status: DeliveryStatus; reason: ReasonCode | null }): string =>
  status === 'PENDING' || status === 'WAITING' ? 'OPEN' : `${status} ${reason ?? ''}`;

/**
 * How the deliveries of each workflow stand, as numbers that cost the same to read however many deliveries there are. A delivery that changes says so by `uncounted`; the changes are
 * folded into the tally in batches that stand in the tally's own document, so that a batch is counted exactly once, whoever is killed when. Any number of processes may fold.
 */
export const createTallyStore = (mongo: Connection) => {
  const tallies = mongo.collection<TallyDocument>('tallies');
  const deliveries = mongo.collection<NewDelivery>('deliveries');

  const read = async (workflowId: string): Promise<TallyDocument> =>
    (await tallies.findOne({ _id: workflowId })) ?? { _id: workflowId, revision: 0, counts: {}, batch: [] };

  const swap = async (known: TallyDocument, next: Pick<TallyDocument, 'counts' | 'batch'>): Promise<boolean> => {
    try {
      const { matchedCount, upsertedCount } = await tallies.updateOne(
        { _id: known._id, revision: known.revision },
        { $set: { ...next, revision: known.revision + 1 } },
        { upsert: known.revision === 0 },
      );
      return matchedCount + upsertedCount === 1;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };

  /** Marks the deliveries of a batch as counted. Said again it changes nothing: each mark names the one that it replaces. */
  const mark = async ({ revision, batch }: TallyDocument): Promise<void> => {
    await deliveries.bulkWrite(
      batch.flatMap(({ id, version, since, bucket }) => [
        {
          updateOne: {
            filter: since === 0 ? { _id: id, counted: null } : { _id: id, 'counted.revision': since },
            update: { $set: { counted: { bucket, revision } } },
          },
        },
        {
          updateOne: {
            filter: { _id: id, version, 'counted.revision': revision },
            update: { $unset: { uncounted: 1 } },
          },
        },
      ]) as never,
      { ordered: true },
    );
  };

  /** Counts one batch; false when there was nothing to count. */
  const fold = async (workflowId: string): Promise<boolean> => {
    const tally = await read(workflowId);
    if (tally.batch.length > 0) {
      await mark(tally);
      await swap(tally, { counts: tally.counts, batch: [] });
      return true;
    }
    const changed = await deliveries
      .find({ workflowId, uncounted: true } as object, { projection: { version: 1, status: 1, reason: 1, counted: 1 } })
      .limit(batchSize)
      .toArray();
    if (changed.length === 0) return false;
    const counts = { ...tally.counts };
    for (const delivery of changed) {
      const bucket = bucketOf(delivery);
      if (delivery.counted) counts[delivery.counted.bucket] = (counts[delivery.counted.bucket] ?? 0) - 1;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    const batch = changed.map((delivery) => ({
      id: delivery._id,
      version: delivery.version,
      since: delivery.counted?.revision ?? 0,
      bucket: bucketOf(delivery),
    }));
    if (await swap(tally, { counts, batch })) {
      const next = { ...tally, revision: tally.revision + 1, counts, batch };
      await mark(next);
      await swap(next, { counts, batch: [] });
    }
    return true;
  };

  return {
    /** Counts what has changed anywhere. */
    foldAll: async (goesOn: () => boolean): Promise<void> => {
      while (goesOn()) {
        const [next] = await deliveries
          .find({ uncounted: true } as object, { projection: { workflowId: 1 } })
          .limit(1)
          .toArray();
        if (!next || !(await fold(next.workflowId))) return;
      }
    },
    /** How many deliveries of a workflow there are by status and reason, with all changes up to the call. */
    of: async (workflowId: string) => {
      for (let batches = 0; batches < 20 && (await fold(workflowId)); batches += 1);
      const { counts } = await read(workflowId);
      return Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([bucket, count]) => {
          const [status = 'OPEN', reason = ''] = bucket.split(' ');
          return { status: status as 'OPEN' | DeliveryStatus, reason, count };
        });
    },
  };
};

export type TallyStore = ReturnType<typeof createTallyStore>;

/** Keeps the tallies fresh until closed. */
export const startTallies = (store: TallyStore, onFailure: (error: unknown) => void) => {
  let closed = false;
  let folding: Promise<void> | undefined;
  const timer = setInterval(() => {
    folding ??= store
      .foldAll(() => !closed)
      .catch(onFailure)
      .finally(() => (folding = undefined));
  }, pollMs);
  return {
    close: async (): Promise<void> => {
      closed = true;
      clearInterval(timer);
      await folding;
    },
  };
};
