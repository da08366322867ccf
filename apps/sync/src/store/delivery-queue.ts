import type { Collection } from 'mongoose';
import { type OpenDelivery, type Queue, queues, type Result } from '../domain/delivery';
import { type DeliveryDocument, openAmong } from './delivery-document';
import { byIndex } from './narrow-reads';
import { changedAtOnce, inBatches, writeAlike } from './in-batches';
import { isSet, isReady } from './open-deliveries';
import { updateOf } from './result-update';

type Deliveries = Collection<DeliveryDocument>;

/** The fence of a connection lease that this process holds. */
export interface Fence {
  readonly connectionId: string;
  readonly fence: number;
}

/** The number of documents per batch of a long answer, so that reading never blocks the process for long. */
const batchSize = 1_000;
const whole = { projection: { outbox: 0 }, batchSize };
/** The fields of a ready delivery that decide whether it is claimed. */
const takenBy = { projection: { emailHash: 1, claimed: 1 }, batchSize };

/** Up to this many e-mail hashes are excluded by the query; beyond that, results are filtered here. */
const mostNamed = 500;

/** The durable queue: claims deliveries and saves the results. */
export const createDeliveryQueue = (deliveries: Deliveries) => ({
  /**
   * Writes the new fence into the deliveries that the last lease holder claimed and did not save. Late writes of the
   * old holder then change nothing.
   */
  takeOver: async ({ connectionId, fence }: Fence): Promise<void> => {
    for (const queue of queues)
      await deliveries.updateMany(
        byIndex<DeliveryDocument>({ connectionId, queue, readyAt: isSet }, { claimed: true, fence: { $lt: fence } }),
        { $set: { fence } },
      );
  },
  /**
   * Claims ready deliveries of a queue, oldest first, with the fence of the lease. It claims in batches and stops when
   * `goesOn` returns false. Buyers in `busy` are left out.
   */
  claim: (
    lease: Fence,
    queue: Queue,
    busy: ReadonlySet<string>,
    now: Date,
    limit: number,
    goesOn: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<OpenDelivery[]> => claim(deliveries, lease, queue, busy, now, limit, goesOn),
  /**
   * Saves results and returns those that were written. The others were changed in the meantime, or another process
   * holds the connection lease now.
   */
  save: (results: readonly Result[], now: Date): Promise<Result[]> => save(deliveries, results, now),
  /** For the ready deliveries of a queue: since when the oldest waits, and whether there are at least `many`. */
  batched: async (connectionId: string, queue: Queue, now: Date, many: number) => {
    const filter = { connectionId, queue, readyAt: isReady(now) };
    const [first] = await deliveries.find(filter, whole).sort({ readyAt: 1 }).limit(1).toArray();
    if (!first?.readyAt) return undefined;
    const count = await deliveries.countDocuments(filter, { limit: many });
    return { since: first.readyAt, isMany: count >= many };
  },
  nextReadyAt: async (connectionId: string, among: readonly Queue[] = queues): Promise<Date | null> => {
    let soonest: Date | null = null;
    for (const queue of among) {
      const [first] = await deliveries
        .find({ connectionId, queue, readyAt: isSet }, { projection: { readyAt: 1 } })
        .sort({ readyAt: 1 })
        .limit(1)
        .toArray();
      if (first?.readyAt && (soonest === null || first.readyAt < soonest)) soonest = first.readyAt;
    }
    return soonest;
  },
});

const claim = async (
  deliveries: Deliveries,
  { connectionId, fence }: Fence,
  queue: Queue,
  busy: ReadonlySet<string>,
  now: Date,
  limit: number,
  goesOn: () => Promise<boolean>,
): Promise<OpenDelivery[]> => {
  const isFew = busy.size > 0 && busy.size <= mostNamed;
  const wanted = byIndex<DeliveryDocument>(
    { connectionId, queue, readyAt: isReady(now) },
    isFew ? { emailHash: { $nin: [...busy] } } : {},
  );
  const found = await deliveries
    .find<Pick<DeliveryDocument, '_id' | 'emailHash' | 'claimed'>>(wanted, takenBy)
    // Keeps deliveries of one buyer together, so that they share calls.
    .sort({ readyAt: 1, emailHash: 1 })
    .limit(limit)
    .toArray();
  const ready = found.filter(({ emailHash }) => emailHash === null || !busy.has(emailHash));
  if (ready.length === 0) return [];
  const wasClaimed = new Map(ready.map(({ _id, claimed }) => [_id, claimed]));
  const claimPart = async (part: string[]): Promise<OpenDelivery[]> => {
    if (!(await goesOn())) return [];
    const claimable = { _id: { $in: part }, readyAt: isReady(now) };
    await deliveries.updateMany({ ...claimable, fence: { $lte: fence } }, { $set: { fence, claimed: true } });
    return openAmong(await deliveries.find({ ...claimable, fence }, whole).toArray());
  };
  const ours = await inBatches([...wasClaimed.keys()], claimPart, changedAtOnce);
  // An earlier holder claimed it and stopped before it saved a result.
  return ours.map((each) => (wasClaimed.get(each._id) ? { ...each, uncertain: true } : each));
};

const save = async (deliveries: Deliveries, results: readonly Result[], now: Date): Promise<Result[]> => {
  if (results.length === 0) return [];
  const matched = await writeAlike(
    deliveries,
    results.map((result) => ({
      id: result.delivery._id,
      onlyIf: { fence: result.delivery.fence, version: result.delivery.version, readyAt: isSet },
      update: updateOf(result, now),
    })),
  );
  if (matched === results.length) return [...results];
  await recordActivities(deliveries, results);
  const settled = results.filter(({ to }) => 'outcome' in to).map(({ delivery }) => delivery._id);
  const known = new Map(
    (await inBatches(settled, (part) => deliveries.find({ _id: { $in: part } }, whole).toArray())).map(
      ({ _id, version }) => [_id, version],
    ),
  );
  return results.filter(({ delivery, to }) => 'next' in to || known.get(delivery._id) === delivery.version + 1);
};

/**
 * Records activities also with deliveries that changed in the meantime, because they run for the same contacts. A
 * delivery that another holder has claimed since is left alone.
 */
const recordActivities = async (deliveries: Deliveries, results: readonly Result[]): Promise<void> => {
  const begun = results.flatMap(({ delivery: { _id, version }, to }) =>
    'next' in to && to.next.activities ? [{ id: _id, version, activityIds: to.next.activities.ids }] : [],
  );
  await writeAlike(
    deliveries,
    begun.map(({ id, version, activityIds }) => ({
      id,
      onlyIf: { version: { $gt: version } },
      update: { $addToSet: { activityIds: { $each: [...activityIds] } } },
    })),
  );
};
