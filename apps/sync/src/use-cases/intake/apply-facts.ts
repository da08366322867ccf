import type { ConnectionFact, EntitlementFact, WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { giveUpLatePhones } from '../dispatch/add-late-phones';
import { forgetErased } from '../privacy/forget-buyer';
import { releaseForConnection, releaseForWorkflow } from '../dispatch/release-waiting';
import { publishConnectionNotice } from '../history/publish-notices';
import { matchOrders } from './match-orders';

const ordersAtOnce = 1_000;

/**
 * Takes over a workflow, frees what waited for it, and, the first time, matches the orders that came before its fact
 * though after it became active. Later orders find it, and those that were matched once stay so.
 */
export const applyWorkflow = async (ctx: Context, fact: WorkflowFact): Promise<void> => {
  await ctx.workflows.apply(fact);
  await releaseForWorkflow(ctx, [fact.workflowId]);
  if (fact.status === 'DELETED' || (await ctx.joins.isJoined(fact.workflowId))) return;
  const since = new Date(fact.activeSince);
  for await (const orders of ctx.orders.allReceived(fact.boxOfficeId, { since }, ordersAtOnce)) {
    await matchOrders(
      ctx,
      orders.map((order) => ({ order, receivedAt: since })),
      [fact],
    );
    await forgetErased(ctx, orders);
  }
  await ctx.joins.joined(fact.workflowId, ctx.clock());
};

export const applyEntitlement = async (ctx: Context, fact: EntitlementFact): Promise<void> => {
  await ctx.entitlements.apply(fact);
};

/**
 * A connection that works again, or was ended, frees what waited for it; of one that was ended nothing is known any
 * more, and where imported contacts are to stay as they are it is not noted either who was.
 */
export const applyConnection = async (ctx: Context, fact: ConnectionFact): Promise<void> => {
  await ctx.connections.apply(fact);
  await publishConnectionNotice(ctx, fact.boxOfficeId, fact.connectionId);
  const present = await ctx.connections.byId(fact.connectionId);
  await releaseForConnection(ctx, present);
  if (!present?.upgradesImported || present.status === 'DISCONNECTED') await ctx.upgrades.forget(fact.connectionId);
  if (present?.status !== 'DISCONNECTED') return;
  await giveUpLatePhones(ctx, present);
  await ctx.contacts.forget(fact.connectionId);
  await ctx.resources.forget(fact.connectionId);
};
