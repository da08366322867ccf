import type { WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { withoutNotes } from '../../domain/notes';
import type { Delivery, Given, Result } from '../../store/deliveries';
import { withActivities, type Begin } from './start-activity';
import type { LaneCaller } from '../../call-constant-contact';
import { forgottenMs } from './activities-under-way';
import type { Wanted } from './wanted';
import type { BatchReport } from './process-batch';

/** What a workflow takes back of what it gave. */
const backOf = (gave: Given, { onCancelledOrder: choice }: WorkflowFact): Given => ({
  listIds: choice === 'REMOVE_FROM_LISTS' || choice === 'REMOVE_TAGS_AND_LISTS' ? gave.listIds : [],
  tagIds: choice === 'REMOVE_TAGS' || choice === 'REMOVE_TAGS_AND_LISTS' ? gave.tagIds : [],
});

/**
 * Takes back what deliveries of cancelled orders gave, as their workflows say: tags and lists that the contact still has and that no other order of the same buyer gave too. The contact and its permission are
 * left alone.
 */
export const takeBack = async (
  ctx: Context,
  caller: LaneCaller,
  connectionId: string,
  wanted: readonly Wanted[],
  report: BatchReport,
): Promise<void> => {
  for (const each of wanted) {
    const { delivery } = each;
    try {
      await withActivities(ctx, caller, async (begin) =>
        report.tell([{ delivery, to: await takeOne(ctx, caller, begin, connectionId, each) }]),
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

const takeOne = async (
  ctx: Context,
  caller: LaneCaller,
  begin: Begin,
  connectionId: string,
  { delivery, order, workflow, wish }: Wanted,
): Promise<Result['to']> => {
  const serves = [delivery._id];
  const contact = order.email
    ? await caller.call('look up contact', serves, (token) => ctx.constantContact.findContact(token, order.email ?? ''))
    : undefined;
  const back = backOf(delivery.gave ?? { listIds: wish.listIds, tagIds: wish.tagIds }, workflow);
  const kept = await givenByOthers(ctx, delivery);
  const listIds = back.listIds.filter((id) => contact?.list_memberships.includes(id) && !kept.listIds.includes(id));
  const tagIds = back.tagIds.filter((id) => contact?.taggings.includes(id) && !kept.tagIds.includes(id));
  const contactId = contact?.contact_id;
  // Of a deleted one nothing can be taken.
  if (!contactId || contact?.deleted_at != null || listIds.length + tagIds.length === 0)
    return done(delivery, contactId);
  const performed = withoutNotes(delivery.performed);
  const activityIds: string[] = [];
  const take = async (call: string, note: string, send: ReturnType<Parameters<Begin>[2]>): Promise<void> => {
    activityIds.push(await begin(call, { connectionId, serves }, () => send));
    performed.push(note);
  };
  const { constantContact: cc } = ctx;
  if (tagIds.length > 0)
    await take('remove tags', 'removed tags', (token) => cc.changeTaggings(token, 'remove', [contactId], tagIds));
  if (listIds.length > 0)
    await take('remove from lists', 'removed from lists', (token) => cc.removeFromLists(token, [contactId], listIds));
  return {
    next: {
      waitingFor: 'ACTIVITY_RUNNING',
      readyAt: new Date(ctx.clock().getTime() + forgottenMs),
      countsAsAttempt: false,
      uncertain: false,
      activityIds,
      performed,
      contactId,
    },
  };
};

/** What other orders of the same buyer gave, those that have expired in the end: what is moved there meanwhile is found in one of both. */
const givenByOthers = async (ctx: Context, delivery: Delivery): Promise<Given> => {
  const { connectionId, emailHash } = delivery;
  const kept = await ctx.deliveries.givenByOthers(delivery);
  const expired = emailHash === null ? undefined : (await ctx.tombstones.of(connectionId, [emailHash])).get(emailHash);
  return {
    listIds: [...kept.listIds, ...(expired?.listIds ?? [])],
    tagIds: [...kept.tagIds, ...(expired?.tagIds ?? [])],
  };
};

/** Nothing is left to take back: it never came, it is gone, or another order gave it too. */
const done = ({ performed }: Delivery, contactId: string | undefined): Result['to'] => ({
  outcome: { status: 'SYNCED', reason: 'TAKEN_BACK', contactId, performed: withoutNotes(performed) },
});
