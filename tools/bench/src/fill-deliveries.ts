import { eventually } from '@boxlist/testkit';
import type { Round } from './world';

const part = 5_000;

/** A database that already holds deliveries of one workflow, with the box office that owns them. */
export interface Filled {
  readonly office: Awaited<ReturnType<Round['office']>>;
  readonly workflowId: string;
  readonly sync: Awaited<ReturnType<Round['startSync']>>;
  /** The duration of the insertion. */
  readonly seconds: number;
}

/**
 * Starts sync with `size` settled deliveries in its database. One real delivery is the pattern of the others, which
 * differ only in ids and times. They are inserted in bulk, bypassing sync, and added to the workflow's counter as the
 * pattern was.
 */
export const fillDeliveries = async (round: Round, listId: string, size: number): Promise<Filled> => {
  const office = await round.office();
  const workflowId = await office.workflow({ lists: { fixed: [listId], perEvent: false } });
  const sync = await round.startSync();
  await round.produce([round.order(office.boxOfficeId, 0, `${round.prefix}.0@example.com`)]);
  await round.settled(1);
  const deliveries = round.mongo.collection('deliveries');
  const deliveryCounts = round.mongo.collection<{ _id: string }>('delivery_counts');
  // The pattern must be counted already. Otherwise sync would fold a million changes into the counter.
  const pattern = await eventually(async () => {
    const counted = await deliveries.findOne({ uncounted: null, 'counted.revision': { $gt: 0 } });
    const workflowCounts = await deliveryCounts.findOne({ _id: workflowId, batch: [] } as object);
    if (!counted || !workflowCounts) throw new Error('The pattern is not counted yet');
    return counted;
  });
  const begun = performance.now();
  for (let start = 1; start < size; start += part) {
    await deliveries.insertMany(
      Array.from({ length: Math.min(part, size - start) }, (_, index) => ({
        ...pattern,
        _id: `dlv_${round.prefix}_${start + index}`,
        orderId: `or_${start + index}`,
        emailHash: `${round.prefix}${start + index}`,
        createdAt: new Date(Date.now() - (size - start - index) * 1_000),
        outbox: [],
      })) as never[],
      { ordered: false },
    );
    if (start % 100_000 < part) console.log(`  ${start.toLocaleString('en')} deliveries inserted`);
  }
  const seconds = (performance.now() - begun) / 1_000;
  await deliveryCounts.updateOne(
    { _id: workflowId },
    { $set: { counts: { 'SYNCED SYNCED': size } }, $inc: { revision: 1 } },
  );
  return { office, workflowId, sync, seconds };
};
