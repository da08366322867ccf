import type { ConnectionFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { decideUpgrade } from '../../domain/decide-upgrade';
import { upgradeEnded } from '../../report';
import { contactReader } from './read-contacts';
import { nextDeferredAt, runDeferred, type DeferredJob, type HeldLease } from './process-deferred-work';
import { isEntitled } from './desired-deliveries';

const upgrading = (ctx: Context): DeferredJob => ({
  store: ctx.upgrades,
  kind: 'upgrade',
  delayed: 'upgrade.delayed',
  isWanted: async ({ connectionId, boxOfficeId, upgradesImported }) => {
    if (upgradesImported && (await isEntitled(ctx, boxOfficeId))) return true;
    await ctx.upgrades.forget(connectionId);
    return false;
  },
  one: async (caller, { boxOfficeId, connectionId }, { leftOver, order, email }) => {
    const { emailHash, deliveryId } = leftOver;
    if (order.optIn !== 'OPTED_IN') {
      await ctx.upgrades.end(leftOver);
      return 'done';
    }
    const serves = [deliveryId];
    const snapshots = contactReader(ctx, caller, { connectionId, boxOfficeId });
    const [failure] = await snapshots.learn([{ email, emailHash, whole: true, deliveryIds: serves }]);
    if (failure) throw failure.error;
    const known = snapshots.known.get(email);
    if (known === 'none') {
      await ctx.deliveryHistory.addHistory(deliveryId, caller.takeAttempts(deliveryId));
      return 'absent';
    }
    const contact = decideUpgrade(email, known);
    if (contact) {
      const at = ctx.clock();
      const { contact_id: contactId } = await caller.call('sign up', serves, (token) =>
        ctx.constantContact.signUp(token, contact),
      );
      const explicit = { contactId, state: 'explicit' as const, optedOutAt: null, deleted: false, detailsMark: null };
      await ctx.contacts.saw(connectionId, [{ emailHash, contact: explicit }], at);
    }
    const done = contact ? 'made the permission explicit' : undefined;
    await ctx.deliveryHistory.addHistory(deliveryId, caller.takeAttempts(deliveryId), done);
    await ctx.upgrades.end(leftOver);
    upgradeEnded(ctx, boxOfficeId, contact ? 'upgraded' : 'left');
    return 'done';
  },
  giveUp: async ({ boxOfficeId }, leftOver, why) => {
    await ctx.upgrades.end(leftOver);
    if (why !== 'not theirs') upgradeEnded(ctx, boxOfficeId, why === 'refused' ? 'refused' : 'left');
  },
});

/**
 * Makes the permission of contacts explicit that were imported because calls ran short, with calls that the day leaves
 * over. Each contact is read right before. A contact stays as it is if it is no longer mailable, has ever opted out, or
 * has no valid opt-in. Repeating it changes nothing.
 */
export const upgradePermissions = (ctx: Context, heldLease: HeldLease): Promise<void> =>
  ctx.signUpKeepsOptOuts ? runDeferred(ctx, heldLease, upgrading(ctx)) : Promise.resolve();

/** When the connection has an upgrade to process next; null when it has none that may be processed. */
export const nextUpgradeAt = (ctx: Context, connection: ConnectionFact | undefined): Promise<Date | null> =>
  ctx.signUpKeepsOptOuts ? nextDeferredAt(ctx, connection, upgrading(ctx)) : Promise.resolve(null);
