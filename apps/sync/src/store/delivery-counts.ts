import type { Connection } from 'mongoose';
import { bucketOf, rowsOf } from '../domain/delivery-counts';
import type { FailureWindow } from '../domain/failure-window';
import { createCountFolding } from './count-folding';
import { inBatches } from './in-batches';

/**
 * Counts each workflow's deliveries by status and reason. Reading the counters costs the same however many deliveries
 * there are. A delivery that changes sets `uncounted`. Folding adds the changes in batches, and each batch is stored in
 * the same document as the counters. So each batch is counted exactly once, even after a crash at any moment, and any
 * number of processes may fold.
 */
export const createDeliveryCountStore = (mongo: Connection) => {
  const { deliveryCounts, deliveries, read, fold, foldEach } = createCountFolding(mongo);
  return {
    init: async (): Promise<void> => {
      await deliveries.createIndex(
        { workflowId: 1, uncounted: 1 },
        { name: 'uncounted', partialFilterExpression: { uncounted: true } },
      );
      await deliveryCounts.createIndex({ unreported: 1 }, { partialFilterExpression: { unreported: true } });
    },
    /** Counts the changed deliveries of all workflows. */
    foldAll: (goesOn: () => boolean): Promise<void> => foldEach(goesOn),
    /** The last outcomes of a workflow, as counted so far. */
    failureWindow: async (workflowId: string): Promise<FailureWindow> => (await read(workflowId)).failures ?? '',
    /**
     * The workflows whose share of failures has moved to another band since their notices were last settled, each with
     * the revision of its counters.
     */
    unreported: async function* (): AsyncGenerator<{ workflowId: string; revision: number }> {
      for await (const { _id, revision } of deliveryCounts.find({ unreported: true }, { projection: { revision: 1 } }))
        yield { workflowId: _id, revision };
    },
    /** Records that the notices are settled. A band that changed after `revision` stays marked. */
    reported: async (workflowId: string, revision: number): Promise<void> => {
      await deliveryCounts.updateOne({ _id: workflowId, revision }, { $unset: { unreported: 1 } });
    },
    /** Whether a backfill has open deliveries, as counted so far. */
    anyOpen: async (workflowId: string, backfillId: string): Promise<boolean> =>
      ((await read(workflowId)).counts[bucketOf({ status: 'PENDING', reason: null, backfillId })] ?? 0) > 0,
    /**
     * The number of a workflow's deliveries by status and reason, with all changes up to the call. With `backfillId`,
     * only the deliveries of that backfill.
     */
    of: async (workflowId: string, backfillId?: string) => {
      await fold(workflowId, () => true);
      return rowsOf([await read(workflowId)], backfillId);
    },
    /** Records that some deliveries of these workflows are about to be removed. They stay in the counts. */
    recordExpired: async (workflowIds: readonly string[]): Promise<void> => {
      await deliveryCounts.updateMany(
        { _id: { $in: workflowIds }, hasExpired: null },
        {
          $set: { hasExpired: true },
        },
      );
    },
    /**
     * Like `of`, for several workflows together. `haveExpired` says whether some of the counted deliveries were removed
     * later.
     */
    ofAll: async (workflowIds: readonly string[]) => {
      const known = await inBatches(workflowIds, async (part) => {
        await foldEach(() => true, { $in: part });
        return deliveryCounts.find({ _id: { $in: part } }, { projection: { counts: 1, hasExpired: 1 } }).toArray();
      });
      return { rows: rowsOf(known), haveExpired: known.some(({ hasExpired }) => hasExpired) };
    },
  };
};
