import type { Collection } from 'mongoose';
import type { DeliveryAwaitingActivities, OpenDelivery, Queue, Result } from '../domain/delivery';
import type { WaitingFor } from '../domain/reasons';
import { type DeliveryDocument, openAmong } from './delivery-document';
import { byIndex, foundInParts } from './narrow-reads';
import { writeAlike } from './in-batches';
import { isSet, isReady, isUnsettled, withoutOutbox } from './open-deliveries';

type Deliveries = Collection<DeliveryDocument>;
type Save = (results: readonly Result[], now: Date) => Promise<unknown>;

const readAtOnce = 1_000;

/** Holds deliveries and releases them. */
export const createDeliveryHolds = (deliveries: Deliveries, save: Save) => ({
  ...releases(deliveries),
  ...backfillHolds(deliveries, save),
  ...activityWaits(deliveries),
  ...waits(deliveries),
});

/** Releases deliveries whose wait is over. */
const releases = (deliveries: Deliveries) => ({
  /** Releases the deliveries of a workflow that wait for one of these reasons. */
  releaseWorkflow: async (
    { boxOfficeId, workflowId }: { readonly boxOfficeId: string; readonly workflowId: string },
    waitedFor: readonly WaitingFor[],
    now: Date,
  ): Promise<void> => {
    await deliveries.updateMany(
      byIndex<DeliveryDocument>({ reason: { $in: waitedFor }, readyAt: isSet }, { boxOfficeId, workflowId }),
      { $set: { status: 'PENDING', reason: null, readyAt: now } },
    );
  },
  /** Releases the deliveries that wait for a reconnect. Their time for retries starts again. */
  releaseConnection: async (connectionId: string, now: Date): Promise<void> => {
    await deliveries.updateMany(
      { connectionId, reason: 'CONNECTION_NEEDS_RECONNECT', readyAt: isSet },
      { $set: { status: 'PENDING', reason: null, readyAt: now, firstTriedAt: null, attemptCount: 0 } },
    );
  },
  /**
   * Makes these deliveries ready now, so that a dispatcher looks at them again, if they still wait with this reason.
   */
  releaseByIds: async (ids: readonly string[], waitsFor: WaitingFor, now: Date): Promise<void> => {
    const onlyIf = { reason: waitsFor, readyAt: isSet };
    await writeAlike(
      deliveries,
      ids.map((id) => ({ id, onlyIf, update: { $set: { readyAt: now } } })),
    );
  },
});

/** Holds the deliveries of a paused backfill, and ends those of a cancelled one. */
const backfillHolds = (deliveries: Deliveries, save: Save) => ({
  /**
   * Holds the ready deliveries of a backfill, except those that wait for an activity or undo a cancelled order. A
   * claimed one is held too, but the save of its holder overwrites the hold.
   */
  pauseBackfill: async (backfillId: string, now: Date): Promise<void> => {
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
  releaseBackfill: async (backfillId: string, now: Date): Promise<void> => {
    await deliveries.updateMany(
      { backfillId, reason: 'BACKFILL_PAUSED', readyAt: isSet },
      { $set: { status: 'PENDING', reason: null, readyAt: now } },
    );
  },
  /**
   * Cancels the open deliveries of a backfill that are not claimed, wait for no activity and undo nothing. The others
   * settle as usual.
   */
  cancelBackfill: async (backfillId: string, now: Date): Promise<void> => {
    const open = { backfillId, status: isUnsettled };
    const unclaimed = { readyAt: isSet, claimed: false, activityIds: [], undoesOrder: false };
    const cancelled = (delivery: OpenDelivery): Result => ({
      delivery,
      attempts: [],
      to: { outcome: { reason: 'BACKFILL_CANCELLED' } },
    });
    let count: number;
    do {
      count = 0;
      for await (const part of foundInParts(deliveries, open, unclaimed, readAtOnce, withoutOutbox)) {
        count += part.length;
        await save(openAmong(part).map(cancelled), now);
      }
    } while (count > 0);
  },
});

/** Releases deliveries that wait for activities. */
const activityWaits = (deliveries: Deliveries) => ({
  /**
   * Yields the deliveries that wait for an ended activity, in batches, uncertain if the activity has not done
   * everything. A delivery that also waits for another activity under way is only updated and waits on. An activity
   * that it names and that is not under way has ended before the delivery was saved as waiting for it.
   */
  async *releasedBy(
    connectionId: string,
    activityId: string,
    isClean: boolean,
    underWay: ReadonlySet<string>,
  ): AsyncGenerator<DeliveryAwaitingActivities[]> {
    const isWaiting = { connectionId, reason: 'ACTIVITY_RUNNING' as const, readyAt: isSet };
    const its = { activityIds: activityId };
    for await (const some of foundInParts(deliveries, isWaiting, its, readAtOnce, withoutOutbox)) {
      const isLast = ({ activityIds }: DeliveryDocument): boolean => !activityIds.some((id) => underWay.has(id));
      const [last, waitOn] = [some.filter(isLast), some.filter((each) => !isLast(each))];
      if (waitOn.length > 0)
        await deliveries.updateMany(
          { _id: { $in: waitOn.map(({ _id }) => _id) }, ...isWaiting, ...its },
          {
            $pull: { activityIds: activityId },
            ...(isClean ? {} : { $set: { uncertain: true } }),
          },
        );
      yield openAmong(last)
        .filter((each) => each.reason === 'ACTIVITY_RUNNING')
        .map((each) => ({ ...each, uncertain: each.uncertain || !isClean || each.activities.ids.length > 1 }));
    }
  },
  /** Makes deliveries of a connection ready that wait for an activity which is not among the known ones. */
  releaseForgotten: async (connectionId: string, known: readonly string[], now: Date): Promise<void> => {
    await deliveries.updateMany(
      byIndex<DeliveryDocument>(
        { connectionId, reason: 'ACTIVITY_RUNNING', readyAt: isSet },
        { activityIds: { $elemMatch: { $nin: known } } },
      ),
      { $set: { readyAt: now } },
    );
  },
});

/** Reads which deliveries wait. */
const waits = (deliveries: Deliveries) => {
  const waitsFor = (reason: WaitingFor, boxOfficeId: string | { readonly $gt: string }) =>
    byIndex<DeliveryDocument>({ reason, readyAt: isSet }, { boxOfficeId });
  return {
    /** Whether a delivery of a workflow waits with this reason. */
    anyWait: async (
      { boxOfficeId, workflowId }: { readonly boxOfficeId: string; readonly workflowId: string },
      reason: WaitingFor,
    ): Promise<boolean> => {
      const waiting = byIndex<DeliveryDocument>({ reason, boxOfficeId, readyAt: isSet }, { workflowId });
      return (await deliveries.findOne(waiting, { projection: { _id: 1 } })) !== null;
    },
    /** The deliveries of a box office in these queues that wait for calls of another day, in batches. */
    outOfQuota: (
      boxOfficeId: string,
      among: readonly Queue[],
      now: Date,
    ): AsyncGenerator<Pick<DeliveryDocument, '_id' | 'connectionId'>[]> =>
      foundInParts(
        deliveries,
        { reason: 'QUOTA_EXCEEDED', boxOfficeId, readyAt: { ...isSet, $gt: now } },
        { queue: { $in: among } },
        readAtOnce,
        withoutOutbox,
      ),
    /** Whether a delivery of a box office waits for calls of another day. */
    anyOutOfQuota: async (boxOfficeId: string): Promise<boolean> =>
      (await deliveries.findOne(waitsFor('QUOTA_EXCEEDED', boxOfficeId), { projection: { _id: 1 } })) !== null,
    /** The next box office after this id that has a delivery waiting with this reason. */
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
