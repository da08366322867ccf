import type { Collection } from 'mongoose';
import type { Delivery, Queue, Result } from '../domain/delivery';
import type { NewDelivery } from '../domain/new-delivery';
import type { WaitingFor } from '../domain/reasons';
import { byIndex, foundInParts } from './narrow-reads';
import { writeAlike } from './in-batches';
import { isOpen, isReady, isUnsettled, withoutOutbox } from './open-deliveries';

type Save = (results: readonly Result[], now: Date) => Promise<unknown>;

const readAtOnce = 1_000;

/** What lets deliveries wait, and frees them. */
export const createDeliveryHolds = (deliveries: Collection<NewDelivery>, save: Save) => {
  const waitsFor = (reason: WaitingFor, boxOfficeId: string | { readonly $gt: string }) =>
    byIndex<NewDelivery>({ reason, readyAt: isOpen }, { boxOfficeId });
  return {
    /** Frees those of a workflow that wait for one of these. */
    resume: async (
      { boxOfficeId, workflowId }: { readonly boxOfficeId: string; readonly workflowId: string },
      waitedFor: readonly WaitingFor[],
      now: Date,
    ): Promise<void> => {
      await deliveries.updateMany(
        byIndex<NewDelivery>({ reason: { $in: waitedFor }, readyAt: isOpen }, { boxOfficeId, workflowId }),
        { $set: { status: 'PENDING', reason: null, readyAt: now } },
      );
    },
    /** Whether any of a workflow wait for this. */
    anyWait: async (
      { boxOfficeId, workflowId }: { readonly boxOfficeId: string; readonly workflowId: string },
      reason: WaitingFor,
    ): Promise<boolean> => {
      const waiting = byIndex<NewDelivery>({ reason, boxOfficeId, readyAt: isOpen }, { workflowId });
      return (await deliveries.findOne(waiting, { projection: { _id: 1 } })) !== null;
    },
    /** Lets the open ones of a backfill wait that nobody works on; what it gave is taken back all the same. */
    holdBackfill: async (backfillId: string, now: Date): Promise<void> => {
      await deliveries.updateMany(
        { backfillId, readyAt: isReady(now), activityIds: [], undoesOrder: false },
        {
          $set: {
            status: 'WAITING',
            reason: 'BACKFILL_PAUSED',
            readyAt: new Date(now.getTime() + 365 * 86_400_000),
          },
        },
      );
    },
    resumeBackfill: async (backfillId: string, now: Date): Promise<void> => {
      await deliveries.updateMany(
        { backfillId, reason: 'BACKFILL_PAUSED', readyAt: isOpen },
        { $set: { status: 'PENDING', reason: null, readyAt: now } },
      );
    },
    /**
     * Ends the open ones of a backfill that nobody works on and that wait for no activity and take nothing back; the
     * others come to their own end.
     */
    cancelBackfill: async (backfillId: string, now: Date): Promise<void> => {
      const open = { backfillId, status: isUnsettled };
      const free = { readyAt: isOpen, claimed: false, activityIds: [], undoesOrder: false };
      const cancelled = (delivery: Delivery): Result => ({
        delivery,
        attempts: [],
        to: { outcome: { status: 'SKIPPED', reason: 'BACKFILL_CANCELLED' } },
      });
      let count: number;
      do {
        count = 0;
        for await (const part of foundInParts(deliveries, open, free, readAtOnce, withoutOutbox)) {
          count += part.length;
          await save(part.map(cancelled), now);
        }
      } while (count > 0);
    },
    /**
     * Those that wait for an activity that has ended, part by part, each as it goes on from there; those that wait for
     * another too that is under way are told of the end and wait on. Another that is not has ended unseen: it was noted
     * late.
     */
    async *releasedBy(
      connectionId: string,
      activityId: string,
      isClean: boolean,
      underWay: ReadonlySet<string>,
    ): AsyncGenerator<Delivery[]> {
      const isWaiting = { connectionId, reason: 'ACTIVITY_RUNNING' as const, readyAt: isOpen };
      const its = { activityIds: activityId };
      for await (const some of foundInParts(deliveries, isWaiting, its, readAtOnce, withoutOutbox)) {
        const isLast = ({ activityIds }: Delivery): boolean => !activityIds.some((id) => underWay.has(id));
        const [last, waitOn] = [some.filter(isLast), some.filter((each) => !isLast(each))];
        if (waitOn.length > 0)
          await deliveries.updateMany(
            { _id: { $in: waitOn.map(({ _id }) => _id) }, ...isWaiting, ...its },
            {
              $pull: { activityIds: activityId },
              ...(isClean ? {} : { $set: { uncertain: true } }),
            },
          );
        yield last.map((each) => ({
          ...each,
          activityIds: [],
          uncertain: each.uncertain || !isClean || each.activityIds.length > 1,
        }));
      }
    },
    /** Those of a box office in these queues that wait for the calls of another day, part by part. */
    outOfQuota: (boxOfficeId: string, among: readonly Queue[], now: Date): AsyncGenerator<Delivery[]> =>
      foundInParts(
        deliveries,
        { reason: 'QUOTA_EXCEEDED', boxOfficeId, readyAt: { ...isOpen, $gt: now } },
        { queue: { $in: among } },
        readAtOnce,
        withoutOutbox,
      ),
    /** Has those looked at again that wait for this. */
    wake: async (ids: readonly string[], waitsFor: WaitingFor, now: Date): Promise<void> => {
      const holds = { reason: waitsFor, readyAt: isOpen };
      await writeAlike(
        deliveries,
        ids.map((id) => ({ id, holds, update: { $set: { readyAt: now } } })),
      );
    },
    /** Has those of a connection looked at again that wait for an activity which is none of these. */
    releaseForgotten: async (connectionId: string, known: readonly string[], now: Date): Promise<void> => {
      await deliveries.updateMany(
        byIndex<NewDelivery>(
          { connectionId, reason: 'ACTIVITY_RUNNING', readyAt: isOpen },
          { activityIds: { $elemMatch: { $nin: known } } },
        ),
        { $set: { readyAt: now } },
      );
    },
    /** Frees what waited for a reconnect; the time of trying begins anew. */
    free: async (connectionId: string, now: Date): Promise<void> => {
      await deliveries.updateMany(
        { connectionId, reason: 'CONNECTION_NEEDS_RECONNECT', readyAt: isOpen },
        { $set: { status: 'PENDING', reason: null, readyAt: now, firstTriedAt: null, attemptCount: 0 } },
      );
    },
    /** Whether any of a box office waits for the calls of another day. */
    anyOutOfQuota: async (boxOfficeId: string): Promise<boolean> =>
      (await deliveries.findOne(waitsFor('QUOTA_EXCEEDED', boxOfficeId), { projection: { _id: 1 } })) !== null,
    /** The next box office, by its id, of which any wait for this. */
    nextThatWaits: async (reason: WaitingFor, after: string): Promise<string | undefined> => {
      const [next] = await deliveries
        .find(waitsFor(reason, { $gt: after }), { projection: { boxOfficeId: 1 } })
        .sort({ boxOfficeId: 1 })
        .limit(1)
        .toArray();
      return next?.boxOfficeId;
    },
  };
};
