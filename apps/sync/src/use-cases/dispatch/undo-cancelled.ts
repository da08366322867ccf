import type { WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { activitiesOf, type AddedResources, type PendingDelivery, type Result } from '../../domain/delivery';
import { withoutNotes } from '../../domain/notes';
import type { BatchReport } from './batch';
import { forgottenMs } from './plan-run';
import { withActivities, type StartActivity } from './start-activity';
import type { ConnectionCaller } from '../../call-constant-contact';
import type { DesiredDelivery } from './desired-deliveries';

/** The added lists and tags that the workflow removes when an order is cancelled. */
const backOf = (added: AddedResources, { onCancelledOrder: choice }: WorkflowFact): AddedResources => ({
  listIds: choice === 'REMOVE_FROM_LISTS' || choice === 'REMOVE_TAGS_AND_LISTS' ? added.listIds : [],
  tagIds: choice === 'REMOVE_TAGS' || choice === 'REMOVE_TAGS_AND_LISTS' ? added.tagIds : [],
});

/**
 * Undoes cancelled orders as their workflows ask. It removes tags and lists that the contact still has and that no
 * other order of the buyer added too. The contact and its permission stay.
 */
export const undoCancelled = async (
  ctx: Context,
  caller: ConnectionCaller,
  connectionId: string,
  wanted: readonly DesiredDelivery[],
  report: BatchReport,
): Promise<void> => {
  for (const each of wanted) {
    const { delivery } = each;
    try {
      await withActivities(ctx, caller, async (begin) =>
        report.record([{ delivery, to: await undoOne(ctx, caller, begin, connectionId, each) }]),
      );
    } catch (error) {
      if (await report.fail([delivery], error)) {
        await report.fail(
          wanted.slice(wanted.indexOf(each) + 1).map((rest) => rest.delivery),
          error,
        );
        return;
      }
    }
  }
};

const undoOne = async (
  ctx: Context,
  caller: ConnectionCaller,
  begin: StartActivity,
  connectionId: string,
  { delivery, order, workflow, desired }: DesiredDelivery,
): Promise<Result['to']> => {
  const serves = [delivery._id];
  const contact = order.email
    ? await caller.call('look up contact', serves, (token) => ctx.constantContact.findContact(token, order.email ?? ''))
    : undefined;
  const back = backOf(delivery.added ?? { listIds: desired.listIds, tagIds: desired.tagIds }, workflow);
  const kept = await addedByOthers(ctx, delivery);
  const listIds = back.listIds.filter((id) => contact?.list_memberships.includes(id) && !kept.listIds.includes(id));
  const tagIds = back.tagIds.filter((id) => contact?.taggings.includes(id) && !kept.tagIds.includes(id));
  const contactId = contact?.contact_id;
  // Nothing can be removed from a deleted contact.
  if (!contactId || contact?.deleted_at != null) return done(delivery, contactId);
  const performed = withoutNotes(delivery.performed);
  const activityIds: string[] = [];
  const take = async (call: string, note: string, send: ReturnType<Parameters<StartActivity>[2]>): Promise<void> => {
    activityIds.push(await begin(call, { connectionId, serves }, () => send));
    performed.push(note);
  };
  const { constantContact: cc } = ctx;
  if (tagIds.length > 0)
    await take('remove tags', 'removed tags', (token) => cc.changeTaggings(token, 'remove', [contactId], tagIds));
  if (listIds.length > 0)
    await take('remove from lists', 'removed from lists', (token) => cc.removeFromLists(token, [contactId], listIds));
  const activities = activitiesOf(activityIds, 'own');
  if (activities === null) return done(delivery, contactId);
  return {
    next: {
      waitingFor: 'ACTIVITY_RUNNING',
      readyAt: new Date(ctx.clock().getTime() + forgottenMs),
      activities,
      performed,
      begun: { imported: false, contactId },
    },
  };
};

/**
 * The lists and tags that other orders of the buyer added. The expired writes are read last: what moves there in the
 * meantime is found in at least one of the two places.
 */
const addedByOthers = async (ctx: Context, delivery: PendingDelivery): Promise<AddedResources> => {
  const { connectionId, emailHash } = delivery;
  const kept = await ctx.buyerDeliveries.addedByOthers(delivery);
  const expired =
    emailHash === null ? undefined : (await ctx.expiredWrites.of(connectionId, [emailHash])).get(emailHash);
  return {
    listIds: [...kept.listIds, ...(expired?.listIds ?? [])],
    tagIds: [...kept.tagIds, ...(expired?.tagIds ?? [])],
  };
};

/** Nothing is left to remove: it was never added, it is gone, or another order added it too. */
const done = ({ performed }: PendingDelivery, contactId: string | undefined): Result['to'] => ({
  outcome: { reason: 'TAKEN_BACK', contactId, performed: withoutNotes(performed) },
});
