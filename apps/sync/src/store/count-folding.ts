import { isDuplicateKey } from '@boxlist/service-kit';
import type { Collection, Connection } from 'mongoose';
import { afterOutcomes, bandOf, type FailureWindow } from '../domain/failure-window';
import { bucketOf } from '../domain/delivery-counts';
import type { DeliveryDocument } from './delivery-document';
import { writeAlike } from './in-batches';

/** One delivery of the batch that is being counted. */
interface Counted {
  readonly id: string;
  readonly version: number;
  /** Revision of the counters that counted it last; 0 when none has. */
  readonly since: number;
  readonly bucket: string;
}

/** The counters of one workflow's deliveries. */
export interface DeliveryCountDocument {
  _id: string;
  revision: number;
  /** The number of deliveries in each bucket. */
  counts: Record<string, number>;
  /** Deliveries that `counts` already includes, and that may not all be marked as counted yet. */
  batch: Counted[];
  /** Whether some deliveries in `counts` were removed later, because history expires. */
  hasExpired?: true | null;
  /** The last outcomes that were counted, without skips. */
  failures?: FailureWindow;
  /** Set when the share of failures has moved to another band and its notices have not been settled yet. */
  unreported?: true;
}

const batchSize = 5_000;

type Changed = Pick<DeliveryDocument, '_id' | 'version' | 'status' | 'reason' | 'counted' | 'backfillId' | 'settledAt'>;

/** The outcomes that show whether a workflow works, oldest first. Skips are left out, because they do not show it. */
const outcomesAmong = (changed: readonly Changed[]): ('SYNCED' | 'FAILED')[] =>
  [...changed]
    .sort((a, b) => (a.settledAt?.getTime() ?? 0) - (b.settledAt?.getTime() ?? 0))
    .flatMap(({ status }) => (status === 'SYNCED' || status === 'FAILED' ? [status] : []));

/** The counters, and the deliveries that they count. */
interface Counters {
  readonly deliveryCounts: Collection<DeliveryCountDocument>;
  readonly deliveries: Collection<DeliveryDocument>;
}

/** Adds changed deliveries to the counters of their workflows, each change exactly once. */
export const createCountFolding = (mongo: Connection) => {
  const counters: Counters = {
    deliveryCounts: mongo.collection<DeliveryCountDocument>('delivery_counts'),
    deliveries: mongo.collection<DeliveryDocument>('deliveries'),
  };
  return {
    ...counters,
    read: (workflowId: string): Promise<DeliveryCountDocument> => read(counters, workflowId),
    /** Counts the changed deliveries of one workflow. */
    fold: (workflowId: string, goesOn: () => boolean): Promise<void> => fold(counters, workflowId, goesOn),
    /** Counts the changed deliveries of all workflows, or of some. */
    foldEach: (goesOn: () => boolean, among: object = {}): Promise<void> => foldEach(counters, goesOn, among),
  };
};

const read = async ({ deliveryCounts }: Counters, workflowId: string): Promise<DeliveryCountDocument> =>
  (await deliveryCounts.findOne({ _id: workflowId })) ?? { _id: workflowId, revision: 0, counts: {}, batch: [] };

const swap = async (
  { deliveryCounts }: Counters,
  known: DeliveryCountDocument,
  next: Pick<DeliveryCountDocument, 'counts' | 'batch' | 'failures' | 'unreported'>,
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
 * Marks the deliveries of a batch as counted. Repeating it changes nothing, because each mark names the revision that
 * it replaces.
 */
const markCounted = async ({ deliveries }: Counters, { revision, batch }: DeliveryCountDocument): Promise<void> => {
  const counted = ({ bucket }: Counted) => ({ counted: { bucket, revision } });
  const before = ({ since }: Counted) => (since === 0 ? { counted: null } : { 'counted.revision': since });
  const write = (writes: Parameters<typeof writeAlike<DeliveryDocument>>[1]) => writeAlike(deliveries, writes);
  const matched = await write(
    batch.map((each) => ({
      id: each.id,
      onlyIf: { version: each.version, ...before(each) },
      update: { $set: counted(each), $unset: { uncounted: 1 } },
    })),
  );
  if (matched === batch.length) return;
  // Either some deliveries have changed in the meantime and must be counted again, or an earlier run marked part of
  // the batch.
  await write(batch.map((each) => ({ id: each.id, onlyIf: before(each), update: { $set: counted(each) } })));
  await write(
    batch.map(({ id, version }) => ({
      id,
      onlyIf: { version, 'counted.revision': revision },
      update: { $unset: { uncounted: 1 } },
    })),
  );
};

/** Adds a batch to the known counters. Returns undefined when another process counted in the meantime. */
const count = async (
  counters: Counters,
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
  const news = bandOf(failures) === bandOf(before) ? {} : { unreported: true as const };
  if (!(await swap(counters, workflowCounts, { counts, batch, failures, ...news }))) return undefined;
  const counted = { ...workflowCounts, revision: workflowCounts.revision + 1, counts, batch, failures };
  await markCounted(counters, counted);
  return (await swap(counters, counted, { counts, batch: [] }))
    ? { ...counted, revision: counted.revision + 1, batch: [] }
    : undefined;
};

/**
 * Counts the changed deliveries of one workflow. It reads the counters before the first delivery, so it stops when
 * another process counts in between.
 */
const fold = async (counters: Counters, workflowId: string, goesOn: () => boolean): Promise<void> => {
  let workflowCounts: DeliveryCountDocument | undefined = await read(counters, workflowId);
  if (workflowCounts.batch.length > 0) {
    await markCounted(counters, workflowCounts);
    if (!(await swap(counters, workflowCounts, { counts: workflowCounts.counts, batch: [] }))) return;
    workflowCounts = { ...workflowCounts, revision: workflowCounts.revision + 1, batch: [] };
  }
  const seen = new Set<string>();
  let changed: Changed[] = [];
  for await (const delivery of counters.deliveries.find(
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
    workflowCounts = await count(counters, workflowCounts, changed);
    if (!workflowCounts || !goesOn()) return;
    changed = [];
  }
  if (changed.length > 0) await count(counters, workflowCounts, changed);
};

const foldEach = async (counters: Counters, goesOn: () => boolean, among: object): Promise<void> => {
  for (let after = ''; goesOn();) {
    const [next] = await counters.deliveries
      .find({ uncounted: true, workflowId: { ...among, $gt: after } }, { projection: { workflowId: 1 } })
      .sort({ workflowId: 1 })
      .limit(1)
      .toArray();
    if (!next) return;
    await fold(counters, next.workflowId, goesOn);
    after = next.workflowId;
  }
};
