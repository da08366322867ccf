import type { ConnectionFact, EntitlementFact, WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../context';
import { matchOrders } from './take-orders';

/** Takes over a workflow, and matches the orders that came before its fact though after it became active. */
export const takeWorkflow = async (ctx: Context, fact: WorkflowFact): Promise<void> => {
  await ctx.workflows.apply(fact);
  if (fact.status !== 'ACTIVE') return;
  let after = '';
  for (;;) {
    const page = await ctx.orders.receivedSince(fact.boxOfficeId, new Date(fact.activeSince), after, 200);
    await matchOrders(ctx, page, [fact]);
    const last = page.at(-1);
    if (!last || page.length < 200) return;
    after = last.key;
  }
};

export const takeEntitlement = async (ctx: Context, fact: EntitlementFact): Promise<void> => {
  await ctx.entitlements.apply(fact);
};

/** A connection that works again frees what waited for it. */
export const takeConnection = async (ctx: Context, fact: ConnectionFact): Promise<void> => {
  await ctx.connections.apply(fact);
  if (fact.status !== 'CONNECTED') return;
  await ctx.deliveries.free(fact.connectionId, ctx.clock());
  await ctx.lanes.wake([fact.connectionId], ctx.clock());
  ctx.nudge();
};
