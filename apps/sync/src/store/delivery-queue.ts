import type { Collection, mongo } from 'mongoose';
import { type Delivery, type Queue, queues, type Result } from '../domain/delivery';
import { type NewDelivery, outcomeEntry } from '../domain/new-delivery';
import { withoutNotes } from '../domain/notes';
import { byIndex } from './narrow-reads';
import { changedAtOnce, inBatches, writeAlike } from './in-batches';
import { isOpen, isReady, mostAttempts } from './open-deliveries';

const updateOf = ({ delivery, attempts, to }: Result, now: Date): mongo.UpdateFilter<NewDelivery> =>
  'outcome' in to
    ? {
        $set: {
          status: to.outcome.status,
          reason: to.outcome.reason,
          readyAt: null,
          claimed: false,
          settledAt: now,
          uncounted: true,
          // Kept, because a call before the one that failed, or an earlier holder that crashed, may have done
          // something.
          uncertain: delivery.uncertain,
          // Kept whatever the outcome: the next work for the contact must wait for activities under way.
          activityIds: delivery.activityIds,
          ...(to.outcome.contactId ? { contactId: to.outcome.contactId } : {}),
          performed: to.outcome.performed ?? withoutNotes(delivery.performed),
          ...(to.outcome.reason === 'TAKEN_BACK'
            ? { added: null }
            : to.outcome.added
              ? { added: to.outcome.added }
              : {}),
          undoesOrder: false,
        },
        $inc: { version: 1 },
        $push: {
          attempts: { $each: [...attempts], $slice: -mostAttempts },
          outbox: outcomeEntry(to.outcome, delivery.version + 1, now),
        },
      }
    : {
        $set: {
          status: to.next.waitingFor ? 'WAITING' : 'PENDING',
          reason: to.next.waitingFor,
          readyAt: to.next.readyAt,
          claimed: false,
          uncertain: to.next.uncertain ?? delivery.uncertain,
          alone: to.next.alone ?? delivery.alone,
          imported: to.next.imported ?? delivery.imported,
          ...(to.next.countsAsAttempt ? { firstTriedAt: delivery.firstTriedAt ?? now } : {}),
          activityIds: to.next.activityIds ?? [],
          held: to.next.held ?? false,
          ...(to.next.endsAs ? { endsAs: to.next.endsAs } : {}),
          ...(to.next.countsAsAttempt && delivery.queue === 'live' ? { queue: 'retry' } : {}),
          ...(to.next.emailHash ? { emailHash: to.next.emailHash, added: null } : {}),
          ...(to.next.contactId ? { contactId: to.next.contactId } : {}),
          ...(to.next.performed ? { performed: to.next.performed } : {}),
          ...(to.next.added ? { added: to.next.added } : {}),
        },
        $inc: { attemptCount: to.next.countsAsAttempt ? 1 : 0 },
        $push: { attempts: { $each: [...attempts], $slice: -mostAttempts } },
      };

/** The number of documents per batch of a long answer, so that reading never blocks the process for long. */
const batchSize = 1_000;
const whole = { projection: { outbox: 0 }, batchSize };
/** The fields of a ready delivery that decide whether it is claimed. */
const takenBy = { projection: { emailHash: 1, claimed: 1 }, batchSize };

/** Up to this many e-mail hashes are excluded by the query; beyond that, results are filtered here. */
const mostNamed = 500;

/** The durable queue: claims deliveries and saves the results. */
export const createDeliveryQueue = (deliveries: Collection<NewDelivery>) => {
  const some = (filter: mongo.Filter<NewDelivery>) => deliveries.find(filter, whole);
  /**
   * Records activities also with deliveries that changed in the meantime, because they run for the same contacts. A
   * delivery that another holder has claimed since is left alone.
   */
  const noteUnderWay = async (results: readonly Result[]): Promise<void> => {
    const begun = results.flatMap(({ delivery: { _id, version }, to }) =>
      'next' in to && to.next.activityIds?.length ? [{ id: _id, version, activityIds: to.next.activityIds }] : [],
    );
    await writeAlike(
      deliveries,
      begun.map(({ id, version, activityIds }) => ({
        id,
        holds: { version: { $gt: version } },
        update: { $addToSet: { activityIds: { $each: [...activityIds] } } },
      })),
    );
  };
  /**
   * Saves results and returns those that were written. The others were changed in the meantime, or another process
   * holds the connection lease now.
   */
  const save = async (results: readonly Result[], now: Date): Promise<Result[]> => {
    if (results.length === 0) return [];
    const matched = await writeAlike(
      deliveries,
      results.map((result) => ({
        id: result.delivery._id,
        holds: { fence: result.delivery.fence, version: result.delivery.version, readyAt: isOpen },
        update: updateOf(result, now),
      })),
    );
    if (matched === results.length) return [...results];
    await noteUnderWay(results);
    const settled = results.filter(({ to }) => 'outcome' in to).map(({ delivery }) => delivery._id);
    const known = new Map(
      (await inBatches(settled, (part) => some({ _id: { $in: part } }).toArray())).map(({ _id, version }) => [
        _id,
        version,
      ]),
    );
    return results.filter(({ delivery, to }) => 'next' in to || known.get(delivery._id) === delivery.version + 1);
  };
  return {
    /**
     * Writes the new fence into the deliveries that the last lease holder claimed and did not save. Late writes of the
     * old holder then change nothing.
     */
    takeOver: async ({ connectionId, fence }: { connectionId: string; fence: number }): Promise<void> => {
      for (const queue of queues)
        await deliveries.updateMany(
          byIndex<NewDelivery>({ connectionId, queue, readyAt: isOpen }, { claimed: true, fence: { $lt: fence } }),
          { $set: { fence } },
        );
    },
    /**
     * Claims ready deliveries of a queue, oldest first, with the fence of the lease. It claims in batches and stops
     * when `goesOn` returns false. Buyers in `busy` are left out.
     */
    claim: async (
      { connectionId, fence }: { connectionId: string; fence: number },
      queue: Queue,
      busy: ReadonlySet<string>,
      now: Date,
      limit: number,
      goesOn: () => Promise<boolean> = () => Promise.resolve(true),
    ): Promise<Delivery[]> => {
      const isFew = busy.size > 0 && busy.size <= mostNamed;
      const wanted = byIndex<NewDelivery>(
        { connectionId, queue, readyAt: isReady(now) },
        isFew ? { emailHash: { $nin: [...busy] } } : {},
      );
      const found = await deliveries
        .find<Pick<Delivery, '_id' | 'emailHash' | 'claimed'>>(wanted, takenBy)
        // Keeps deliveries of one buyer together, so that they share calls.
        .sort({ readyAt: 1, emailHash: 1 })
        .limit(limit)
        .toArray();
      const ready = found.filter(({ emailHash }) => emailHash === null || !busy.has(emailHash));
      if (ready.length === 0) return [];
      const wasClaimed = new Map(ready.map(({ _id, claimed }) => [_id, claimed]));
      const claimPart = async (part: string[]): Promise<Delivery[]> => {
        if (!(await goesOn())) return [];
        const claimable = { _id: { $in: part }, readyAt: isReady(now) };
        await deliveries.updateMany({ ...claimable, fence: { $lte: fence } }, { $set: { fence, claimed: true } });
        return await some({ ...claimable, fence }).toArray();
      };
      const ours = await inBatches([...wasClaimed.keys()], claimPart, changedAtOnce);
      // An earlier holder claimed it and stopped before it saved a result.
      return ours.map((each) => ({ ...each, uncertain: each.uncertain || wasClaimed.get(each._id) === true }));
    },
    save,
    /** For the ready deliveries of a queue: since when the oldest waits, and whether there are at least `many`. */
    batched: async (connectionId: string, queue: Queue, now: Date, many: number) => {
      const filter = { connectionId, queue, readyAt: isReady(now) };
      const [first] = await some(filter).sort({ readyAt: 1 }).limit(1).toArray();
      if (!first?.readyAt) return undefined;
      const count = await deliveries.countDocuments(filter, { limit: many });
      return { since: first.readyAt, isMany: count >= many };
    },
    nextReadyAt: async (connectionId: string, among: readonly Queue[] = queues): Promise<Date | null> => {
      let soonest: Date | null = null;
      for (const queue of among) {
        const [first] = await deliveries
          .find({ connectionId, queue, readyAt: isOpen }, { projection: { readyAt: 1 } })
          .sort({ readyAt: 1 })
          .limit(1)
          .toArray();
        if (first?.readyAt && (soonest === null || first.readyAt < soonest)) soonest = first.readyAt;
      }
      return soonest;
    },
  };
};
