import { AppError } from '@boxlist/contracts';
import { requireRole, type Identity } from '@boxlist/service-kit';
import type { CatalogueEntry, Context } from '../context';
import { lineFor, type InvoiceLine } from '../domain/invoice';
import { cancellationDate, nextMonth, statusAt, type Subscription } from '../domain/subscription';
import { subscriptionChanged } from '../report';

const appOf = (ctx: Context, appId: string): CatalogueEntry => {
  const app = ctx.catalogue.find(({ id }) => id === appId);
  if (!app) throw new AppError('NOT_FOUND', 'There is no such add-on', { field: ['input', 'appId'] });
  return app;
};

const conflict = () =>
  new AppError('VERSION_CONFLICT', 'The subscription is being changed by somebody else; try again');

/** The dates of a subscription that begins now. A trial is given once; days that are paid already are not charged again. */
const beginning = (app: CatalogueEntry, before: Subscription | undefined, now: Date) => ({
  activatedAt: now,
  trialEndsAt: !before && app.trialDays > 0 ? new Date(now.getTime() + app.trialDays * 86_400_000) : null,
  cancelAt: null,
  paidUntil: before?.cancelAt && before.cancelAt > now ? before.cancelAt : null,
});

/** Switches an add-on on. While it is being cancelled this takes the cancellation back. Throws ALREADY_ACTIVE. */
export const activateApp = async (ctx: Context, identity: Identity, appId: string): Promise<Subscription> => {
  requireRole(identity, 'owner');
  const app = appOf(ctx, appId);
  const { boxOfficeId } = identity;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const now = ctx.clock();
    const known = await ctx.subscriptions.of(boxOfficeId, appId);
    const status = known && statusAt(known, now);
    if (status === 'ACTIVE' || status === 'TRIALING')
      throw new AppError('ALREADY_ACTIVE', `${app.name} is active already`, { field: ['input', 'appId'] });
    const dates = known && status === 'CANCELLING' ? { cancelAt: null } : beginning(app, known, now);
    const announced = statusAt({ trialEndsAt: null, ...known, ...dates }, now);
    const saved = known
      ? await ctx.subscriptions.change(known, { ...dates, announced })
      : await ctx.subscriptions.insert({ boxOfficeId, appId, ...beginning(app, undefined, now), announced });
    if (!saved) continue;
    await ctx.outbox.nudge();
    subscriptionChanged(ctx, saved);
    return saved;
  }
  throw conflict();
};

/** Ends an add-on with the month that is paid, or with the trial. Throws NOT_ACTIVE. */
export const deactivateApp = async (ctx: Context, identity: Identity, appId: string): Promise<Subscription> => {
  requireRole(identity, 'owner');
  const app = appOf(ctx, appId);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const now = ctx.clock();
    const known = await ctx.subscriptions.of(identity.boxOfficeId, appId);
    const status = known && statusAt(known, now);
    if (!known || status === 'CANCELLED')
      throw new AppError('NOT_ACTIVE', `${app.name} is not active`, { field: ['input', 'appId'] });
    if (status === 'CANCELLING') return known;
    const saved = await ctx.subscriptions.change(known, {
      cancelAt: cancellationDate(known, now),
      announced: 'CANCELLING',
    });
    if (!saved) continue;
    await ctx.outbox.nudge();
    subscriptionChanged(ctx, saved);
    return saved;
  }
  throw conflict();
};

/** What activating now would cost: this month's part, and each month after. Equal to the invoice that follows. */
export const previewActivation = async (
  ctx: Context,
  identity: Identity,
  app: CatalogueEntry,
): Promise<{ firstPeriodEnd: Date; lines: InvoiceLine[] }> => {
  const now = ctx.clock();
  const known = await ctx.subscriptions.of(identity.boxOfficeId, app.id);
  const status = known && statusAt(known, now);
  const line =
    status && status !== 'CANCELLED' ? undefined : lineFor(beginning(app, known, now), now, app.monthlyMinor, app.name);
  return { firstPeriodEnd: nextMonth(now), lines: line ? [line] : [] };
};
