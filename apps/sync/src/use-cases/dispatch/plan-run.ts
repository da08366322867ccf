import type { ConnectionCaller } from '../../call-constant-contact';
import type { Context } from '../../context';
import { activitiesOf, type AddedResources, type PendingDelivery, type Result } from '../../domain/delivery';
import { withoutNotes } from '../../domain/notes';
import type { PlannedCall } from '../../domain/planned-calls';
import { type Batch, type BatchReport, doneReason } from './batch';
import type { StartActivity } from './start-activity';

/** A delivery that waits for an activity becomes ready after this time, in case the activity was forgotten. */
export const forgottenMs = 30 * 60_000;

/**
 * How many contacts are processed one by one (some seconds of calls) before finished deliveries are reported and the
 * batch checks whether to go on.
 */
export const oneByOne = 40;

/** The progress of one delivery in a plan. */
interface Progress {
  readonly performed: string[];
  readonly activityIds: Set<string>;
  contactId?: string;
  /** Came by an import and needs something that no import can do: it is planned again once the import has ended. */
  imported: boolean;
  failed: boolean;
  /** Something was written for it. If a later call is refused, the delivery becomes uncertain. */
  wrote: boolean;
}

/** The calls of a plan under way. */
export interface Run {
  readonly ctx: Context;
  readonly caller: ConnectionCaller;
  readonly begin: StartActivity;
  readonly batch: Batch;
  readonly report: BatchReport;
  readonly progress: Map<string, Progress>;
  /** E-mail addresses whose contact turned out to exist. */
  readonly refused: Set<string>;
  /** Ids of the contacts created in this run, by e-mail address. */
  readonly made: Map<string, string>;
  stopped: unknown;
}

export const startOf = (batch: Batch, id: string): Progress => ({
  // Each note appears once, however often the delivery is planned.
  performed: [
    ...new Set([...withoutNotes(batch.deliveries.get(id)?.performed ?? []), ...(batch.performed.get(id) ?? [])]),
  ],
  activityIds: new Set(),
  imported: false,
  failed: false,
  wrote: false,
});

export const servedBy = (call: PlannedCall): readonly string[] => {
  switch (call.kind) {
    case 'import':
      return call.lines.flatMap(({ deliveryIds }) => deliveryIds);
    case 'tag':
      return call.members.flatMap(({ deliveryIds }) => deliveryIds);
    default:
      return call.deliveryIds;
  }
};

export const failAll = (run: Run, ids: readonly string[], error: unknown): Promise<boolean> => {
  for (const id of ids) {
    const progress = run.progress.get(id);
    if (progress) progress.failed = true;
  }
  return run.report.fail(deliveriesIn(run, ids), error);
};

/** Returns the deliveries with their activities under way. Those with something written are uncertain. */
export const deliveriesIn = ({ batch, progress }: Run, ids: readonly string[]): PendingDelivery[] =>
  ids.flatMap((id) => {
    const delivery = batch.deliveries.get(id);
    if (!delivery) return [];
    const { activityIds = [], wrote = false } = progress.get(id) ?? {};
    return [{ ...delivery, activities: activitiesOf([...activityIds], 'own'), uncertain: delivery.uncertain || wrote }];
  });

export const recordWrite = ({ progress }: Run, ids: readonly string[], what: string, contactId?: string): void => {
  for (const id of ids) {
    const each = progress.get(id);
    if (!each) continue;
    each.performed.push(what);
    each.wrote = true;
    if (contactId) each.contactId = contactId;
  }
};

/** An import adds no tags; they follow in calls of their own. */
const withoutTags = (
  addedWhenDone: AddedResources | undefined,
  { added }: PendingDelivery,
): AddedResources | undefined => addedWhenDone && { ...addedWhenDone, tagIds: added?.tagIds ?? [] };

/**
 * Reports the deliveries whose calls have all been answered: settled, or waiting for the activities that serve them.
 */
export const reportServed = async (run: Run, among: readonly string[] = [...run.progress.keys()]): Promise<void> => {
  const forgotten = new Date(run.ctx.clock().getTime() + forgottenMs);
  await run.report.record(
    among.flatMap((id) => {
      const progress = run.progress.get(id);
      const delivery = run.batch.deliveries.get(id);
      if (!delivery || !progress || progress.failed) return [];
      run.progress.delete(id);
      const { performed, activityIds, contactId, imported } = progress;
      const addedWhenDone = run.batch.addedWhenDone.get(id);
      const activities = activitiesOf([...activityIds], 'own');
      const endsAs = doneReason(run.batch, id);
      const to: Result['to'] =
        activities === null
          ? { outcome: { reason: endsAs, contactId, performed, added: addedWhenDone } }
          : {
              next: {
                waitingFor: 'ACTIVITY_RUNNING',
                readyAt: forgotten,
                activities,
                performed,
                begun: {
                  imported,
                  endsAs,
                  contactId,
                  added: imported ? withoutTags(addedWhenDone, delivery) : addedWhenDone,
                },
              },
            };
      return [{ delivery, to }];
    }),
  );
};
