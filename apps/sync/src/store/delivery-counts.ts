import type { Connection } from 'mongoose';
import { bucketOf, rowsOf } from '../domain/delivery-counts';
import type { FailureWindow } from '../domain/failure-window';
import { createCountFolding } from './count-folding';
import { inBatches } from './in-batches';

/**
 * How the deliveries of each workflow stand, as numbers that cost the same to read however many deliveries there are. A
 * delivery that changes says so by `uncounted`; the changes are folded into the tally in batches that stand in the
 * tally's own document, so that a batch is counted exactly once, whoever is killed when. Any number of processes may
 * fold.
 */
export const createDeliveryCountStore = (mongo: Connection) => {
  const { deliveryCounts, deliveries, read, fold, foldEach } = createCountFolding(mongo);
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
