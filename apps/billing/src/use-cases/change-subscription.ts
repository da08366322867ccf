import { AppError, newId, type AuditAction } from '@boxlist/contracts';
import { auditEntry, requireRole, type Actor } from '@boxlist/service-kit';
import type { Context } from '../context';
import { addOnOf, type AddOn } from '../domain/catalogue';
import { activated, deactivated, type Subscription } from '../domain/subscription';
import { subscriptionChanged } from '../report';
import { issueInvoices } from './issue-invoices';

interface Input {
  readonly appId: string;
}

/**
 * Adds an app to the box office's billing, and charges the first period if it is due. For a cancelling subscription
 * it undoes the cancellation without a charge. Throws FORBIDDEN, NOT_FOUND, ALREADY_ACTIVE.
 */
export const activateApp = (ctx: Context, actor: Actor, { appId }: Input): Promise<Subscription> =>
  change(ctx, actor, appId, 'activated', activateOnce);

/** Cancels an app at the end of the paid or free time. Throws FORBIDDEN, NOT_FOUND, NOT_ACTIVE. */
export const deactivateApp = (ctx: Context, actor: Actor, { appId }: Input): Promise<Subscription> =>
  change(ctx, actor, appId, 'deactivated', deactivateOnce);

const change = async (
  ctx: Context,
  actor: Actor,
  appId: string,
  verb: 'activated' | 'deactivated',
  once: (ctx: Context, actor: Actor, addOn: AddOn) => Promise<Subscription | undefined>,
): Promise<Subscription> => {
  requireRole(actor, 'owner');
  const addOn = addOnOf(ctx.catalogue, appId);
  const saved = await untilSaved(() => once(ctx, actor, addOn));
  await issueInvoices(ctx, saved);
  await ctx.outbox.notify();
  subscriptionChanged(ctx, verb, saved);
  return saved;
};

const auditOf = (actor: Actor, action: AuditAction, { id, appId, status }: Subscription, now: Date) =>
  auditEntry('billing', actor, { action, object: { type: 'SUBSCRIPTION', id }, details: { appId, status } }, now);

const activateOnce = async (ctx: Context, actor: Actor, addOn: AddOn) => {
  const now = ctx.clock();
  const { boxOfficeId } = actor;
  const current = await ctx.subscriptions.ofApp(boxOfficeId, addOn.id);
  const next = activated(current, { id: newId('subscription'), boxOfficeId }, addOn, now);
  const audit = auditOf(actor, 'APP_ACTIVATED', next, now);
  return current ? ctx.subscriptions.replace(current, next, now, audit) : ctx.subscriptions.insert(next, now, audit);
};

const deactivateOnce = async (ctx: Context, actor: Actor, addOn: AddOn) => {
  const now = ctx.clock();
  const current = await ctx.subscriptions.ofApp(actor.boxOfficeId, addOn.id);
  if (!current) throw new AppError('NOT_ACTIVE', `${addOn.name} is not active`, { field: ['input', 'appId'] });
  const next = deactivated(current, now);
  return next === current
    ? current
    : ctx.subscriptions.replace(current, next, now, auditOf(actor, 'APP_DEACTIVATED', next, now));
};

/**
 * Decides again from the stored state if another process changed it first. Throws VERSION_CONFLICT after 10 tries.
 */
const untilSaved = async (once: () => Promise<Subscription | undefined>): Promise<Subscription> => {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const saved = await once();
    if (saved) return saved;
  }
  throw new AppError('VERSION_CONFLICT', 'Someone else is changing this subscription. Try again.');
};
