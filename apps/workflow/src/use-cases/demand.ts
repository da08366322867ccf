import { AppError } from '@boxlist/contracts';
import type { Identity } from '@boxlist/service-kit';
import type { Context } from '../context';

const appId = 'app_constant-contact';

/** The longest time that an organiser waits for the facts of their last action, in milliseconds. */
const catchUpMs = 3_000;

/**
 * Throws the refusal of `ask` only after the facts have caught up, because the organiser may have acted a second ago.
 * If they cannot catch up, it throws SERVICE_UNAVAILABLE instead.
 */
const certainly = async (
  ctx: Context,
  follower: 'entitlements' | 'connections',
  ask: () => Promise<AppError | undefined>,
): Promise<void> => {
  if (!(await ask())) return;
  const certain = await ctx.followers[follower].caughtUp(catchUpMs);
  const refusal = await ask();
  if (!refusal) return;
  throw certain
    ? refusal
    : new AppError('SERVICE_UNAVAILABLE', `Boxlist has not received the latest ${follower} yet. Try again.`);
};

/** Throws ENTITLEMENT_REQUIRED unless the box office may use the add-on. */
export const demandEntitlement = (ctx: Context, { boxOfficeId }: Identity): Promise<void> =>
  certainly(ctx, 'entitlements', async () => {
    const fact = await ctx.facts.entitlements.byId(`${boxOfficeId}:${appId}`);
    return fact?.entitled
      ? undefined
      : new AppError('ENTITLEMENT_REQUIRED', 'Activate the Constant Contact add-on first');
  });

/**
 * Throws CONNECTION_REQUIRED or CONNECTION_NEEDS_RECONNECT unless this is a working connection of the caller's box
 * office.
 */
export const demandConnection = (ctx: Context, { boxOfficeId }: Identity, connectionId: string): Promise<void> =>
  certainly(ctx, 'connections', async () => {
    const field = ['input', 'connectionId'];
    const fact = await ctx.facts.connections.byId(connectionId);
    if (fact?.boxOfficeId !== boxOfficeId || fact.status === 'DISCONNECTED')
      return new AppError('CONNECTION_REQUIRED', 'Sign in to Constant Contact first', { field });
    return fact.status === 'CONNECTED'
      ? undefined
      : new AppError('CONNECTION_NEEDS_RECONNECT', 'Sign in to Constant Contact again first', { field });
  });
