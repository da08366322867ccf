import { isDuplicateKey } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import { afterOutcomes, bandOf, type FailureWindow } from '../domain/failure-window';
import type { NewDelivery } from '../domain/new-delivery';
import type { DeliveryStatus } from '../domain/reasons';
import { inBatches, writeAlike } from './in-batches';

/** One delivery of a batch that is being counted. */
interface Counted {
  readonly id: string;
  readonly version: number;
  /** Revision of the tally that counted it last; 0 for none. */
  readonly since: number;
  readonly bucket: string;
}

interface DeliveryCountDocument {
  _id: string;
  revision: number;
  /** How many deliveries are in each bucket. */
  counts: Record<string, number>;
  /** Counted above, and perhaps not all marked as such yet. */
  batch: Counted[];
  /** Whether some that are counted above were removed since, because history expires. */
  hasExpired?: true | null;
  /** What was counted last of those that failed or were synchronised. */
  failures?: FailureWindow;
  /** How much fails has come to another band since notices were told. */
  untold?: true;
}

/** How many deliveries of one status and reason there are; the open ones are one row. */
interface CountRow {
  readonly status: 'OPEN' | DeliveryStatus;
  readonly reason: string;
  readonly count: number;
}

const batchSize = 5_000;

type Changed = Pick<NewDelivery, '_id' | 'version' | 'status' | 'reason' | 'counted' | 'backfillId' | 'settledAt'>;

/** Open ones are one bucket, so that waiting and working again moves nothing; those of a backfill are apart. */
const bucketOf = ({ status, reason, backfillId }: Pick<Changed, 'status' | 'reason' | 'backfillId'>): string => {
  const open = status === 'PENDING' || status === 'WAITING';
  return [open ? 'OPEN' : status, open ? '' : (reason ?? ''), ...(backfillId ? [backfillId] : [])].join(' ');
};

/** The outcomes among them that tell whether a workflow works, oldest first. A skip says nothing of that. */
const outcomesAmong = (changed: readonly Changed[]): ('SYNCED' | 'FAILED')[] =>
  [...changed]
    .sort((a, b) => (a.settledAt?.getTime() ?? 0) - (b.settledAt?.getTime() ?? 0))
    .flatMap(({ status }) => (status === 'SYNCED' || status === 'FAILED' ? [status] : []));

/**
 * How the deliveries of each workflow stand, as numbers that cost the same to read however many deliveries there are. A
 * delivery that changes says so by `uncounted`; the changes are folded into the tally in batches that stand in the
 * tally's own document, so that a batch is counted exactly once, whoever is killed when. Any number of processes may
 * fold.
 */
export const createDeliveryCountStore = (mongo: Connection) => {
  const deliveryCounts = mongo.collection<DeliveryCountDocument>('delivery_counts');
  const deliveries = mongo.collection<NewDelivery>('deliveries');

  const read = async (workflowId: string): Promise<DeliveryCountDocument> =>
    (await deliveryCounts.findOne({ _id: workflowId })) ?? { _id: workflowId, revision: 0, counts: {}, batch: [] };

  const swap = async (
    known: DeliveryCountDocument,
    next: Pick<DeliveryCountDocument, 'counts' | 'batch' | 'failures' | 'untold'>,
  ): Promise<boolean> => {
    try {
      const { matchedCount, upsertedCount } = await deliveryCounts.updateOne(
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

  /**
   * Marks the deliveries of a batch as counted. Said again it changes nothing: each mark names the one that it
   * replaces.
   */
  const mark = async ({ revision, batch }: DeliveryCountDocument): Promise<void> => {
    const counted = ({ bucket }: Counted) => ({ counted: { bucket, revision } });
    const before = ({ since }: Counted) => (since === 0 ? { counted: null } : { 'counted.revision': since });
    const write = (writes: Parameters<typeof writeAlike<NewDelivery>>[1]) => writeAlike(deliveries, writes);
    const matched = await write(
      batch.map((each) => ({
        id: each.id,
        holds: { version: each.version, ...before(each) },
        update: { $set: counted(each), $unset: { uncounted: 1 } },
      })),
    );
    if (matched === batch.length) return;
    // Some have changed since, and are to be counted once more; or this was begun before.
    await write(batch.map((each) => ({ id: each.id, holds: before(each), update: { $set: counted(each) } })));
    await write(
      batch.map(({ id, version }) => ({
        id,
        holds: { version, 'counted.revision': revision },
        update: { $unset: { uncounted: 1 } },
      })),
    );
  };

  /** Counts a batch on top of the tally as it is known; undefined when another process counted meanwhile. */
  const count = async (
    workflowCounts: DeliveryCountDocument,
    changed: readonly Changed[],
  ): Promise<DeliveryCountDocument | undefined> => {
    const counts = { ...workflowCounts.counts };
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
    const before = workflowCounts.failures ?? '';
    const failures = afterOutcomes(before, outcomesAmong(changed));
    const news = bandOf(failures) === bandOf(before) ? {} : { untold: true as const };
    if (!(await swap(workflowCounts, { counts, batch, failures, ...news }))) return undefined;
    const counted = { ...workflowCounts, revision: workflowCounts.revision + 1, counts, batch, failures };
    await mark(counted);
    return (await swap(counted, { counts, batch: [] }))
      ? { ...counted, revision: counted.revision + 1, batch: [] }
      : undefined;
  };

  /**
   * Counts what has changed of one workflow. The tally is known before the first delivery is read: what another counts
   * in between makes this stop.
   */
  const fold = async (workflowId: string, goesOn: () => boolean): Promise<void> => {
    let workflowCounts: DeliveryCountDocument | undefined = await read(workflowId);
    if (workflowCounts.batch.length > 0) {
      await mark(workflowCounts);
      if (!(await swap(workflowCounts, { counts: workflowCounts.counts, batch: [] }))) return;
      workflowCounts = { ...workflowCounts, revision: workflowCounts.revision + 1, batch: [] };
    }
    const seen = new Set<string>();
    let changed: Changed[] = [];
    for await (const delivery of deliveries.find(
      { workflowId, uncounted: true },
      {
        projection: { version: 1, status: 1, reason: 1, counted: 1, backfillId: 1, settledAt: 1 },
        batchSize,
      },
    )) {
      if (seen.has(delivery._id)) continue;
      seen.add(delivery._id);
      changed.push(delivery);
      if (changed.length < batchSize) continue;
      workflowCounts = await count(workflowCounts, changed);
      if (!workflowCounts || !goesOn()) return;
      changed = [];
    }
    if (changed.length > 0) await count(workflowCounts, changed);
  };

  /** Counts what has changed, of all workflows or of some. */
  const foldEach = async (goesOn: () => boolean, among: object = {}): Promise<void> => {
    for (let after = ''; goesOn();) {
      const [next] = await deliveries
        .find({ uncounted: true, workflowId: { ...among, $gt: after } }, { projection: { workflowId: 1 } })
        .sort({ workflowId: 1 })
        .limit(1)
        .toArray();
      if (!next) return;
      await fold(next.workflowId, goesOn);
      after = next.workflowId;
    }
  };

  /** What tallies say by status and reason; only of a backfill where one is named. */
  const rowsOf = (known: readonly Pick<DeliveryCountDocument, 'counts'>[], backfillId?: string): CountRow[] => {
    const rows = new Map<string, CountRow>();
    for (const [bucket, count] of known.flatMap(({ counts }) => Object.entries(counts))) {
      const [status = 'OPEN', reason = '', backfill = ''] = bucket.split(' ');
      if (backfillId !== undefined && backfill !== backfillId) continue;
      const before = rows.get(`${status} ${reason}`)?.count ?? 0;
      rows.set(`${status} ${reason}`, { status: status as CountRow['status'], reason, count: before + count });
    }
    return [...rows.values()].filter(({ count }) => count > 0);
  };

  return {
    init: async (): Promise<void> => {
      await deliveries.createIndex(
        { workflowId: 1, uncounted: 1 },
        { name: 'uncounted', partialFilterExpression: { uncounted: true } },
      );
      await deliveryCounts.createIndex({ untold: 1 }, { partialFilterExpression: { untold: true } });
    },
    /** Counts what has changed anywhere. */
    foldAll: (goesOn: () => boolean): Promise<void> => foldEach(goesOn),
    /** The last outcomes of a workflow, as counted so far. */
    failureWindow: async (workflowId: string): Promise<FailureWindow> => (await read(workflowId)).failures ?? '',
    /** Workflows of which more or fewer fail than was told, with the revision by which that is known. */
    untold: async function* (): AsyncGenerator<{ workflowId: string; revision: number }> {
      for await (const { _id, revision } of deliveryCounts.find({ untold: true }, { projection: { revision: 1 } }))
        yield { workflowId: _id, revision };
    },
    /** Told; what was counted since is told again. */
    told: async (workflowId: string, revision: number): Promise<void> => {
      await deliveryCounts.updateOne({ _id: workflowId, revision }, { $unset: { untold: 1 } });
    },
    /** Whether any of a backfill are open, by what has been counted so far. */
    anyOpen: async (workflowId: string, backfillId: string): Promise<boolean> =>
      ((await read(workflowId)).counts[bucketOf({ status: 'PENDING', reason: null, backfillId })] ?? 0) > 0,
    /**
     * How many deliveries of a workflow there are by status and reason, with all changes up to the call; only those of
     * a backfill where one is named.
     */
    of: async (workflowId: string, backfillId?: string) => {
      await fold(workflowId, () => true);
      return rowsOf([await read(workflowId)], backfillId);
    },
    /** Notes that some of these workflows' deliveries are about to be removed. They stay counted. */
    noteExpired: async (workflowIds: readonly string[]): Promise<void> => {
      await deliveryCounts.updateMany(
        { _id: { $in: workflowIds }, hasExpired: null },
        {
          $set: { hasExpired: true },
        },
      );
    },
    /** The same of several workflows together, and whether some of those counted were removed since. */
    ofAll: async (workflowIds: readonly string[]) => {
      const known = await inBatches(workflowIds, async (part) => {
        await foldEach(() => true, { $in: part });
        return deliveryCounts.find({ _id: { $in: part } }, { projection: { counts: 1, hasExpired: 1 } }).toArray();
      });
      return { rows: rowsOf(known), haveExpired: known.some(({ hasExpired }) => hasExpired) };
    },
  };
};

export type DeliveryCountStore = ReturnType<typeof createDeliveryCountStore>;
